//! What the client sends.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use slotlink::ports::{
    Access, HttpRequest, HttpResponse, HttpSend, NewMeeting, Outcome, PageToken, SendError,
    ZoomApi, ZoomAuth, ZoomError,
};
use slotlink::testkit::block_on;
use slotlink::words::{MeetingId, Secret, Topic};
use slotlink::zoom::{ZoomClient, ZoomSite};
use url::Url;

use super::openapi::OpenApi;
use super::world::{CHALLENGE, VERIFIER, app, at, consent, demo, half_hour, page};

/// Keeps the requests, and sends none.
#[derive(Default)]
struct Recorder(Mutex<Vec<(HttpRequest, DateTime<Utc>)>>);

#[async_trait]
impl HttpSend for Recorder {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        self.0.lock().unwrap().push((request, deadline));
        Err(SendError::NotSent("recorded".into()))
    }
}

const DEADLINE: &str = "2026-11-23T08:00:10Z";

fn access() -> Access {
    Access::new(Secret::new("a-token"), at(DEADLINE))
}

/// The one request that a call sends.
fn sent<T>(call: impl AsyncFnOnce(ZoomClient) -> Result<T, ZoomError>) -> HttpRequest {
    let recorder = Arc::new(Recorder::default());
    let outcome = block_on(call(ZoomClient::new(app(), recorder.clone())));
    assert!(matches!(outcome, Err(ZoomError::NotSent(_))));
    let mut requests = recorder.0.lock().unwrap();
    assert_eq!(requests.len(), 1);
    let (request, deadline) = requests.remove(0);
    assert_eq!(deadline, at(DEADLINE));
    request
}

fn address(request: &HttpRequest) -> String {
    format!("{} {}", request.method(), request.uri())
}

fn json_body(request: &HttpRequest) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

fn created(meeting: &NewMeeting) -> HttpRequest {
    sent(async |client| client.create_meeting(&access(), meeting).await)
}

#[test]
fn every_call_of_the_api_is_as_zoom_documents_it() {
    let (id, topic) = (MeetingId::new(92_674_392_836), Topic::fit("Ünïcode 😀 \"quoted\""));
    let page = PageToken::new("a+b&c=d".to_owned());
    let meeting = NewMeeting::new(topic.clone(), half_hour("2026-11-24T15:00:00Z"), "m".into());
    let requests = [
        created(&meeting),
        sent(async |client| client.meeting(&access(), id).await),
        sent(async |client| client.rename_meeting(&access(), id, &topic).await),
        sent(async |client| client.delete_meeting(&access(), id).await),
        sent(async |client| client.meetings(&access(), None).await),
        sent(async |client| client.meetings(&access(), Some(&page)).await),
        sent(async |client| client.me(&access()).await),
    ];
    for request in &requests {
        OpenApi::load().check_request(request);
        assert_eq!(request.headers()["authorization"], "Bearer a-token");
    }
    let api = "https://api.zoom.us/v2";
    let silent = "cancel_meeting_reminder=false&schedule_for_reminder=false";
    let first = "type=scheduled&page_size=300";
    assert_eq!(
        requests.each_ref().map(address),
        [
            format!("POST {api}/users/me/meetings"),
            format!("GET {api}/meetings/92674392836"),
            format!("PATCH {api}/meetings/92674392836"),
            format!("DELETE {api}/meetings/92674392836?{silent}"),
            format!("GET {api}/users/me/meetings?{first}"),
            format!("GET {api}/users/me/meetings?{first}&next_page_token=a%2Bb%26c%3Dd"),
            format!("GET {api}/users/me"),
        ]
    );
    assert_eq!(json_body(&requests[2]), json!({"topic": topic.as_str()}));
}

/// Whatever the site, each call goes there.
#[test]
fn calls_go_to_the_site_of_the_client() {
    let local = ("http://localhost:4010/", "http://127.0.0.1:4011/");
    let there = ZoomSite::new(local.0.parse().unwrap(), local.1.parse().unwrap()).unwrap();
    for (site, oauth, api) in [
        (ZoomSite::zoom_us(), "https://zoom.us/", "https://api.zoom.us/"),
        (ZoomSite::zoomgov(), "https://zoomgov.com/", "https://api.zoomgov.com/"),
        (there, local.0, local.1),
    ] {
        let to_api = sent(async |client| client.at(site.clone()).me(&access()).await);
        let refresh = sent(async |client| {
            client.at(site.clone()).refresh(&Secret::new("r"), at(DEADLINE)).await
        });
        let revoke = sent(async |client| {
            client.at(site.clone()).revoke(&Secret::new("r"), at(DEADLINE)).await
        });
        let exchange = sent(async |client| {
            client.at(site.clone()).exchange_code(&consent("c"), at(DEADLINE)).await
        });
        assert_eq!(address(&to_api), format!("GET {api}v2/users/me"));
        assert_eq!(address(&refresh), format!("POST {oauth}oauth/token"));
        assert_eq!(address(&exchange), format!("POST {oauth}oauth/token"));
        assert_eq!(address(&revoke), format!("POST {oauth}oauth/revoke"));
        let page = ZoomClient::new(app(), Arc::new(Deaf)).at(site).authorize_url(&page());
        assert!(page.as_str().starts_with(&format!("{oauth}oauth/authorize?")));
    }
}

