//! Words of Zoom: meeting ids and topics.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Zoom's number of a meeting: 64 bits, opaque.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MeetingId(i64);

impl MeetingId {
    /// A number from an answer of Zoom.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for MeetingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The longest topic that Zoom takes, in characters (OpenAPI, `POST /users/{userId}/meetings`).
pub const MAX_TOPIC_CHARS: usize = 200;

/// What Zoom shows as the name of a meeting: at most 200 characters, none of them invisible.
///
/// Made from the title of an appointment or the name of a calendar (R12), never from notes.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Topic(String);

impl Topic {
    /// Fits a text to what Zoom takes: control characters and characters that change the
    /// direction of writing are left out, and what is longer than 200 characters is cut.
    #[must_use]
    pub fn fit(text: &str) -> Self {
        // Most texts fit as they are.
        if text.len() <= MAX_TOPIC_CHARS && text.chars().all(is_visible) {
            return Self(text.to_owned());
        }
        Self(text.chars().filter(|c| is_visible(*c)).take(MAX_TOPIC_CHARS).collect())
    }

    /// The topic as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Neither a control character nor one that changes the direction of writing (Unicode UAX #9).
fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl From<String> for Topic {
    fn from(text: String) -> Self {
        Self::fit(&text)
    }
}

impl From<Topic> for String {
    fn from(topic: Topic) -> Self {
        topic.0
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_fits_what_zoom_takes() {
        assert_eq!(Topic::fit("De\u{202E}mo\n\u{0}").as_str(), "Demo");
        assert_eq!(Topic::fit(&"ö".repeat(300)).as_str().chars().count(), 200);
    }
}
