//! The page at Zoom where a user is asked for their consent.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use crate::ports::AuthorizeUrl;

/// How long a SHA-256 is, in bytes.
const CHALLENGE_BYTES: usize = 32;

/// Zoom would show an error in place of a page that asks for a consent.
///
/// Stricter than Zoom in one point: Zoom asks for neither `state` nor `code_challenge`, but an app
/// that leaves them out lets strangers finish what a user began.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("Zoom would not ask for a consent there: {0}")]
pub struct PageRefused(&'static str);

/// What such a page was asked for.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) client: String,
    /// As it was sent: the exchange has to name the very same.
    pub(super) redirect: String,
    pub(super) challenge: String,
    state: String,
    target: Url,
}

impl Page {
    pub(super) fn read(address: &AuthorizeUrl) -> Result<Self, PageRefused> {
        let address = Url::parse(address.as_str()).map_err(|_| PageRefused("it is no address"))?;
        let place = (address.scheme(), address.host_str(), address.path());
        if place != ("https", Some("zoom.us"), "/oauth/authorize") {
            return Err(PageRefused("it is not https://zoom.us/oauth/authorize"));
        }
        let fields: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
        let value = |name| fields.get(name).map(String::as_str).unwrap_or_default();
        if value("response_type") != "code" {
            return Err(PageRefused("the response type is not code"));
        }
        if value("code_challenge_method") != "S256" {
            return Err(PageRefused("the method of the code challenge is not S256"));
        }
        Self::of(value)
    }

    fn of<'a>(value: impl Fn(&'static str) -> &'a str) -> Result<Self, PageRefused> {
        let filled = |name, or_else| {
            let text = value(name);
            if text.is_empty() { Err(PageRefused(or_else)) } else { Ok(text.to_owned()) }
        };
        let redirect = value("redirect_uri");
        let target = Url::parse(redirect).map_err(|_| PageRefused("there is no redirect URI"))?;
        let challenge = value("code_challenge");
        let decoded = URL_SAFE_NO_PAD.decode(challenge).unwrap_or_default();
        if decoded.len() != CHALLENGE_BYTES {
            return Err(PageRefused("the code challenge is no SHA-256 in base64url"));
        }
        Ok(Self {
            client: filled("client_id", "there is no client id")?,
            redirect: redirect.to_owned(),
            challenge: challenge.to_owned(),
            state: filled("state", "there is no state")?,
            target,
        })
    }

    /// Where the browser is led back to.
    pub(super) fn answered(mut self, name: &str, value: &str) -> Url {
        let mut query = self.target.query_pairs_mut();
        query.append_pair(name, value).append_pair("state", &self.state);
        drop(query);
        self.target
    }
}