#[test]
fn a_create_asks_for_a_scheduled_meeting_in_utc_that_mails_nobody() {
    let body = json_body(&created(&demo("2026-11-24T15:00:00Z")));
    assert_eq!(
        body,
        json!({
            "topic": "Demo",
            "type": 2,
            "start_time": "2026-11-24T15:00:00Z",
            "timezone": "UTC",
            "duration": 30,
            "agenda": "[ref:1]",
            "settings": {
                "use_pmi": false,
                "approval_type": 2,
                "registrants_confirmation_email": false,
                "registrants_email_notification": false,
                "alternative_hosts_email_notification": false,
                "email_notification": false,
            },
        })
    );
}

#[test]
fn the_page_of_a_consent_is_as_zoom_documents_it() {
    let client = ZoomClient::new(app(), Arc::new(Deaf));
    let address = client.authorize_url(&page());
    let address: Url = address.as_str().parse().unwrap();
    assert_eq!(address.as_str().split('?').next(), Some("https://zoom.us/oauth/authorize"));
    let fields: Vec<_> = address.query_pairs().into_owned().collect();
    let expected = [
        ("response_type", "code"),
        ("client_id", "client-id"),
        ("redirect_uri", "https://crm.example/zoom/callback?from=zoom"),
        ("state", "CANARY state"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    assert_eq!(fields, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
}

/// What an OAuth endpoint gets: Basic credentials and this form.
fn check_form(request: &HttpRequest, expected: &[(&str, &str)]) {
    let basic = format!("Basic {}", STANDARD.encode("client-id:client-secret"));
    assert_eq!(request.headers()["authorization"], basic);
    assert!(request.headers()["authorization"].is_sensitive());
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    // Zoom takes no tokens in addresses, and addresses stand in logs.
    assert_eq!(request.uri().query(), None);
    let form: Vec<_> = url::form_urlencoded::parse(request.body()).into_owned().collect();
    let expected = expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    assert_eq!(form, expected.collect::<Vec<_>>());
}

#[test]
fn the_token_endpoint_gets_the_code_and_what_proves_it() {
    let consent = consent("c&o=d e");
    let request = sent(async |client| client.exchange_code(&consent, at(DEADLINE)).await);
    assert_eq!(address(&request), "POST https://zoom.us/oauth/token");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "c&o=d e"),
        ("redirect_uri", "https://crm.example/zoom/callback?from=zoom"),
        ("code_verifier", VERIFIER),
    ];
    check_form(&request, &form);
}

#[test]
fn the_token_endpoint_gets_the_refresh_token() {
    let token = Secret::new("r&e=f r");
    let request = sent(async |client| client.refresh(&token, at(DEADLINE)).await);
    assert_eq!(address(&request), "POST https://zoom.us/oauth/token");
    check_form(&request, &[("grant_type", "refresh_token"), ("refresh_token", "r&e=f r")]);
}

#[test]
fn the_revoke_endpoint_gets_the_token() {
    let token = Secret::new("t&o=k n");
    let request = sent(async |client| client.revoke(&token, at(DEADLINE)).await);
    assert_eq!(address(&request), "POST https://zoom.us/oauth/revoke");
    check_form(&request, &[("token", "t&o=k n")]);
}

/// Loses every answer.
struct Deaf;

#[async_trait]
impl HttpSend for Deaf {
    async fn send(&self, _: HttpRequest, _: DateTime<Utc>) -> Result<HttpResponse, SendError> {
        Err(SendError::OutcomeUnknown("timed out".into()))
    }
}

#[test]
fn a_lost_answer_leaves_a_create_in_doubt_but_not_a_read() {
    let client = ZoomClient::new(app(), Arc::new(Deaf));
    let meeting = demo("2026-11-24T15:00:00Z");
    let created = block_on(client.create_meeting(&access(), &meeting)).unwrap_err();
    assert_eq!(created.outcome(), Outcome::Unknown);
    let read = block_on(client.meetings(&access(), None)).unwrap_err();
    assert!(matches!(read, ZoomError::OutcomeUnknown { .. }));
    assert_eq!(read.outcome(), Outcome::NoEffect);
}

#[test]
fn the_client_shows_no_secret() {
    let shown = format!("{:?}", ZoomClient::new(app(), Arc::new(Deaf)));
    assert!(shown.contains("client-id") && !shown.contains("client-secret"));
}
