//! Addresses of meetings: whoever knows one can join.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest link, in bytes.
pub const MAX_LINK_BYTES: usize = 2048;

/// A link was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{what} must be an https or http address of at most {MAX_LINK_BYTES} bytes: {problem}")]
#[non_exhaustive]
pub struct InvalidLink {
    /// Which link.
    pub what: &'static str,
    /// What is wrong with it. The link itself is not repeated: it may hold a passcode.
    pub problem: &'static str,
}

fn parse(what: &'static str, link: &str) -> Result<Url, InvalidLink> {
    if link.len() > MAX_LINK_BYTES {
        return Err(InvalidLink { what, problem: "too long" });
    }
    let url = Url::parse(link).map_err(|_| InvalidLink { what, problem: "not an address" })?;
    match url.scheme() {
        "https" | "http" => Ok(url),
        _ => Err(InvalidLink { what, problem: "another scheme" }),
    }
}

macro_rules! links {
    ($($(#[$doc:meta])* $name:ident = $what:literal;)+) => {$(
        $(#[$doc])*
        ///
        /// An absolute `https` or `http` address. `Debug` shows its host only: path and query can
        /// hold meeting ids and passcodes.
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Url);

        impl $name {
            /// Parses a web address.
            ///
            /// # Errors
            /// [`InvalidLink`] if it is no absolute `https` or `http` address, or longer than
            /// 2,048 bytes.
            pub fn new(link: &str) -> Result<Self, InvalidLink> {
                parse($what, link).map(Self)
            }

            /// The address, to be shown to those who may join.
            #[must_use]
            pub const fn url(&self) -> &Url {
                &self.0
            }

            /// The address as text, to be shown to those who may join.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let host = self.0.host_str().unwrap_or_default();
                write!(f, concat!(stringify!($name), "({}://{}/…)"), self.0.scheme(), host)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidLink;
            fn try_from(link: String) -> Result<Self, InvalidLink> {
                Self::new(&link)
            }
        }

        impl From<$name> for String {
            fn from(link: $name) -> Self {
                link.0.into()
            }
        }
    )+};
}

links! {
    /// A meeting link that a host made elsewhere and wrote into the settings.
    StaticLink = "a static link";
    /// The link of a meeting that was made at Zoom.
    JoinUrl = "a join URL";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_a_web_address() {
        assert!(StaticLink::new("https://zoom.us/j/123?pwd=x").is_ok());
        for bad in ["", "zoom.us/j/123", "javascript:alert(1)", "ftp://example.com"] {
            assert!(JoinUrl::new(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn i16_neither_errors_nor_debug_show_where_one_joins() {
        let secret = format!("https://example.com/{}", "s".repeat(MAX_LINK_BYTES));
        let refused = StaticLink::new(&secret).unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("sss"));
        let link = JoinUrl::new("https://zoom.us/j/123?pwd=canary").unwrap();
        assert_eq!(format!("{link:?}"), "JoinUrl(https://zoom.us/…)");
        assert_eq!(link.as_str(), "https://zoom.us/j/123?pwd=canary");
    }
}
