//! Where an appointment takes place (R7).

use serde::{Deserialize, Serialize};
use url::Url;

use super::text::{Address, LocationText, Phone};

/// A static link was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a static link must be an https or http address of at most {MAX_LINK_BYTES} bytes: {problem}"
)]
#[non_exhaustive]
pub struct InvalidStaticLink {
    /// What is wrong with it. The link itself is not repeated: it may hold a passcode.
    pub problem: &'static str,
}

/// The longest static link, in bytes.
pub const MAX_LINK_BYTES: usize = 2048;

/// A meeting link that a host made elsewhere and wrote into the settings.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StaticLink(Url);

impl StaticLink {
    /// Parses a web address.
    ///
    /// # Errors
    /// [`InvalidStaticLink`] if it is no absolute `https` or `http` address, or too long.
    pub fn new(link: &str) -> Result<Self, InvalidStaticLink> {
        if link.len() > MAX_LINK_BYTES {
            return Err(InvalidStaticLink { problem: "too long" });
        }
        let url = Url::parse(link).map_err(|_| InvalidStaticLink { problem: "not an address" })?;
        match url.scheme() {
            "https" | "http" => Ok(Self(url)),
            _ => Err(InvalidStaticLink { problem: "another scheme" }),
        }
    }

    /// The address.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

impl TryFrom<String> for StaticLink {
    type Error = InvalidStaticLink;
    fn try_from(link: String) -> Result<Self, InvalidStaticLink> {
        Self::new(&link)
    }
}

impl From<StaticLink> for String {
    fn from(link: StaticLink) -> Self {
        link.0.into()
    }
}

/// A place that is known without asking Zoom.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FixedLocation {
    /// A link that was made elsewhere.
    Link(StaticLink),
    /// A phone number to call.
    Phone(Phone),
    /// A place to go to.
    Address(Address),
    /// Anything else, in words.
    Text(LocationText),
}

/// What a setting says about the meeting location (R7).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LocationSetting {
    /// A Zoom link of its own for every slot. Only on group calendars (R8).
    Zoom,
    /// Always this place.
    Fixed(FixedLocation),
    /// The invitee says where.
    Ask,
}

/// Where one appointment takes place. Fixed when it is booked: settings that change later do not
/// move it (R9).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Location {
    /// At the Zoom link of its slot.
    Zoom,
    /// At this place.
    Fixed(FixedLocation),
    /// Nobody said where: no setting applies to the calendar.
    Unset,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_static_link_is_a_web_address() {
        assert!(StaticLink::new("https://zoom.us/j/123?pwd=x").is_ok());
        for bad in ["", "zoom.us/j/123", "javascript:alert(1)", "ftp://example.com"] {
            assert!(StaticLink::new(bad).is_err(), "{bad:?}");
        }
        let secret = format!("https://example.com/{}", "s".repeat(MAX_LINK_BYTES));
        let refused = StaticLink::new(&secret).unwrap_err().to_string();
        assert!(!refused.contains("sss"), "the link is not repeated");
    }
}
