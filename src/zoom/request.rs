//! Builds the requests to Zoom. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request};
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::app::ZoomApp;
use super::site::ZoomSite;
use super::wire::{CreateMeeting, RenameMeeting};
use crate::ports::{
    AuthorizeUrl, BoxedCause, Consent, ConsentPage, HttpRequest, NewMeeting, PageToken,
};
use crate::words::{MeetingId, Secret, Topic};

/// The most that Zoom gives at once.
const PAGE_SIZE: &str = "300";

/// Where the API is, and on whose behalf it is called.
pub(super) struct Api<'a> {
    pub(super) base: String,
    pub(super) token: &'a Secret,
}

/// A request, or why it cannot be built: then nothing is sent.
pub(super) type Built = Result<HttpRequest, BoxedCause>;

pub(super) fn create_meeting(api: &Api<'_>, meeting: &NewMeeting) -> Built {
    let body = serde_json::to_vec(&CreateMeeting::from(meeting))?;
    with_json(Method::POST, api, "users/me/meetings", body)
}

pub(super) fn get_meeting(api: &Api<'_>, id: MeetingId) -> Built {
    bare(Method::GET, api, &format!("meetings/{id}"))
}

pub(super) fn rename_meeting(api: &Api<'_>, id: MeetingId, topic: &Topic) -> Built {
    let body = serde_json::to_vec(&RenameMeeting { topic: topic.as_str() })?;
    with_json(Method::PATCH, api, &format!("meetings/{id}"), body)
}

/// Asks Zoom to mail nobody: people hear of it from the host application, once.
pub(super) fn delete_meeting(api: &Api<'_>, id: MeetingId) -> Built {
    let silent = "cancel_meeting_reminder=false&schedule_for_reminder=false";
    bare(Method::DELETE, api, &format!("meetings/{id}?{silent}"))
}

pub(super) fn meetings(api: &Api<'_>, page: Option<&PageToken>) -> Built {
    let mut query = Serializer::new(String::new());
    // "upcoming" ends after six months.
    query.append_pair("type", "scheduled");
    query.append_pair("page_size", PAGE_SIZE);
    if let Some(page) = page {
        query.append_pair("next_page_token", page.as_str());
    }
    bare(Method::GET, api, &format!("users/me/meetings?{}", query.finish()))
}

pub(super) fn me(api: &Api<'_>) -> Built {
    bare(Method::GET, api, "users/me")
}

/// Zoom takes no scopes here: they are those of the app's page.
pub(super) fn authorize_url(site: &ZoomSite, app: &ZoomApp, page: &ConsentPage) -> AuthorizeUrl {
    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", &app.client_id)
        .append_pair("redirect_uri", page.redirect.as_str())
        .append_pair("state", page.state.expose())
        .append_pair("code_challenge", &page.challenge)
        .append_pair("code_challenge_method", "S256")
        .finish();
    AuthorizeUrl::new(format!("{}?{query}", site.oauth("authorize")))
}

pub(super) fn exchange_code(site: &ZoomSite, app: &ZoomApp, consent: &Consent) -> Built {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", consent.code.expose()),
        ("redirect_uri", consent.redirect.as_str()),
        ("code_verifier", consent.verifier.expose()),
    ];
    by_app(app, &site.oauth("token"), &fields)
}

pub(super) fn refresh(site: &ZoomSite, app: &ZoomApp, token: &Secret) -> Built {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
    by_app(app, &site.oauth("token"), &fields)
}

pub(super) fn revoke(site: &ZoomSite, app: &ZoomApp, token: &Secret) -> Built {
    by_app(app, &site.oauth("revoke"), &[("token", token.expose())])
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

fn bare(method: Method, api: &Api<'_>, path: &str) -> Built {
    let request = of_api(method, api, path)?.body(Vec::new())?;
    Ok(request)
}

fn with_json(method: Method, api: &Api<'_>, path: &str, body: Vec<u8>) -> Built {
    let request = of_api(method, api, path)?.header(CONTENT_TYPE, "application/json").body(body)?;
    Ok(request)
}

fn of_api(method: Method, api: &Api<'_>, path: &str) -> Result<http::request::Builder, BoxedCause> {
    let bearer = Zeroizing::new(format!("Bearer {}", api.token.expose()));
    Ok(Request::builder()
        .method(method)
        .uri(format!("{}/{path}", api.base))
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

    fn api(token: &Secret) -> Api<'_> {
        Api { base: ZoomSite::zoom_us().api(None), token }
    }

    #[test]
    fn a_page_token_cannot_break_out_of_the_query() {
        let page = PageToken::new("a&type=live #/?ö".to_owned());
        let request = meetings(&api(&Secret::new("t")), Some(&page)).unwrap();
        assert_eq!(
            request.uri().query().unwrap(),
            "type=scheduled&page_size=300&next_page_token=a%26type%3Dlive+%23%2F%3F%C3%B6"
        );
    }

    #[test]
    fn the_token_is_not_shown_by_debug() {
        let request = me(&api(&Secret::new("hush-hush"))).unwrap();
        assert!(!format!("{request:?}").contains("hush-hush"));
    }

    #[test]
    fn a_token_that_is_no_header_builds_no_request_and_is_not_shown() {
        let error = me(&api(&Secret::new("hush\r\nHost: evil"))).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hush"));
    }
}
