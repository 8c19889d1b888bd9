//! What an answer of Zoom means. Pure.
//!
//! Zoom's codes 200, 300 and 3000 are catch-alls, so an answer is judged by call, status, code and
//! text together. When in doubt about a call that changes something, the doubt is reported
//! ([`ZoomError::OutcomeUnknown`]): a wrong "it did nothing" makes a second meeting.

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::failure::Failure;
use crate::ports::{ZoomCall, ZoomError};

/// The longest answer that is read, in bytes: more than 300 meetings of a list need.
pub const MAX_ANSWER_BYTES: usize = 1 << 20;

/// The access token is expired or was replaced; the next one is good.
const TOKEN_EXPIRED: i64 = 124;
/// The token is not good for this call; the user has to consent again.
///
/// 104 and 4711 scopes; 4700 not this user's token; 1010 and 1120 the user left the Zoom account or
/// never joined it.
const UNAUTHORIZED: [i64; 5] = [104, 1010, 1120, 4700, 4711];
/// A consent that is void: 4733 to 4741 (code expired or invalid, owner gone, token replaced),
/// 4717 the app was switched off.
const VOID_CONSENT: [i64; 7] = [4717, 4733, 4734, 4735, 4737, 4738, 4741];
/// "Meeting does not exist".
const NO_SUCH_MEETING: i64 = 3001;
/// "You can not delete this meeting since it is in progress".
const IN_PROGRESS: i64 = 3002;
/// The meeting is over, by whatever words.
const OVER: [i64; 2] = [3007, 3038];
/// Catch-all code for meetings that are not what the call is about; one that is over, too.
const NOT_SUCH_A_MEETING: i64 = 3000;
/// Catch-all code; older versions of Zoom gave it to meetings that are gone, and to limits.
const VALIDATION: i64 = 300;
const TOO_MANY: i64 = 429;

/// An answer to a call.
pub(super) struct Answer {
    pub(super) call: ZoomCall,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Zeroizing<Vec<u8>>,
}

/// A success was expected to hold something else.
///
/// Says nothing of the content, which may hold tokens and join links.
#[derive(Debug, thiserror::Error)]
#[error("an answer of HTTP {status} with {bytes} bytes cannot be read")]
struct Unreadable {
    status: u16,
    bytes: usize,
}

/// Reads the answer to a call that is answered with JSON.
pub(super) fn read_json<W, T>(
    answer: &Answer,
    understand: impl FnOnce(W) -> Option<T>,
) -> Result<T, ZoomError>
where
    W: DeserializeOwned,
{
    if !answer.status.is_success() {
        return Err(failed(answer));
    }
    answer
        .bounded_body()
        .and_then(|body| serde_json::from_slice(body).ok())
        .and_then(understand)
        .ok_or_else(|| failed(answer))
}

/// Reads the answer to a call that is answered with 204 and nothing.
pub(super) fn read_empty(answer: &Answer) -> Result<(), ZoomError> {
    let done = answer.status.is_success()
        && answer.bounded_body().is_some_and(|body| {
            body.is_empty() || is_json_object(body) && !Failure::read(body).is_error()
        });
    if done { Ok(()) } else { Err(failed(answer)) }
}

fn is_json_object(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<_, _>>(body).is_ok()
}

/// Why a call failed: the answer is not the success that was expected.
fn failed(answer: &Answer) -> ZoomError {
    let failure = answer.failure();
    let says_no = match answer.status {
        // A gateway that ran out of patience does not know what Zoom did.
        StatusCode::REQUEST_TIMEOUT => false,
        status if status.is_client_error() => true,
        // Zoom sometimes sends an error with 200.
        status => status.is_success() && failure.is_error(),
    };
    if says_no { refusal(answer, &failure) } else { answer.unreadable() }
}

/// Zoom said no, so the call changed nothing.
fn refusal(answer: &Answer, failure: &Failure) -> ZoomError {
    let status = answer.status.as_u16();
    if is_daily_limit(answer, failure) {
        ZoomError::DailyLimit
    } else if answer.status == StatusCode::TOO_MANY_REQUESTS || failure.code == Some(TOO_MANY) {
        ZoomError::TooManyRequests
    } else if is_expired(answer, failure) {
        ZoomError::TokenExpired
    } else if is_unauthorized(answer, failure) {
        ZoomError::unauthorized(status, failure.code)
    } else if is_gone(answer, failure) {
        ZoomError::Gone
    } else if is_in_progress(answer, failure) {
        ZoomError::InProgress
    } else {
        ZoomError::refused(answer.call, status, failure.code)
    }
}

