//! Ids: those of the host application are opaque text, those that the core mints are UUIDs.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::newtype::text_newtype;

/// An id of the host application was empty or too long.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what} must be 1 to {MAX_ID_BYTES} bytes long, not {bytes}")]
#[non_exhaustive]
pub struct InvalidId {
    /// Which kind of id was refused.
    pub what: &'static str,
    /// How many bytes were given.
    pub bytes: usize,
}

/// The longest id that a host application may use, in bytes.
pub const MAX_ID_BYTES: usize = 128;

macro_rules! host_ids {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)+) => {$(
        $(#[$doc])*
        ///
        /// An opaque text of 1 to 128 bytes, compared byte by byte. Clones share it.
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the id as it is.
            ///
            /// # Errors
            /// [`InvalidId`] if the text is empty or longer than 128 bytes.
            pub fn new(id: impl Into<String>) -> Result<Self, InvalidId> {
                let id = id.into();
                if id.is_empty() || id.len() > MAX_ID_BYTES {
                    return Err(InvalidId { what: $what, bytes: id.len() });
                }
                Ok(Self(id.into()))
            }
        }

        text_newtype!($name, InvalidId);
    )+};
}

host_ids! {
    /// A tenant of the host application: the CRM's account or location.
    AccountId = "account id";
    /// A person who hosts. Identified by this id, never by an e-mail address (R2).
    UserId = "user id";
    /// A calendar of an account.
    CalendarId = "calendar id";
    /// The host application's id of an invitee or another participant, if it has one.
    ParticipantId = "participant id";
    /// A Zoom user behind a grant, by Zoom's own user id (`GET /users/me`), never by e-mail.
    ZoomAccountId = "zoom account id";
    /// Chosen by a caller so that the same request sent twice is done once.
    RequestId = "request id";
}

macro_rules! minted_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// A UUID whose bits come from the [`Entropy`](crate::ports::Entropy) port.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Names a thing that was minted before, say from a web address.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The id as a UUID.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

minted_ids! {
    /// One booking by an invitee.
    AppointmentId;
    /// Our record of one Zoom meeting for one slot. A slot whose link was dropped gets a new id.
    LinkId;
    /// One atomic change of the store.
    ChangeSetId;
    /// A calendar as it stands between two changes. Each change, whosever it is, gives it another one;
    /// which of two is the newer is not for the host application to tell.
    Revision;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_host_are_1_to_128_bytes() {
        assert_eq!(UserId::new("").unwrap_err().bytes, 0);
        assert_eq!(UserId::new("x".repeat(129)).unwrap_err().bytes, 129);
        // 64 two-byte characters fit, 65 do not: the bound is in bytes.
        assert!(UserId::new("é".repeat(64)).is_ok());
        let refused = UserId::new("é".repeat(65)).unwrap_err();
        assert_eq!(refused.to_string(), "user id must be 1 to 128 bytes long, not 130");
    }

    #[test]
    fn serde_cannot_bypass_the_bound() {
        assert!(serde_json::from_str::<AccountId>("\"\"").is_err());
        assert!(serde_json::from_str::<AccountId>("\"abc\"").is_ok());
    }
}
