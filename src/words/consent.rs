//! Words of the way to Zoom's consent page and back (R1).

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use super::secret::Secret;

/// Where in the host application a user began to connect: comes back with the result, so that the
/// user can be led on from there (R1).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EntryPoint {
    /// The user's profile, page of integrations.
    Integrations,
    /// The user's profile, default meeting location.
    DefaultLocation,
    /// The settings of a calendar.
    CalendarSettings,
}

/// The longest session, in bytes.
pub const MAX_SESSION_BYTES: usize = 4096;

/// A browser session was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a browser session must be 1 to {MAX_SESSION_BYTES} bytes long, not {given}")]
#[non_exhaustive]
pub struct InvalidSession {
    /// How many bytes were given.
    pub given: usize,
}

/// What the host application knows a browser session by, say the value of its cookie. Only a
/// digest of it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BrowserSession(Secret);

impl BrowserSession {
    /// A session of 1 to 4096 bytes.
    ///
    /// # Errors
    /// [`InvalidSession`] if it is empty or longer.
    pub fn new(session: impl Into<String>) -> Result<Self, InvalidSession> {
        let session = Secret::new(session);
        let given = session.expose().len();
        match given {
            1..=MAX_SESSION_BYTES => Ok(Self(session)),
            _ => Err(InvalidSession { given }),
        }
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The longest query of a callback, in bytes.
pub const MAX_CALLBACK_BYTES: usize = 8192;

/// An address to which a browser was led back says nothing of a consent.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCallback {
    /// It is longer than 8192 bytes.
    #[error("the callback is longer than {MAX_CALLBACK_BYTES} bytes")]
    TooLong,
    /// One of `state`, `code` and `error` is there twice (RFC 6749, section 3.1).
    #[error("the callback says twice what may be said once")]
    Repeated,
    /// It lacks `state`, or both `code` and `error`.
    #[error("the callback lacks `state`, or both `code` and `error`")]
    Incomplete,
}

/// What Zoom sent a browser back with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConsentCallback {
    pub(crate) state: Secret,
    pub(crate) answer: ConsentAnswer,
}

/// What the user said at Zoom's consent page.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a user allows, or does not")]
pub enum ConsentAnswer {
    /// Yes: a code, good for one exchange within five minutes.
    Allowed(Secret),
    /// No, or Zoom could not ask: the `error` of RFC 6749, section 4.1.2.1, such as `access_denied`.
    Denied(String),
}

impl fmt::Debug for ConsentAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed(_) => f.write_str("Allowed(redacted)"),
            Self::Denied(error) => f.debug_tuple("Denied").field(error).finish(),
        }
    }
}

/// The longest `error` that is kept, in characters: those of the RFC are shorter.
const MOST_OF_ERROR: usize = 64;

impl ConsentCallback {
    /// Reads the query of the address that the browser was led back to. What else is in it is
    /// ignored.
    ///
    /// # Errors
    /// [`InvalidCallback`]: nobody was sent here by Zoom. Show the page where one begins.
    pub fn from_query(query: &str) -> Result<Self, InvalidCallback> {
        if query.len() > MAX_CALLBACK_BYTES {
            return Err(InvalidCallback::TooLong);
        }
        let (mut state, mut code, mut error) = (None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "code" => &mut code,
                "error" => &mut error,
                _ => continue,
            };
            if place.replace(Secret::new(value)).is_some() {
                return Err(InvalidCallback::Repeated);
            }
        }
        let state = state.filter(|state| !state.expose().is_empty());
        let answer = match (error, code) {
            (Some(error), _) => ConsentAnswer::Denied(printable(error.expose())),
            (None, Some(code)) if !code.expose().is_empty() => ConsentAnswer::Allowed(code),
            (None, _) => return Err(InvalidCallback::Incomplete),
        };
        Ok(Self { state: state.ok_or(InvalidCallback::Incomplete)?, answer })
    }

    /// Reads the whole address that the browser was led back to.
    ///
    /// # Errors
    /// As [`from_query`](Self::from_query).
    pub fn from_url(address: &Url) -> Result<Self, InvalidCallback> {
        Self::from_query(address.query().unwrap_or_default())
    }

    /// What the user said.
    #[must_use]
    pub const fn answer(&self) -> &ConsentAnswer {
        &self.answer
    }
}

/// Anybody can write such an address: only what the RFC allows is kept.
fn printable(error: &str) -> String {
    error.chars().filter(char::is_ascii_graphic).take(MOST_OF_ERROR).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_callback_allows_or_denies() {
        let allowed = ConsentCallback::from_query("code=c%2B1&state=s&x=y").unwrap();
        assert_eq!(allowed.answer, ConsentAnswer::Allowed(Secret::new("c+1")));
        assert_eq!(allowed.state, Secret::new("s"));
        let denied = ConsentCallback::from_query("error=access_denied&state=s&code=c").unwrap();
        assert_eq!(denied.answer, ConsentAnswer::Denied("access_denied".to_owned()));
    }

    #[test]
    fn a_callback_that_says_too_little_or_too_much_is_none() {
        for (query, expected) in [
            ("", InvalidCallback::Incomplete),
            ("code=c", InvalidCallback::Incomplete),
            ("code=c&state=", InvalidCallback::Incomplete),
            ("state=s", InvalidCallback::Incomplete),
            ("code=&state=s", InvalidCallback::Incomplete),
            ("code=c&state=s&state=t", InvalidCallback::Repeated),
            ("code=c&code=c&state=s", InvalidCallback::Repeated),
        ] {
            assert_eq!(ConsentCallback::from_query(query), Err(expected), "{query}");
        }
        let long = format!("state=s&code={}", "c".repeat(MAX_CALLBACK_BYTES));
        assert_eq!(ConsentCallback::from_query(&long), Err(InvalidCallback::TooLong));
    }

    #[test]
    fn nothing_of_a_callback_or_a_session_is_shown() {
        let callback = ConsentCallback::from_query("code=hush1&state=hush2").unwrap();
        let session = BrowserSession::new("hush3").unwrap();
        assert!(!format!("{callback:?} {session:?}").contains("hush"));
        let forged = ConsentCallback::from_query("error=%1b%0aforged%20line&state=s").unwrap();
        assert_eq!(forged.answer, ConsentAnswer::Denied("forgedline".to_owned()));
    }

    #[test]
    fn a_session_has_1_to_4096_bytes() {
        assert_eq!(BrowserSession::new("").unwrap_err().given, 0);
        assert!(BrowserSession::new("s".repeat(4096)).is_ok());
        assert!(BrowserSession::new("s".repeat(4097)).is_err());
    }

    proptest! {
        #[test]
        fn no_query_makes_it_panic(query: String) {
            let _ = ConsentCallback::from_query(&query);
        }
    }
}