/// The limit of the Zoom user, or of the whole Zoom account: both end at 00:00 UTC.
///
/// The user's limit comes without a telling header, so the text decides.
fn is_daily_limit(answer: &Answer, failure: &Failure) -> bool {
    let limited = answer.status == StatusCode::TOO_MANY_REQUESTS
        || matches!(failure.code, Some(TOO_MANY | VALIDATION));
    let by_header = || {
        let kind = answer.headers.get("x-ratelimit-type");
        kind.is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(b"daily-limit"))
    };
    limited && (failure.says("daily rate limit") || by_header())
}

/// The calls that the app makes in its own name: a client error of theirs says nothing of an access
/// token.
const fn is_of_app(call: ZoomCall) -> bool {
    matches!(call, ZoomCall::ExchangeCode | ZoomCall::Refresh | ZoomCall::Revoke)
}

/// A 401 that says no more may be just that.
fn is_expired(answer: &Answer, failure: &Failure) -> bool {
    let says_nothing = answer.status == StatusCode::UNAUTHORIZED && failure.code.is_none();
    !is_of_app(answer.call) && (failure.code == Some(TOKEN_EXPIRED) || says_nothing)
}

fn is_unauthorized(answer: &Answer, failure: &Failure) -> bool {
    let named = |codes: &[i64]| failure.code.is_some_and(|code| codes.contains(&code));
    if !is_of_app(answer.call) {
        return answer.status == StatusCode::UNAUTHORIZED || named(&UNAUTHORIZED);
    }
    match failure.error.as_deref() {
        Some("invalid_grant") => true,
        // A code that is used up or too old; a dead token, as it was told before 2022.
        Some("invalid_request") => {
            failure.says("invalid authorization code") || failure.says("invalid token")
        }
        // The app is set up wrongly: no consent of the user helps.
        Some(_) => false,
        None => named(&VOID_CONSENT),
    }
}

fn is_gone(answer: &Answer, failure: &Failure) -> bool {
    let names_a_meeting = matches!(
        answer.call,
        ZoomCall::GetMeeting | ZoomCall::UpdateMeeting | ZoomCall::DeleteMeeting
    );
    names_a_meeting
        && match failure.code {
            Some(NO_SUCH_MEETING) => true,
            Some(code) if OVER.contains(&code) => true,
            Some(NOT_SUCH_A_MEETING) => failure.says("has ended") || failure.says("is over"),
            Some(VALIDATION) => failure.says("is not found or has expired"),
            // 404 alone is not enough: with code 1001 the user is unknown, and the meeting lives.
            _ => false,
        }
}

/// Not now, and for certain not done.
fn is_in_progress(answer: &Answer, failure: &Failure) -> bool {
    let changes_one = matches!(answer.call, ZoomCall::UpdateMeeting | ZoomCall::DeleteMeeting);
    changes_one && failure.code == Some(IN_PROGRESS)
}

impl Answer {
    fn bounded_body(&self) -> Option<&[u8]> {
        Some(self.body.as_slice()).filter(|body| body.len() <= MAX_ANSWER_BYTES)
    }

    fn failure(&self) -> Failure {
        self.bounded_body().map(Failure::read).unwrap_or_default()
    }

