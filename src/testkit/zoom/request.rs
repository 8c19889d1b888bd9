//! Reads a request as Zoom would: whose it is and what it asks.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::AUTHORIZATION;
use url::form_urlencoded;

use crate::ports::{HttpRequest, ZoomCall};
use crate::words::MeetingId;

/// What a request asks of Zoom.
pub(super) struct Asked<'a> {
    /// Which call it is, if the simulated Zoom knows it.
    pub(super) call: Option<ZoomCall>,
    /// The meeting named in the path.
    pub(super) meeting: Option<MeetingId>,
    pub(super) query: BTreeMap<String, String>,
    /// The whole `Authorization` header.
    authorization: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl<'a> Asked<'a> {
    /// Nothing, if the request does not go to Zoom.
    pub(super) fn read(request: &'a HttpRequest) -> Option<Self> {
        let uri = request.uri();
        let (call, meeting) = match (uri.scheme_str()?, uri.host()?) {
            ("https", "zoom.us") => (oauth_call(request), None),
            ("https", host) if is_api(host) => api_call(request.method(), uri.path()),
            _ => return None,
        };
        let header = request.headers().get(AUTHORIZATION);
        Some(Self {
            call,
            meeting,
            query: pairs(uri.query().unwrap_or_default().as_bytes()),
            authorization: header.and_then(|value| value.to_str().ok()),
            body: request.body(),
        })
    }

    pub(super) fn bearer(&self) -> Option<&'a str> {
        self.authorization?.strip_prefix("Bearer ")
    }

    /// The client id of Basic credentials that hold both a client id and a client secret.
    pub(super) fn client(&self) -> Option<String> {
        let basic = self.authorization?.strip_prefix("Basic ")?;
        let pair = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
        let (id, secret) = pair.split_once(':')?;
        (!id.is_empty() && !secret.is_empty()).then(|| id.to_owned())
    }

    pub(super) fn form(&self) -> BTreeMap<String, String> {
        pairs(self.body)
    }
}

/// Whether the host is the API for everybody, or that of a region, as `eu01api.zoom.us`.
fn is_api(host: &str) -> bool {
    host.strip_suffix(".zoom.us").is_some_and(|region| region.contains("api"))
}

fn pairs(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn oauth_call(request: &HttpRequest) -> Option<ZoomCall> {
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/oauth/token") => Some(token_call(&pairs(request.body()))),
        (&Method::POST, "/oauth/revoke") => Some(ZoomCall::Revoke),
        _ => None,
    }
}

/// Any other grant type is turned down where codes are exchanged.
fn token_call(form: &BTreeMap<String, String>) -> ZoomCall {
    match form.get("grant_type").map(String::as_str) {
        Some("refresh_token") => ZoomCall::Refresh,
        _ => ZoomCall::ExchangeCode,
    }
}

fn api_call(method: &Method, path: &str) -> (Option<ZoomCall>, Option<MeetingId>) {
    let meeting =
        path.strip_prefix("/v2/meetings/").and_then(|id| id.parse().ok()).map(MeetingId::new);
    let call = match (method, path, meeting) {
        (&Method::GET, _, Some(_)) => Some(ZoomCall::GetMeeting),
        (&Method::PATCH, _, Some(_)) => Some(ZoomCall::UpdateMeeting),
        (&Method::DELETE, _, Some(_)) => Some(ZoomCall::DeleteMeeting),
        (&Method::POST, "/v2/users/me/meetings", _) => Some(ZoomCall::CreateMeeting),
        (&Method::GET, "/v2/users/me/meetings", _) => Some(ZoomCall::ListMeetings),
        (&Method::GET, "/v2/users/me", _) => Some(ZoomCall::Me),
        _ => None,
    };
    (call, meeting)
}
