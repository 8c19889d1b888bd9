//! Every error that Zoom documents has a decided meaning, and so has every sample.
//!
//! Source: `tests/data/zoom/documented_errors.json`, all errors in Zoom's OpenAPI documents of
//! meetings and users. The codes 200, 300 and 3000 are catch-alls, so a row is known by operation,
//! HTTP status, code and a piece of its message. What concerns a call of the client is what the
//! client must answer; the rest is decided ahead, for the calls to come.

use serde_json::Value;
use slotlink::ports::{ZoomCall, ZoomError};

use super::answers::{client, make};
use super::decisions::{Class, DECISIONS, Decision};

/// The call that the client makes by an operation of Zoom's documents.
fn call(operation: &str) -> Option<ZoomCall> {
    Some(match operation {
        "user" => ZoomCall::Me,
        "meetings" => ZoomCall::ListMeetings,
        "meetingCreate" => ZoomCall::CreateMeeting,
        "meeting" => ZoomCall::GetMeeting,
        "meetingUpdate" => ZoomCall::UpdateMeeting,
        "meetingDelete" => ZoomCall::DeleteMeeting,
        _ => return None,
    })
}

struct Documented {
    operation: String,
    http: u16,
    code: i64,
    message: String,
}

fn documented() -> Vec<Documented> {
    let rows: Value =
        serde_json::from_str(include_str!("../../data/zoom/documented_errors.json")).unwrap();
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    let rows = rows.as_array().unwrap().iter().map(|row| Documented {
        operation: text(row, "operationId"),
        http: row["http"].as_u64().unwrap().try_into().unwrap(),
        code: row["code"].as_i64().unwrap(),
        message: text(row, "message"),
    });
    rows.collect()
}

impl Documented {
    fn is_meant_by(&self, decision: &Decision, operation: &str) -> bool {
        let (_, http, code, piece, _) = decision;
        self.operation == operation
            && (self.http, self.code) == (*http, *code)
            && self.message.contains(piece)
    }

    /// The one class of the row.
    fn class(&self) -> Class {
        let decided: Vec<Class> = DECISIONS
            .iter()
            .flat_map(|decision| decision.4.iter().map(move |operation| (decision, operation)))
            .filter(|(decision, operation)| self.is_meant_by(decision, operation))
            .map(|(decision, _)| decision.0)
            .collect();
        assert_eq!(decided.len(), 1, "{self}: {decided:?}");
        decided[0]
    }

    /// What the client makes of it.
    fn answer(&self, call: ZoomCall) -> ZoomError {
        let body = serde_json::json!({"code": self.code, "message": self.message});
        let answer = http::Response::builder().status(self.http);
        let answer = answer.body(body.to_string().into_bytes()).unwrap();
        make(&client(answer), call).unwrap_err()
    }
}

impl std::fmt::Display for Documented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {:?}", self.operation, self.http, self.code, self.message)
    }
}

/// Whether the client's answer is of the class, with the status and code that Zoom gave.
fn is(error: &ZoomError, class: Class, given: (u16, i64)) -> bool {
    let named = |status: &u16, code: &Option<i64>| (*status, *code) == (given.0, Some(given.1));
    match (class, error) {
        (Class::Gone, ZoomError::Gone) => true,
        (Class::Consent, ZoomError::Unauthorized { status, code, .. })
        | (
            Class::Refused | Class::HostingOff | Class::NoUser | Class::NoPlan,
            ZoomError::Refused { status, code, .. },
        ) => named(status, code),
        _ => false,
    }
}

#[test]
fn every_documented_error_has_one_decided_class() {
    let rows = documented();
    assert_eq!(rows.len(), 175);
    for row in &rows {
        row.class();
    }
}

#[test]
fn every_decision_is_about_a_documented_error() {
    let rows = documented();
    for decision in DECISIONS {
        for operation in decision.4 {
            let met = rows.iter().any(|row| row.is_meant_by(decision, operation));
            assert!(met, "{operation}: {decision:?}");
        }
    }
}

#[test]
fn the_client_answers_as_decided() {
    let mut asked = 0;
    for row in documented() {
        let Some(call) = call(&row.operation) else { continue };
        let (class, error) = (row.class(), row.answer(call));
        assert!(is(&error, class, (row.http, row.code)), "{row}: {error:?}, not {class:?}");
        asked += 1;
    }
    assert_eq!(asked, 30, "documented errors of the calls that are made");
}
