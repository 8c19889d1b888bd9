//! What proved webhooks tell.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use slotlink::words::{Secret, ZoomAccountId};
use slotlink::zoom::{WEBHOOK_WINDOW, Webhook, WebhookSecrets};

use super::{SENT, headers, instant, read, read_json, signature, text, vectors};

#[test]
fn a_url_validation_is_answered_as_zoom_expects() {
    let vectors = vectors();
    for case in vectors["url_validation"].as_array().unwrap() {
        let (secret, token) = (text(case, "secret"), text(case, "plainToken"));
        let body = json!({"event": "endpoint.url_validation", "payload": {"plainToken": token}});
        let body = body.to_string();
        let signature = signature(secret, "1720705455", body.as_bytes());
        let headers = headers(b"1720705455", signature.as_bytes());
        let secrets = WebhookSecrets::new(Secret::new(secret));
        let read =
            Webhook::read(&secrets, &headers, body.as_bytes(), instant(SENT), WEBHOOK_WINDOW);
        let Ok(Webhook::UrlValidation { reply, .. }) = read else { panic!("{read:?}") };
        let reply: Value = serde_json::from_str(&reply).unwrap();
        assert_eq!(reply, case["response"]);
    }
}

#[test]
fn the_reply_to_a_url_validation_signs_nothing_else() {
    let asked = |token: Value| {
        read_json(&json!({"event": "endpoint.url_validation", "payload": {"plainToken": token}}))
    };
    for good in ["x".to_owned(), "a+/=-_.~".to_owned(), "x".repeat(128)] {
        assert!(asked(json!(good)).is_ok(), "{good}");
    }
    let signable = json!("v0:1720705455:{}");
    let long = json!("x".repeat(129));
    let malformed = [signable, json!("v1:x"), json!(":"), json!(""), json!("a b"), json!("a\n")];
    for bad in malformed.into_iter().chain([long, json!("ä"), json!(7), json!(null), json!(["x"])])
    {
        let refused = asked(bad.clone()).unwrap_err();
        assert_eq!(refused.kind(), "unreadable", "{bad}");
    }
    let without = read_json(&json!({"event": "endpoint.url_validation", "payload": {}}));
    assert_eq!(without.unwrap_err().kind(), "unreadable");
}

#[test]
fn what_is_signed_but_no_event_is_unreadable() {
    let deep = format!(r#"{{"event":"x","payload":{}"#, "[".repeat(9000));
    let texts = ["", "{", "[]", "null", "{}", r#"{"event":7}"#, r#"{"event":null}"#, deep.as_str()];
    for body in texts.map(str::as_bytes).into_iter().chain([b"\xFF\xFE".as_slice()]) {
        assert_eq!(read(body).unwrap_err().kind(), "unreadable");
    }
}

#[test]
fn an_unknown_event_is_named_as_far_as_it_is_fit_to_be_shown() {
    let named = |event: &str| match read_json(&json!({"event": event})) {
        Ok(Webhook::Other { event, .. }) => event,
        other => panic!("{other:?}"),
    };
    assert_eq!(named("meeting.started"), "meeting.started");
    assert_eq!(named("a\r\nb\u{0}\u{202E}c"), "abc");
    assert_eq!(named(&"ö".repeat(500)), "ö".repeat(128));
    assert_eq!(named("APP_DEAUTHORIZED"), "APP_DEAUTHORIZED");
}

#[test]
fn an_event_with_half_a_character_in_it_is_read() {
    let body = br#"{"event":"meeting.updated","payload":{"object":{"topic":"\ud83d"}}}"#;
    assert!(matches!(read(body), Ok(Webhook::Other { .. })));
}

#[test]
fn all_examples_of_zoom_are_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/zoom/hooks");
    let mut kinds = [0; 4];
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let body = std::fs::read(&file).unwrap();
        let json: Value = serde_json::from_slice(&body).unwrap();
        let kind = match (text(&json, "event"), read(&body)) {
            ("endpoint.url_validation", Ok(Webhook::UrlValidation { .. })) => 0,
            ("app_deauthorized", Ok(Webhook::AppDeauthorized { .. })) => 1,
            ("meeting.deleted" | "meeting.recovered", Ok(Webhook::MeetingChanged { .. })) => 2,
            (named, Ok(Webhook::Other { event, .. })) if named == event => 3,
            (_, other) => panic!("{}: {other:?}", file.display()),
        };
        kinds[kind] += 1;
    }
    assert_eq!(kinds, [1, 2, 2, 28]);
}

