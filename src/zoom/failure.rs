//! What Zoom says when it says no: `{"code", "message"}`, or `{"error", "reason"}` of the token
//! endpoint.

use serde::Deserialize;

/// An error body, as far as it can be made out.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Failure {
    /// Zoom's own code; zero, which some successes carry, is none.
    pub(super) code: Option<i64>,
    /// RFC 6749's `error` of the token endpoint.
    pub(super) error: Option<String>,
    /// What it says, in lower case. Only for classifying: it may name people.
    pub(super) text: String,
    /// Whether all of it could be read.
    whole: bool,
}

#[derive(Deserialize)]
struct WireFailure {
    code: Option<i64>,
    message: Option<String>,
    reason: Option<String>,
    error: Option<String>,
}

impl Failure {
    /// Reads any bytes. Zoom has sent messages with unescaped quotes in them, which are no JSON:
    /// then the code is looked for in the text.
    pub(super) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).map_or_else(|_| Self::of_text(body), Self::of_json)
    }

    /// Whether it is an error for certain: a success may come with a body too, and one that was
    /// cut may hold a `"code"` of something else.
    pub(super) const fn is_error(&self) -> bool {
        self.whole && (self.code.is_some() || self.error.is_some())
    }

    /// Whether it says so, in whatever case.
    pub(super) fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    fn of_json(wire: WireFailure) -> Self {
        let text = wire.message.or(wire.reason).unwrap_or_default();
        Self {
            code: wire.code.filter(|code| *code != 0),
            error: wire.error,
            text: text.to_lowercase(),
            whole: true,
        }
    }

    fn of_text(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body).to_lowercase();
        Self { code: code_in(&text).filter(|code| *code != 0), error: None, text, whole: false }
    }
}

/// The number after the first `"code":`.
fn code_in(text: &str) -> Option<i64> {
    let (_, after) = text.split_once("\"code\"")?;
    let number = after.trim_start().strip_prefix(':')?.trim_start();
    let end = number.find(|c: char| !c.is_ascii_digit());
    let digits = end.map_or(Some(number), |end| number.get(..end))?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_message_with_unescaped_quotes_is_found() {
        let broken = br#"{"code": 3001, "message": "Meeting "Demo" does not exist."}"#;
        let failure = Failure::read(broken);
        assert_eq!(failure.code, Some(3001));
        assert!(failure.says("does not exist"));
    }

    #[test]
    fn what_is_no_error_is_none() {
        let bodies = ["", "{}", "[]", "<html>", r#"{"code":0}"#, r#"{"code":null}"#];
        for body in bodies {
            assert!(!Failure::read(body.as_bytes()).is_error(), "{body}");
        }
    }

    #[test]
    fn a_code_that_fits_no_number_is_none() {
        let huge = r#"{"code":99999999999999999999,"#;
        assert_eq!(Failure::read(huge.as_bytes()).code, None);
    }
}
