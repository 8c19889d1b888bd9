//! What comes over the socket is what Zoom would say: by its own document, where that has it.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use http::Request;
use serde_json::{Value, json};
use slotlink::ports::{
    Access, Clock, Consent, ConsentPage, HttpResponse, HttpSend, NewMeeting, SendError,
    SystemClock, TokenGrant, ZoomApi, ZoomAuth, ZoomCall, ZoomError,
};
use slotlink::testkit::Fault;
use slotlink::words::{Interval, MeetingId, Secret, Topic, ZoomAccountId};
use slotlink::zoom::{ZoomApp, ZoomClient};
use url::Url;
use zoom_server::{ZoomServer, ZoomServerConfig};

use crate::browser::{consent, field, location, text};
use crate::rewriting::{Rewriting, rewritten};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// `client-id:client-secret`
const BASIC: &str = "Basic Y2xpZW50LWlkOmNsaWVudC1zZWNyZXQ=";

struct World {
    server: ZoomServer,
    sender: Arc<Rewriting>,
    client: ZoomClient,
    grant: TokenGrant,
}

fn soon() -> DateTime<Utc> {
    SystemClock.now() + TimeDelta::seconds(5)
}

fn redirect() -> Url {
    "https://crm.example/zoom/callback".parse().unwrap()
}

fn page(client: &ZoomClient, server: &ZoomServer) -> Url {
    let page = ConsentPage::new(Secret::new("state & more"), CHALLENGE.to_owned(), redirect());
    rewritten(&server.url(), client.authorize_url(&page).as_str())
}

fn consented(back: &Url) -> Consent {
    let code = field(back.query().unwrap(), "code").unwrap();
    Consent::new(Secret::new(code), Secret::new(VERIFIER), redirect())
}

impl World {
    /// With the tokens of `zoom-a`.
    async fn new() -> Self {
        let server = ZoomServer::start(ZoomServerConfig::default()).await.unwrap();
        let sender = Arc::new(Rewriting::new(server.url()));
        let app = ZoomApp::new("client-id", Secret::new("client-secret"));
        let client = ZoomClient::new(app, sender.clone());
        let back = location(&consent(&page(&client, &server), "zoom-a", "allow").await);
        let grant = client.exchange_code(&consented(&back), soon()).await.unwrap();
        Self { server, sender, client, grant }
    }

    fn access(&self) -> Access {
        Access::new(self.grant.access_token.clone(), soon())
    }

    async fn create(&self, minutes: i64) -> Result<slotlink::ports::Meeting, ZoomError> {
        let now = SystemClock.now().trunc_subsecs(0);
        let start = now + TimeDelta::days(1) + TimeDelta::minutes(minutes);
        let interval = Interval::new(start, start + TimeDelta::minutes(30)).unwrap();
        let meeting = NewMeeting::new(Topic::fit("Demo"), interval, "[ref:1]".to_owned());
        self.client.create_meeting(&self.access(), &meeting).await
    }

    /// A request that the client would not build.
    async fn raw(&self, method: &str, address: &str, token: &str, body: &str) -> HttpResponse {
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header("authorization", token)
            .header("content-type", "application/json")
            .body(body.as_bytes().to_vec())
            .unwrap();
        self.sender.send_unchecked(request, soon()).await.unwrap()
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.grant.access_token.expose())
    }

    fn plan(&self, call: ZoomCall, fault: Fault) {
        self.server.zoom().fault(Some(call), None, fault, 1);
    }
}

fn json(answer: &HttpResponse) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

#[tokio::test]
async fn every_call_of_the_api_is_answered_as_documented() {
    let world = World::new().await;
    let access = world.access();
    let made = world.create(0).await.unwrap();
    assert_eq!(world.client.meeting(&access, made.id).await.unwrap().agenda, "[ref:1]");
    world.client.rename_meeting(&access, made.id, &Topic::fit("New")).await.unwrap();
    assert_eq!(world.server.zoom().meetings()[0].topic, "New");
    let me = world.client.me(&access).await.unwrap();
    assert_eq!(me.id, ZoomAccountId::new("zoom-a").unwrap());
    world.client.delete_meeting(&access, made.id).await.unwrap();
    assert_eq!(world.server.zoom().meetings(), []);
}

