//! Reads a request as Zoom would: whose it is and what it asks.

use std::collections::BTreeMap;

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
            ("https", "zoom.us") => (token_call(request.method(), uri.path()), None),
            ("https", "api.zoom.us") => api_call(request.method(), uri.path()),
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

    pub(super) fn basic(&self) -> Option<&'a str> {
        self.authorization?.strip_prefix("Basic ")
    }

    pub(super) fn form(&self) -> BTreeMap<String, String> {
        pairs(self.body)
    }
}

fn pairs(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn token_call(method: &Method, path: &str) -> Option<ZoomCall> {
    (method == Method::POST && path == "/oauth/token").then_some(ZoomCall::ExchangeCode)
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
