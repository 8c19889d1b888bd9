//! What people are to be told: the messages of the outbox, and pages of it (R4, R23).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ports::{Key, Parts};
use crate::words::{AppointmentId, ChangeSetId, InvalidCursor, PageSize, UserId, ZoomAccountId};

/// What names a message, for good: it is the same whenever the message is read.
///
/// As text it can be kept, and given to whoever sends the message, so that it is sent once.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MessageId {
    change: ChangeSetId,
    /// Which message of the change.
    number: u32,
}

impl MessageId {
    pub(crate) const fn new(change: ChangeSetId, number: u32) -> Self {
        Self { change, number }
    }

    /// The message whose row has this key, after the word that the sort begins with.
    pub(crate) fn of_key(key: &Key) -> Option<Self> {
        let mut parts = Parts::read(key.sort());
        parts.text()?;
        let change = ChangeSetId::from_uuid(parts.uuid()?);
        Some(Self::new(change, u32::try_from(parts.number()?).ok()?))
    }

    /// The change that it tells of.
    pub(crate) const fn change(self) -> ChangeSetId {
        self.change
    }

    pub(crate) const fn number(self) -> u32 {
        self.number
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:x}", self.change.as_uuid().simple(), self.number)
    }
}

/// Participants and hosts are to be told of something (R23). What they read is made of what is true
/// when it is sent.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// What names it.
    pub id: MessageId,
    /// What is told.
    pub kind: MessageKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The appointments whose people are told. One of them may be deleted by now.
    pub appointments: BTreeSet<AppointmentId>,
}

/// What participants and hosts are told.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MessageKind {
    /// There is a new appointment.
    Booked,
    /// A pending appointment was confirmed.
    Confirmed,
    /// An appointment has another time or another host.
    Rescheduled,
    /// An appointment was called off, lapsed, or was deleted.
    Cancelled,
    /// The link of appointments is another one.
    LinkChanged,
}

impl MessageKind {
    /// In snake case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Confirmed => "confirmed",
            Self::Rescheduled => "rescheduled",
            Self::Cancelled => "cancelled",
            Self::LinkChanged => "link_changed",
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A page of the outbox.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MessageList {
    /// The messages, the oldest first.
    pub messages: Vec<Message>,
    /// Where the next page begins; `None` if there is no more. A page may have fewer messages than
    /// asked for, even none, and yet not be the last.
    pub next: Option<MessageCursor>,
}

/// Where a page of the outbox ended.
///
/// Opaque. As text it fits into a URL as it is, and is read back with [`str::parse`]. It outlives the
/// message.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct MessageCursor(MessageId);

impl MessageCursor {
    pub(crate) const fn new(last: MessageId) -> Self {
        Self(last)
    }

    /// The last message that was looked at.
    pub(crate) const fn last(self) -> MessageId {
        self.0
    }
}

impl fmt::Display for MessageCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MessageCursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (change, number) = text.split_once('-').ok_or(InvalidCursor)?;
        let change = Uuid::try_parse(change).map_err(|_| InvalidCursor)?;
        let number = u32::from_str_radix(number, 16).map_err(|_| InvalidCursor)?;
        let cursor = Self(MessageId::new(ChangeSetId::from_uuid(change), number));
        // Each cursor has one text: nothing but what was given is taken back.
        if cursor.to_string() == text { Ok(cursor) } else { Err(InvalidCursor) }
    }
}

/// Which page of the outbox is wanted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct MessagePage {
    size: PageSize,
    after: Option<MessageCursor>,
}

impl MessagePage {
    /// The first page.
    #[must_use]
    pub const fn first(size: PageSize) -> Self {
        Self { size, after: None }
    }

    /// The page after the one that ended there.
    #[must_use]
    pub const fn after(cursor: MessageCursor, size: PageSize) -> Self {
        Self { size, after: Some(cursor) }
    }

    /// How many messages it has at most.
    #[must_use]
    pub const fn size(self) -> PageSize {
        self.size
    }

    pub(crate) const fn cursor(self) -> Option<MessageCursor> {
        self.after
    }
}

/// A user is to be told of their connection to Zoom, whatever accounts they belong to (R4, R23).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UserMessage {
    /// What is told.
    pub kind: UserMessageKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The Zoom account it is about.
    pub zoom: ZoomAccountId,
}

/// What a user is told of their connection to Zoom.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum UserMessageKind {
    /// Links cannot be made until they connect again.
    ReconnectZoom,
    /// Somebody connected it who was logged in as them (R4).
    ConnectedForYou {
        /// Who.
        by: UserId,
    },
    /// Somebody disconnected it who was logged in as them (R4).
    DisconnectedForYou {
        /// Who.
        by: UserId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(change: u128, number: u32) -> MessageCursor {
        MessageCursor(MessageId::new(ChangeSetId::from_uuid(Uuid::from_u128(change)), number))
    }

    #[test]
    fn r23_a_cursor_is_read_back_from_a_url() {
        for (change, number) in [(0, 0), (u128::MAX, u32::MAX), (7, 12)] {
            let text = cursor(change, number).to_string();
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            assert_eq!(text.parse(), Ok(cursor(change, number)));
        }
    }

    #[test]
    fn what_was_never_given_is_no_cursor() {
        let good = cursor(7, 12).to_string();
        let change = Uuid::from_u128(7);
        for bad in [
            String::new(),
            "-".into(),
            good.to_uppercase(),
            format!("{good} "),
            format!("{change}-c"),
            format!("{}-0c", change.simple()),
            format!("{}-+c", change.simple()),
            format!("{}-{}", change.simple(), "f".repeat(9)),
            change.simple().to_string(),
        ] {
            assert_eq!(bad.parse::<MessageCursor>(), Err(InvalidCursor), "{bad:?}");
        }
    }

    #[test]
    fn a_kind_is_written_as_it_is_stored() {
        for kind in [
            MessageKind::Booked,
            MessageKind::Confirmed,
            MessageKind::Rescheduled,
            MessageKind::Cancelled,
            MessageKind::LinkChanged,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.to_string());
        }
    }
}
