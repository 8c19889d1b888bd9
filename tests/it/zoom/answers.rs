//! What the client makes of Zoom's answers: a table over sample answers.
//!
//! Source: `tests/data/zoom/samples`, real captures or Zoom's own documented examples.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;
use serde_json::Value;
use slotlink::ports::{
    Access, HttpRequest, HttpResponse, HttpSend, PageToken, SendError, ZoomApi, ZoomAuth, ZoomCall,
    ZoomError,
};
use slotlink::testkit::block_on;
use slotlink::words::{MeetingId, Secret, Topic};
use slotlink::zoom::ZoomClient;

use super::decisions::SAMPLES_AHEAD;
use super::world::{app, at, consent, demo};

/// Answers every request alike.
struct Canned(HttpResponse);

#[async_trait]
impl HttpSend for Canned {
    async fn send(&self, _: HttpRequest, _: DateTime<Utc>) -> Result<HttpResponse, SendError> {
        Ok(self.0.clone())
    }
}

pub(super) fn client(answer: HttpResponse) -> ZoomClient {
    ZoomClient::new(app(), Arc::new(Canned(answer)))
}

fn access() -> Access {
    Access::new(Secret::new("t"), at("2026-11-23T08:00:10Z"))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/zoom/samples")
}

fn sample(file: &str) -> Value {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A success, as it is in the file.
fn success(file: &str, status: u16) -> ZoomClient {
    let body = sample(file).to_string().into_bytes();
    client(http::Response::builder().status(status).body(body).unwrap())
}

/// An answer whose status, headers and body stand in the file.
fn failure(file: &str) -> HttpResponse {
    let sample = sample(file);
    let status = sample["http"].as_u64().unwrap();
    let status = u16::try_from(status).unwrap();
    let body = sample["body"].to_string();
    let mut answer = http::Response::new(body.into_bytes());
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
    for (name, value) in sample["headers"].as_object().into_iter().flatten() {
        let name: HeaderName = name.parse().unwrap();
        let value = HeaderValue::from_str(value.as_str().unwrap()).unwrap();
        answer.headers_mut().insert(name, value);
    }
    answer
}

pub(super) fn make(client: &ZoomClient, call: ZoomCall) -> Result<(), ZoomError> {
    let (access, id) = (access(), MeetingId::new(7));
    block_on(async {
        match call {
            ZoomCall::CreateMeeting => {
                let meeting = demo("2026-11-24T15:00:00Z");
                client.create_meeting(&access, &meeting).await.map(drop)
            }
            ZoomCall::GetMeeting => client.meeting(&access, id).await.map(drop),
            ZoomCall::UpdateMeeting => {
                let topic = Topic::fit("New");
                client.rename_meeting(&access, id, &topic).await
            }
            ZoomCall::DeleteMeeting => client.delete_meeting(&access, id).await,
            ZoomCall::ListMeetings => client.meetings(&access, None).await.map(drop),
            ZoomCall::Me => client.me(&access).await.map(drop),
            ZoomCall::ExchangeCode => {
                client.exchange_code(&consent("c"), access.deadline).await.map(drop)
            }
            ZoomCall::Refresh => client.refresh(&Secret::new("r"), access.deadline).await.map(drop),
            ZoomCall::Revoke => client.revoke(&Secret::new("r"), access.deadline).await,
            other => panic!("unknown call {other:?}"),
        }
    })
}

/// The error in few words: what a table can hold.
fn brief(error: &ZoomError) -> String {
    match error {
        ZoomError::DailyLimit => "daily limit".into(),
        ZoomError::TooManyRequests => "slow down".into(),
        ZoomError::Gone => "gone".into(),
        ZoomError::InProgress => "in progress".into(),
        ZoomError::TokenExpired => "token expired".into(),
        ZoomError::Unauthorized { status, code, .. } => format!("unauthorized {status} {code:?}"),
        ZoomError::Refused { status, code, .. } => format!("refused {status} {code:?}"),
        ZoomError::OutcomeUnknown { .. } => "unknown".into(),
        other => format!("{other:?}"),
    }
}

use ZoomCall::{
    CreateMeeting as Create, DeleteMeeting as Delete, ExchangeCode as Exchange, GetMeeting as Get,
    ListMeetings as List, Me, Refresh, Revoke, UpdateMeeting as Update,
};

const OAUTH: [ZoomCall; 3] = [Exchange, Refresh, Revoke];

const FAILURES: [(&str, &[ZoomCall], &str); 24] = [
    ("err_400_1120_invite_expired", &[Me], "unauthorized 400 Some(1120)"),
    ("err_400_3000_schedule_for", &[Create, Update], "refused 400 Some(3000)"),
    ("err_400_300_bad_json", &[Create, Update], "refused 400 Some(300)"),
    ("err_400_300_validation", &[Create, Update], "refused 400 Some(300)"),
    ("err_400_3161_hosting_disabled", &[Create, List], "refused 400 Some(3161)"),
    ("err_400_4711_scopes", &[Me, List], "unauthorized 400 Some(4711)"),
    ("err_4711_scopes_delete", &[Delete], "unauthorized 400 Some(4711)"),
    ("err_401_124_expired", &[Create, Get, Me], "token expired"),
    ("err_401_124_invalid", &[Update, Delete, List], "token expired"),
    ("err_401_124_query_token", &[Me], "token expired"),
    ("err_404_1001_user", &[Create, List, Me], "refused 404 Some(1001)"),
    ("err_404_1001_user", &[Get, Update, Delete], "refused 404 Some(1001)"),
    ("err_404_3001_meeting", &[Get, Update, Delete], "gone"),
    // There is no meeting that could be gone.
    ("err_404_3001_meeting", &[Create, List], "refused 404 Some(3001)"),
    ("err_429_daily_account", &[Create, List], "daily limit"),
    ("err_429_user_daily_100", &[Create, Update, Delete], "daily limit"),
    ("err_429_lock", &[Create, Get], "slow down"),
    ("err_429_qps", &[Create, Get, Delete, List, Me], "slow down"),
    ("err_429_qps", &OAUTH, "slow down"),
    // What is said of an access token says nothing of a refresh token.
    ("err_401_124_invalid", &OAUTH, "refused 401 Some(124)"),
    ("oauth_400_unsupported_grant", &OAUTH, "refused 400 None"),
    ("oauth_refresh_400_invalid_grant", &OAUTH, "unauthorized 400 None"),
    ("oauth_refresh_400_invalid_grant_min", &OAUTH, "unauthorized 400 None"),
    ("oauth_refresh_legacy_401", &OAUTH, "unauthorized 401 None"),
];

#[test]
fn every_sample_of_an_error_is_understood() {
    for (file, calls, expected) in FAILURES {
        let answer = failure(&format!("{file}.json"));
        for call in calls {
            let error = make(&client(answer.clone()), *call).unwrap_err();
            assert_eq!(brief(&error), expected, "{file} on {call:?}");
            // What Zoom says may name people.
            assert!(!error.to_string().contains("example.com"), "{error}");
        }
    }
}

const NAMING: [ZoomCall; 3] = [Get, Update, Delete];
const ANY: [ZoomCall; 6] = [Create, Get, Update, Delete, List, Me];

/// Status, code, message, the calls, and what it means to them.
type Said = (u16, i64, &'static str, &'static [ZoomCall], &'static str);

/// Answers of which there is neither a sample nor a row in Zoom's documents of today: from Zoom's
/// lists of 2018, and from what others met.
const SAID: [Said; 20] = [
    (400, 3000, "This meeting has ended.", &NAMING, "gone"),
    (400, 3000, "This meeting has ended.", &[Create, List], "refused 400 Some(3000)"),
    (400, 3000, "The weekend is over.", &[Create], "refused 400 Some(3000)"),
    (400, 3000, "Cannot access webinar info.", &NAMING, "refused 400 Some(3000)"),
    (400, 3007, "You can not update this meeting, since it has ended.", &NAMING, "gone"),
    (
        400,
        3007,
        "You can not update this meeting, since it has ended.",
        &[Create],
        "refused 400 Some(3007)",
    ),
    (400, 3038, "Meeting is over, you can not register now.", &NAMING, "gone"),
    (400, 300, "Meeting 7 is not found or has expired.", &NAMING, "gone"),
    // Not now is not never, and for certain not done.
    (
        400,
        3002,
        "You can not delete this meeting since it is in progress.",
        &[Delete],
        "in progress",
    ),
    (
        400,
        3002,
        "You can not update this meeting since it is in progress.",
        &[Update],
        "in progress",
    ),
    (400, 3002, "Not now.", &[Create, Get, List], "refused 400 Some(3002)"),
    (400, 3003, "You are not the meeting host.", &NAMING, "refused 400 Some(3003)"),
    (400, 1010, "User does not belong to this account: x.", &ANY, "unauthorized 400 Some(1010)"),
    (400, 1120, "A valid invitation was not found.", &ANY, "unauthorized 400 Some(1120)"),
    (400, 4700, "Invalid access token.", &ANY, "unauthorized 400 Some(4700)"),
    (400, 3161, "Your user account is not allowed.", &NAMING, "refused 400 Some(3161)"),
    // As clients of before met the limits.
    (400, 429, "You have exceeded the daily rate limit (100).", &ANY, "daily limit"),
    (400, 300, "You have exceeded the daily rate limit (100).", &ANY, "daily limit"),
    // A redirect is no answer of Zoom's own: who knows what became of the request.
    (300, 300, "You have exceeded the daily rate limit (100).", &ANY, "unknown"),
    (400, 429, "Too many concurrent requests.", &ANY, "slow down"),
];

#[test]
fn what_zoom_said_elsewhere_is_understood() {
    for (status, code, message, calls, expected) in SAID {
        let body = serde_json::json!({"code": code, "message": message}).to_string();
        let answer = http::Response::builder().status(status).body(body.into_bytes()).unwrap();
        for call in calls {
            let error = make(&client(answer.clone()), *call).unwrap_err();
            assert_eq!(brief(&error), expected, "{code} {message:?} on {call:?}");
        }
    }
}

#[test]
fn no_sample_is_left_out() {
    let tabled = FAILURES.iter().map(|(file, ..)| (*file).to_owned());
    let tabled = tabled.chain(SAMPLES_AHEAD.iter().map(|(file, _)| (*file).to_owned()));
    let read =
        ["oauth_revoke_200", "oauth_token_200", "resp_meeting_create_201", "resp_meeting_get_200"];
    let read = read.into_iter().chain(["resp_meetings_list_200", "resp_users_me"]);
    let used: BTreeSet<String> = tabled.chain(read.map(str::to_owned)).collect();
    let files = std::fs::read_dir(folder()).unwrap();
    let there: BTreeSet<String> = files
        .map(|file| file.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(used, there);
}

#[test]
fn a_created_and_a_read_meeting_are_understood() {
    let created = success("resp_meeting_create_201.json", 201);
    let meeting = demo("2026-11-24T15:00:00Z");
    let created = block_on(created.create_meeting(&access(), &meeting)).unwrap();
    let read = success("resp_meeting_get_200.json", 200);
    let read = block_on(read.meeting(&access(), MeetingId::new(7))).unwrap();
    for meeting in [created, read] {
        assert!(meeting.id.number() > 0);
        assert_eq!(meeting.join_url.as_str(), "https://example.com/j/11111");
        assert_eq!(meeting.topic, "My Meeting");
        assert_eq!(meeting.agenda, "My Meeting");
        assert_eq!(meeting.start, Some(at("2022-03-25T07:29:29Z")));
    }
}

#[test]
fn a_list_is_understood() {
    let list = success("resp_meetings_list_200.json", 200);
    let page = block_on(list.meetings(&access(), None)).unwrap();
    assert_eq!(page.meetings.len(), 1);
    assert_eq!(page.meetings[0].id, MeetingId::new(97_763_643_886));
    let next = page.next.as_ref().map(PageToken::as_str);
    assert_eq!(next, Some("Tva2CuIdTgsv8wAnhyAdU3m06Y2HuLQtlh3"));
}

#[test]
fn a_user_and_tokens_are_understood() {
    let user = block_on(success("resp_users_me.json", 200).me(&access())).unwrap();
    assert_eq!(user.id.as_str(), "zJKyaiAyTNC-MWjiWC18KQ");
    let tokens = success("oauth_token_200.json", 200);
    let deadline = access().deadline;
    let exchanged = block_on(tokens.exchange_code(&consent("c"), deadline)).unwrap();
    let refreshed = block_on(tokens.refresh(&Secret::new("r"), deadline)).unwrap();
    for grant in [exchanged, refreshed] {
        assert!(grant.access_token.expose().ends_with("SAMPLE.SAMPLE"));
        assert!(grant.refresh_token.expose().ends_with("SAMPLE-R.SAMPLE-R"));
        assert_eq!((grant.expires_in_seconds, grant.scopes.len()), (3599, 4));
        assert!(!format!("{grant:?}").contains("SAMPLE"));
    }
}

#[test]
fn a_revocation_is_understood() {
    let revoked = client(failure("oauth_revoke_200.json"));
    assert!(make(&revoked, Revoke).is_ok());
}

#[test]
fn a_success_for_another_question_is_in_doubt() {
    for (file, call) in [
        ("resp_users_me.json", Exchange),
        ("resp_users_me.json", Refresh),
        ("oauth_token_200.json", Create),
        ("resp_meeting_get_200.json", List),
    ] {
        let error = make(&success(file, 200), call).unwrap_err();
        assert_eq!(brief(&error), "unknown", "{file}");
        assert!(!format!("{error:?}").contains("SAMPLE"));
    }
}

proptest! {
    #[test]
    fn no_answer_makes_a_call_panic(status in 100_u16..1000, body: Vec<u8>) {
        let answer = http::Response::builder().status(status).body(body).unwrap();
        let client = client(answer);
        for call in [Create, Get, Update, Delete, List, Me, Exchange, Refresh, Revoke] {
            let _ = make(&client, call);
        }
    }
}