#[tokio::test]
async fn lists_come_in_pages_that_are_documented() {
    let world = World::new().await;
    for minutes in 0..5 {
        world.create(minutes).await.unwrap();
    }
    let whole = world.client.meetings(&world.access(), None).await.unwrap();
    assert_eq!((whole.meetings.len(), whole.next), (5, None));
    let (mut seen, mut next) = (Vec::new(), String::new());
    for expected in [2, 2, 1] {
        let query = format!("type=scheduled&page_size=2&next_page_token={next}");
        let address = format!("https://api.zoom.us/v2/users/me/meetings?{query}");
        let listed = json(&world.raw("GET", &address, &world.bearer(), "").await);
        let meetings = listed["meetings"].as_array().unwrap();
        assert_eq!(meetings.len(), expected);
        seen.extend(meetings.iter().map(|meeting| meeting["id"].as_i64().unwrap()));
        next = listed["next_page_token"].as_str().unwrap().to_owned();
    }
    let whole: Vec<i64> = whole.meetings.iter().map(|meeting| meeting.id.number()).collect();
    assert_eq!((seen, next.as_str()), (whole, ""));
}

#[tokio::test]
async fn every_error_of_the_api_is_documented_and_understood() {
    let world = World::new().await;
    let gone = MeetingId::new(1);
    let missing = world.client.meeting(&world.access(), gone).await;
    assert!(matches!(missing, Err(ZoomError::Gone)));
    let strange = Access::new(Secret::new("nobody's"), soon());
    assert!(matches!(world.client.me(&strange).await, Err(ZoomError::TokenExpired)));
    for (fault, status) in [
        (Fault::TokenExpired, 401),
        (Fault::PerSecondLimit, 429),
        (Fault::Gone, 404),
        (Fault::Unavailable, 503),
        (Fault::DailyLimit, 429),
    ] {
        world.plan(ZoomCall::UpdateMeeting, fault);
        let address = "https://api.zoom.us/v2/meetings/1";
        let answer = world.raw("PATCH", address, &world.bearer(), "{}").await;
        assert_eq!(answer.status(), status, "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_that_zoom_does_not_take_is_refused_as_documented() {
    let world = World::new().await;
    let create = "https://api.zoom.us/v2/users/me/meetings";
    for body in ["{", "[]", r#"{"duration":0}"#, r#"{"type":"2"}"#, r#"{"start_time":"soon"}"#] {
        let answer = world.raw("POST", create, &world.bearer(), body).await;
        assert_eq!(
            (answer.status().as_u16(), &json(&answer)["code"]),
            (400, &json!(300)),
            "{body}"
        );
    }
    let list = format!("{create}?page_size=301");
    assert_eq!(world.raw("GET", &list, &world.bearer(), "").await.status(), 400);
    let elsewhere = "https://api.zoom.us/v2/nothing";
    let answer = world.raw("GET", elsewhere, &world.bearer(), "").await;
    assert_eq!((answer.status().as_u16(), &json(&answer)["code"]), (404, &json!(2300)));
}

/// Whether status and body are those of a file.
fn is_as_on_record(answer: &HttpResponse, file: &str) {
    let sample = sample(file);
    assert_eq!(
        (json!(answer.status().as_u16()), &json(answer)),
        (sample["http"].clone(), &sample["body"])
    );
}

fn sample(file: &str) -> Value {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/zoom/samples");
    serde_json::from_slice(&std::fs::read(format!("{folder}/{file}")).unwrap()).unwrap()
}

#[tokio::test]
async fn refusals_and_revocations_are_answered_as_on_record() {
    let world = World::new().await;
    let token = "https://zoom.us/oauth/token";
    let answer = world.raw("POST", token, BASIC, "grant_type=password").await;
    is_as_on_record(&answer, "oauth_400_unsupported_grant.json");
    let form = "grant_type=refresh_token&refresh_token=none";
    let answer = world.raw("POST", token, BASIC, form).await;
    is_as_on_record(&answer, "oauth_refresh_400_invalid_grant.json");
    let answer = world.raw("POST", token, "Basic nobody", form).await;
    assert_eq!(
        (answer.status().as_u16(), &json(&answer)["error"]),
        (401, &json!("invalid_client"))
    );
    let form = format!("token={}", world.grant.access_token.expose());
    let answer = world.raw("POST", "https://zoom.us/oauth/revoke", BASIC, &form).await;
    is_as_on_record(&answer, "oauth_revoke_200.json");
}

/// The document has no OAuth: what stands on record has these fields, of these types.
#[tokio::test]
async fn tokens_are_answered_as_on_record_and_name_this_server() {
    let world = World::new().await;
    let sample = sample("oauth_token_200.json");
    let form =
        format!("grant_type=refresh_token&refresh_token={}", world.grant.refresh_token.expose());
    let answer = world.raw("POST", "https://zoom.us/oauth/token", BASIC, &form).await;
    assert_eq!(answer.headers()["content-type"], "application/json");
    let tokens = json(&answer);
    let kinds = |json: &Value| {
        let fields = json.as_object().unwrap().iter();
        let mut kinds: Vec<_> =
            fields.map(|(name, value)| (name.clone(), std::mem::discriminant(value))).collect();
        kinds.sort_by(|a, b| a.0.cmp(&b.0));
        kinds
    };
    assert_eq!(kinds(&tokens), kinds(&sample));
    assert_eq!(format!("{}/", tokens["api_url"].as_str().unwrap()), world.server.url().as_str());
}

#[tokio::test]
async fn tokens_are_exchanged_refreshed_and_revoked_once() {
    let mut world = World::new().await;
    let old = world.grant.clone();
    world.grant = world.client.refresh(&old.refresh_token, soon()).await.unwrap();
    let again = world.client.refresh(&old.refresh_token, soon()).await;
    assert!(matches!(again, Err(ZoomError::Unauthorized { .. })), "{again:?}");
    assert!(world.client.me(&world.access()).await.is_ok());
    world.client.revoke(&world.grant.access_token, soon()).await.unwrap();
    assert!(matches!(world.client.me(&world.access()).await, Err(ZoomError::TokenExpired)));
    let unknown = consented(&"https://crm.example/?code=1".parse().unwrap());
    assert!(world.client.exchange_code(&unknown, soon()).await.is_err());
}

#[tokio::test]
async fn a_lost_request_or_answer_is_a_closed_connection() {
    let world = World::new().await;
    for (fault, meetings) in [(Fault::Lost, 0), (Fault::Late, 0), (Fault::DoneReplyLost, 1)] {
        world.plan(ZoomCall::CreateMeeting, fault);
        let lost = world.create(0).await;
        assert!(matches!(lost, Err(ZoomError::OutcomeUnknown { .. })), "{fault:?}: {lost:?}");
        assert_eq!(world.server.zoom().meetings().len(), meetings);
    }
    assert!(world.create(9).await.is_ok(), "the next one goes through");
    world.plan(ZoomCall::Me, Fault::Lost);
    let me = Request::get("https://api.zoom.us/v2/users/me").body(Vec::new()).unwrap();
    let answer = world.sender.send_unchecked(me, soon()).await;
    assert!(matches!(answer, Err(SendError::OutcomeUnknown(_))), "{answer:?}");
}

#[tokio::test]
async fn a_server_that_has_stopped_is_not_reached() {
    let world = World::new().await;
    let access = world.access();
    world.server.stop().await;
    let request = Request::get("https://api.zoom.us/v2/users/me").body(Vec::new()).unwrap();
    // The connection that was kept may break before the next is refused.
    world.sender.send_unchecked(request.clone(), access.deadline).await.unwrap_err();
    let refused = world.sender.send_unchecked(request, access.deadline).await;
    assert!(matches!(refused, Err(SendError::NotSent(_))), "{refused:?}");
}

#[tokio::test]
async fn a_body_beyond_all_measure_is_not_read() {
    let world = World::new().await;
    let address = "https://api.zoom.us/v2/meetings/1";
    let body = "x".repeat(1024 * 1024 + 1);
    let there = rewritten(&world.server.url(), address);
    let request = Request::patch(there.as_str()).body(body.into_bytes()).unwrap();
    let sender = reqwest_sender::ReqwestSender::new().unwrap();
    // Answered before it was read, or while it is being sent.
    if let Ok(answer) = sender.send(request, soon()).await {
        assert_eq!(answer.status(), 413, "{}", text(&answer));
    }
}
