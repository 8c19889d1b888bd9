//! Builds the requests to Zoom. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::app::ZoomApp;
use super::wire::{CreateMeeting, RenameMeeting};
use crate::ports::{
    AuthorizeUrl, BoxedCause, Consent, ConsentPage, HttpRequest, NewMeeting, PageToken,
};
use crate::words::{MeetingId, Secret, Topic};

const API: &str = "https://api.zoom.us/v2";
const AUTHORIZE: &str = "https://zoom.us/oauth/authorize";
const TOKEN: &str = "https://zoom.us/oauth/token";
const REVOKE: &str = "https://zoom.us/oauth/revoke";
/// The most that Zoom gives at once.
const PAGE_SIZE: &str = "300";

/// A request, or why it cannot be built: then nothing is sent.
pub(super) type Built = Result<HttpRequest, BoxedCause>;

pub(super) fn create_meeting(token: &Secret, meeting: &NewMeeting) -> Built {
    let body = serde_json::to_vec(&CreateMeeting::from(meeting))?;
    with_json(Method::POST, &format!("{API}/users/me/meetings"), token, body)
}

pub(super) fn get_meeting(token: &Secret, id: MeetingId) -> Built {
    bare(Method::GET, &format!("{API}/meetings/{id}"), token)
}

pub(super) fn rename_meeting(token: &Secret, id: MeetingId, topic: &Topic) -> Built {
    let body = serde_json::to_vec(&RenameMeeting { topic: topic.as_str() })?;
    with_json(Method::PATCH, &format!("{API}/meetings/{id}"), token, body)
}

/// Asks Zoom to mail nobody: people hear of it from the host application, once.
pub(super) fn delete_meeting(token: &Secret, id: MeetingId) -> Built {
    let silent = "cancel_meeting_reminder=false&schedule_for_reminder=false";
    let address = format!("{API}/meetings/{id}?{silent}");
    bare(Method::DELETE, &address, token)
}

pub(super) fn meetings(token: &Secret, page: Option<&PageToken>) -> Built {
    let mut query = Serializer::new(String::new());
    // "upcoming" ends after six months.
    query.append_pair("type", "scheduled");
    query.append_pair("page_size", PAGE_SIZE);
    if let Some(page) = page {
        query.append_pair("next_page_token", page.as_str());
    }
    let address = format!("{API}/users/me/meetings?{}", query.finish());
    bare(Method::GET, &address, token)
}

pub(super) fn me(token: &Secret) -> Built {
    bare(Method::GET, &format!("{API}/users/me"), token)
}

/// Zoom takes no scopes here: they are those of the app's page.
pub(super) fn authorize_url(app: &ZoomApp, page: &ConsentPage) -> AuthorizeUrl {
    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &app.client_id)
        .append_pair("redirect_uri", page.redirect.as_str())
        .append_pair("state", page.state.expose())
        .append_pair("code_challenge", &page.challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    AuthorizeUrl::new(format!("{AUTHORIZE}?{query}"))
}

pub(super) fn exchange_code(app: &ZoomApp, consent: &Consent) -> Built {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", consent.code.expose()),
        ("redirect_uri", consent.redirect.as_str()),
        ("code_verifier", consent.verifier.expose()),
    ];
    by_app(app, TOKEN, &fields)
}

pub(super) fn refresh(app: &ZoomApp, token: &Secret) -> Built {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
    by_app(app, TOKEN, &fields)
}

pub(super) fn revoke(app: &ZoomApp, token: &Secret) -> Built {
    by_app(app, REVOKE, &[("token", token.expose())])
}

/// A form that the app itself sends.
fn by_app(app: &ZoomApp, address: &str, fields: &[(&str, &str)]) -> Built {
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri(address)
        .header(AUTHORIZATION, basic(app)?)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.into_bytes())?;
    Ok(request)
}

fn bare(method: Method, address: &str, token: &Secret) -> Built {
    let request = api(method, address, token)?.body(Vec::new())?;
    Ok(request)
}

fn with_json(method: Method, address: &str, token: &Secret, body: Vec<u8>) -> Built {
    let request =
        api(method, address, token)?.header(CONTENT_TYPE, "application/json").body(body)?;
    Ok(request)
}

fn api(
    method: Method,
    address: &str,
    token: &Secret,
) -> Result<http::request::Builder, BoxedCause> {
    let bearer = Zeroizing::new(format!("Bearer {}", token.expose()));
    Ok(Request::builder()
        .method(method)
        .uri(address)
        .header(AUTHORIZATION, sensitive(&bearer)?)
        .header(ACCEPT, "application/json"))
}

/// RFC 7617 by way of RFC 6749, section 2.3.1.
fn basic(app: &ZoomApp) -> Result<HeaderValue, BoxedCause> {
    let secret = app.client_secret.expose();
    let pair = Zeroizing::new(format!("{}:{secret}", app.client_id));
    let basic = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    sensitive(&basic)
}

/// A header value that `Debug` does not show.
fn sensitive(text: &str) -> Result<HeaderValue, BoxedCause> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_token_cannot_break_out_of_the_query() {
        let page = PageToken::new("a&type=live #/?ö".to_owned());
        let request = meetings(&Secret::new("t"), Some(&page)).unwrap();
        assert_eq!(
            request.uri().query().unwrap(),
            "type=scheduled&page_size=300&next_page_token=a%26type%3Dlive+%23%2F%3F%C3%B6"
        );
    }

    #[test]
    fn the_token_is_not_shown_by_debug() {
        let request = me(&Secret::new("hush-hush")).unwrap();
        assert!(!format!("{request:?}").contains("hush-hush"));
    }

    #[test]
    fn a_token_that_is_no_header_builds_no_request_and_is_not_shown() {
        let error = me(&Secret::new("hush\r\nHost: evil")).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hush"));
    }
}