    fn unreadable(&self) -> ZoomError {
        let (status, bytes) = (self.status.as_u16(), self.body.len());
        ZoomError::outcome_unknown(self.call, Unreadable { status, bytes })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::ports::Outcome;

    fn answer(call: ZoomCall, status: u16, body: &[u8]) -> Answer {
        Answer {
            call,
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Zeroizing::new(body.to_vec()),
        }
    }

    fn outcome_of_create(status: u16, body: &[u8]) -> Result<Value, ZoomError> {
        read_json(&answer(ZoomCall::CreateMeeting, status, body), |json| {
            let object = matches!(json, Value::Object(_));
            object.then_some(json).filter(|json| json.get("id").is_some())
        })
    }

    fn outcome_of_delete(status: u16, body: &[u8]) -> Result<(), ZoomError> {
        read_empty(&answer(ZoomCall::DeleteMeeting, status, body))
    }

    #[test]
    fn a_success_that_cannot_be_read_is_in_doubt() {
        for body in ["", "<html>", "{}", "{\"id\":", "null"] {
            let error = outcome_of_create(201, body.as_bytes()).unwrap_err();
            assert_eq!(error.outcome(), Outcome::Unknown, "{body}");
        }
        let error = outcome_of_delete(200, b"<html>").unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
    }

    #[test]
    fn a_redirect_a_gateway_and_a_timeout_are_in_doubt() {
        for status in [100, 302, 408, 500, 502, 503, 504] {
            let body = br#"{"code":3001,"message":"Meeting does not exist."}"#;
            let error = outcome_of_delete(status, body).unwrap_err();
            assert_eq!(error.outcome(), Outcome::Unknown, "{status}");
        }
    }

    #[test]
    fn an_error_sent_with_200_is_an_error() {
        let gone = outcome_of_delete(200, br#"{"code":3001,"message":"gone"}"#);
        assert!(matches!(gone, Err(ZoomError::Gone)));
        let refused = outcome_of_create(200, br#"{"code":300,"message":"no"}"#);
        assert!(matches!(refused, Err(ZoomError::Refused { status: 200, .. })));
    }

    #[test]
    fn a_success_that_was_cut_is_no_error_whatever_it_holds() {
        let cut = br#"{"id":1,"settings":{"phone_numbers":[{"code":"+1","code":1,"#;
        let error = outcome_of_create(201, cut).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
    }

    #[test]
    fn a_success_with_code_zero_is_a_success() {
        assert!(outcome_of_delete(200, br#"{"code":0}"#).is_ok());
        assert!(outcome_of_create(201, br#"{"id":1,"code":0}"#).is_ok());
    }

    #[test]
    fn an_answer_beyond_the_bound_is_not_read() {
        let mut body = br#"{"id":1}"#.to_vec();
        body.resize(MAX_ANSWER_BYTES, b' ');
        assert!(outcome_of_create(201, &body).is_ok());
        body.push(b' ');
        let error = outcome_of_create(201, &body).unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert!(matches!(
            outcome_of_create(403, &body),
            Err(ZoomError::Refused { status: 403, .. })
        ));
    }

    #[test]
    fn a_404_without_code_3001_is_not_gone() {
        for body in ["", "<html>", r#"{"code":1001,"message":"User does not exist."}"#] {
            let error = outcome_of_delete(404, body.as_bytes()).unwrap_err();
            assert!(matches!(error, ZoomError::Refused { status: 404, .. }), "{body}");
        }
    }

    #[test]
    fn the_text_of_2018_for_a_gone_meeting_is_understood() {
        let body = br#"{"code":300,"message":"Meeting 1 is not found or has expired."}"#;
        assert!(matches!(outcome_of_delete(400, body), Err(ZoomError::Gone)));
    }

    fn is_void(call: ZoomCall, status: u16, body: &str) -> bool {
        let error = read_empty(&answer(call, status, body.as_bytes())).unwrap_err();
        matches!(error, ZoomError::Unauthorized { .. })
    }

    #[test]
    fn a_consent_is_given_up_only_if_zoom_says_that_it_is_void() {
        for (body, expected) in [
            (r#"{"error":"invalid_grant"}"#, true),
            (r#"{"reason":"Invalid authorization code x_y","error":"invalid_request"}"#, true),
            (r#"{"reason":"Invalid Token!","error":"invalid_request"}"#, true),
            (r#"{"code":4734,"message":"Invalid authorization code"}"#, true),
            (r#"{"reason":"Redirect URI mismatch.","error":"invalid_request"}"#, false),
            (r#"{"reason":"Invalid client_id or client_secret","error":"invalid_client"}"#, false),
            (r#"{"code":4702,"message":"Invalid client_id"}"#, false),
            (r#"{"code":124,"message":"Invalid access token."}"#, false),
            ("<html>", false),
            ("", false),
        ] {
            for call in [ZoomCall::ExchangeCode, ZoomCall::Refresh, ZoomCall::Revoke] {
                for status in [400, 401] {
                    assert_eq!(is_void(call, status, body), expected, "{call:?}: {body}");
                }
                // A Zoom that is out of order says nothing of the consent.
                assert!(!is_void(call, 503, body), "{call:?}: {body}");
            }
        }
    }

    #[test]
    fn a_401_that_says_no_more_asks_for_a_refresh() {
        let refused = outcome_of_delete(401, b"<html>");
        assert!(matches!(refused, Err(ZoomError::TokenExpired)));
    }

    #[test]
    fn a_daily_limit_is_known_by_its_header_too() {
        let mut limited = answer(ZoomCall::ListMeetings, 429, b"");
        let error = read_empty(&limited).unwrap_err();
        assert!(matches!(error, ZoomError::TooManyRequests));
        let kind = http::HeaderValue::from_static("Daily-limit");
        limited.headers.insert("x-ratelimit-type", kind);
        assert!(matches!(read_empty(&limited), Err(ZoomError::DailyLimit)));
    }

    #[test]
    fn an_unreadable_answer_is_not_quoted() {
        let error = outcome_of_create(201, b"\"hush\"").unwrap_err();
        assert!(!format!("{error:?}").contains("hush"));
    }

    proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 100_u16..1000, body: Vec<u8>) {
            let _ = outcome_of_create(status, &body);
            let _ = outcome_of_delete(status, &body);
        }

        #[test]
        fn only_a_no_or_a_yes_is_certain(status in 100_u16..1000, body in r#"\{"code":[0-9]{1,20}[,}"x]{0,3}"#) {
            let certain = match outcome_of_delete(status, body.as_bytes()) {
                Ok(()) => true,
                Err(error) => error.outcome() == Outcome::NoEffect,
            };
            prop_assert!(!certain || (200..300).contains(&status) || (400..500).contains(&status));
        }
    }
}