fn removal(body: &Value) -> (String, Option<String>, DateTime<Utc>, Option<String>) {
    match read_json(body) {
        Ok(Webhook::AppDeauthorized { user, organisation, at, client_id, .. }) => {
            (user.to_string(), organisation, at, client_id)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_removal_of_the_app_is_understood() {
    let text = include_bytes!("../../../data/zoom/hooks/hook_app_deauthorized.json");
    let (user, organisation, at, client) = removal(&serde_json::from_slice(text).unwrap());
    assert_eq!(user, ZoomAccountId::new("abcD3ojfdbjfg").unwrap().as_str());
    assert_eq!(organisation.as_deref(), Some("AAAAAABBBB"));
    assert_eq!(at, "2020-06-17T13:52:28.632Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(client.as_deref(), Some("ABCDEFGHIJKLMNOPQRST!V"));
}

#[test]
fn the_time_of_a_removal_is_found_where_zoom_has_put_it() {
    let at = |inside: Value, beside: Value| {
        let mut body = json!({"event": "app_deauthorized", "payload": {"user_id": "u"}});
        for (field, value) in inside.as_object().unwrap() {
            body["payload"][field] = value.clone();
        }
        body["event_ts"] = beside;
        removal(&body).2.timestamp_millis()
    };
    let inside = |field: &str, value: Value| json!({ field: value });
    let millis = 1_720_705_455_858_i64;
    for written in [json!(millis), json!(millis.to_string()), json!("2024-07-11T13:44:15.858Z")] {
        assert_eq!(at(inside("deauthorization_time", written.clone()), json!(1)), millis);
        assert_eq!(at(inside("event_ts", written.clone()), json!(1)), millis);
        assert_eq!(at(json!({}), written), millis);
    }
    let zoned = json!("2024-07-11T15:44:15.858+02:00");
    assert_eq!(at(inside("deauthorization_time", zoned), Value::Null), millis);
    let plain = json!("2024-07-11 13:44:15");
    assert_eq!(at(inside("event_ts", plain), Value::Null), SENT * 1000);
    // Illegal ones are as good as none, and then it was when Zoom says that it sent this.
    for odd in
        [json!("soon"), json!(true), json!(-1), json!(i64::MAX), json!("9999-01-01T00:00:00Z")]
    {
        assert_eq!(at(inside("deauthorization_time", odd.clone()), json!(millis)), millis, "{odd}");
        assert_eq!(at(json!({}), odd), SENT * 1000);
    }
}

#[test]
fn a_removal_without_a_user_is_unreadable() {
    let payloads = [json!({}), json!({"user_id": ""}), json!({"user_id": null}), json!(null)];
    for payload in payloads.into_iter().chain([json!({"user_id": "x".repeat(129)})]) {
        let body = json!({"event": "app_deauthorized", "payload": payload});
        assert_eq!(read_json(&body).unwrap_err().kind(), "unreadable", "{body}");
    }
}

#[test]
fn what_a_removal_tells_besides_is_bounded() {
    let body = json!({"event": "app_deauthorized", "payload": {
        "user_id": "u", "account_id": "a\n".repeat(300), "client_id": 7}});
    let (_, organisation, _, client) = removal(&body);
    assert_eq!(organisation, Some("a".repeat(128)));
    assert_eq!(client, None);
    let body =
        json!({"event": "app_deauthorized", "payload": {"user_id": "u", "account_id": "\n"}});
    assert_eq!(removal(&body).1, None);
}
