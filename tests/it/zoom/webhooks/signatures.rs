//! Who sent a webhook, and when.

use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use slotlink::words::Secret;
use slotlink::zoom::{MAX_WEBHOOK_BYTES, WEBHOOK_WINDOW, Webhook, WebhookRefusal, WebhookSecrets};

use super::{
    SECRET, SENT, headers, hex_hmac, instant, read, read_at, secrets, signature, signed_headers,
    text, vectors,
};

#[test]
fn the_vectors_are_told_apart() {
    let vectors = vectors();
    let cases = vectors["vectors"].as_array().unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        let (name, timestamp) = (text(case, "name"), text(case, "timestamp"));
        let headers = headers(timestamp.as_bytes(), text(case, "expected_signature").as_bytes());
        let secrets = WebhookSecrets::new(Secret::new(text(case, "secret")));
        let now = instant(timestamp.parse().unwrap());
        let read =
            Webhook::read(&secrets, &headers, text(case, "body").as_bytes(), now, WEBHOOK_WINDOW);
        let proved = read != Err(WebhookRefusal::BadSignature);
        assert_eq!(Some(proved), case["valid"].as_bool(), "{name}: {read:?}");
    }
}

#[test]
fn a_url_validation_that_is_not_signed_is_not_answered() {
    let body = br#"{"event":"endpoint.url_validation","payload":{"plainToken":"x"}}"#;
    let unsigned = read_at(SENT, &HeaderMap::new(), body).unwrap_err();
    assert_eq!(unsigned.kind(), "missing_header");
    let forged = headers(b"1720705455", signature("guess", "1720705455", body).as_bytes());
    assert_eq!(read_at(SENT, &forged, body), Err(WebhookRefusal::BadSignature));
}

#[test]
fn two_secret_tokens_are_known_while_one_is_changed() {
    let body = br#"{"event":"endpoint.url_validation","payload":{"plainToken":"x"}}"#;
    let changing = WebhookSecrets::new(Secret::new("new")).with_previous(Secret::new("old"));
    let changed = WebhookSecrets::new(Secret::new("new"));
    let read = |secrets: &WebhookSecrets, signed_with: &str| {
        let signature = signature(signed_with, "1720705455", body);
        let headers = headers(b"1720705455", signature.as_bytes());
        Webhook::read(secrets, &headers, body, instant(SENT), WEBHOOK_WINDOW)
    };
    for token in ["new", "old"] {
        // Zoom compares the reply with the secret token that it signs with.
        let Ok(Webhook::UrlValidation { reply, .. }) = read(&changing, token) else { panic!() };
        assert!(reply.contains(&hex_hmac(token, b"x")), "{token}");
    }
    for (secrets, token) in [(&changing, "older"), (&changing, ""), (&changed, "old")] {
        assert_eq!(read(secrets, token), Err(WebhookRefusal::BadSignature), "{token}");
    }
}

#[test]
fn an_empty_secret_token_proves_nothing() {
    let body = b"{}";
    let headers = headers(b"1720705455", signature("", "1720705455", body).as_bytes());
    let empty = || Secret::new("");
    for secrets in [WebhookSecrets::new(empty()), secrets().with_previous(empty())] {
        let read = Webhook::read(&secrets, &headers, body, instant(SENT), WEBHOOK_WINDOW);
        assert_eq!(read, Err(WebhookRefusal::BadSignature));
    }
}

#[test]
fn nothing_shows_a_secret_token() {
    let secrets = secrets().with_previous(Secret::new("canary-before"));
    let forged = headers(b"1720705455", signature("x", "1720705455", b"{}").as_bytes());
    let refused = Webhook::read(&secrets, &forged, b"{}", instant(SENT), WEBHOOK_WINDOW);
    for shown in [format!("{secrets:?}"), format!("{refused:?}"), refused.unwrap_err().to_string()]
    {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[test]
fn both_headers_are_needed() {
    for name in ["x-zm-request-timestamp", "x-zm-signature"] {
        let mut headers = signed_headers(b"{}");
        headers.remove(name);
        let refused = read_at(SENT, &headers, b"{}").unwrap_err();
        assert_eq!(refused.to_string(), format!("the header {name} is missing"));
    }
}

#[test]
fn a_signature_is_v0_and_64_hex_digits() {
    let body = br#"{"event":"x"}"#;
    let good = signature(SECRET, "1720705455", body);
    let hex = good.strip_prefix("v0=").unwrap();
    let read = |signature: &str| {
        read_at(SENT, &headers(b"1720705455", signature.as_bytes()), body).is_ok()
    };
    assert!(read(&good));
    assert!(read(&format!("v0={}", hex.to_uppercase())));
    let cut = good.strip_suffix(|_: char| true).unwrap();
    let bad = [
        hex.to_owned(),
        cut.to_owned(),
        format!("{good}0"),
        format!("{good}00"),
        format!(" {good}"),
        format!("v1={hex}"),
        format!("V0={hex}"),
        format!("v0={}", "+1".repeat(32)),
        format!("v0={}", "é".repeat(32)),
        "v0=".to_owned(),
        String::new(),
    ];
    for bad in bad {
        assert!(!read(&bad), "{bad}");
    }
}

#[test]
fn a_timestamp_is_digits_so_that_the_body_does_not_move_into_it() {
    let (timestamp, body) = ("1720705455", br#"1:{"event":"x"}"#);
    let signature = signature(SECRET, timestamp, body);
    // The same signed bytes, cut elsewhere.
    let moved = headers(b"1720705455:1", signature.as_bytes());
    assert_eq!(read_at(SENT, &moved, br#"{"event":"x"}"#), Err(WebhookRefusal::BadSignature));
    for odd in ["+1720705455", "-1", " 1720705455", "1720705455.0", "", "99999999999999999999999"] {
        let signature = super::signature(SECRET, odd, b"{}");
        let odd_headers = headers(odd.as_bytes(), signature.as_bytes());
        assert_eq!(
            read_at(SENT, &odd_headers, b"{}"),
            Err(WebhookRefusal::BadSignature),
            "{odd:?}"
        );
    }
}

#[test]
fn the_timestamp_is_signed_as_it_is_written() {
    let body = br#"{"event":"x"}"#;
    let padded = signature(SECRET, "01720705455", body);
    assert!(read_at(SENT, &headers(b"01720705455", padded.as_bytes()), body).is_ok());
    let plain = headers(b"1720705455", padded.as_bytes());
    assert_eq!(read_at(SENT, &plain, body), Err(WebhookRefusal::BadSignature));
}

#[test]
fn a_replay_is_refused_outside_the_window_on_either_side() {
    let body = br#"{"event":"x"}"#;
    let headers = signed_headers(body);
    let window = WEBHOOK_WINDOW.num_seconds();
    assert_eq!(window, 7200);
    for near in [SENT, SENT - window, SENT + window] {
        assert!(read_at(near, &headers, body).is_ok(), "{near}");
    }
    for far in [SENT - window - 1, SENT + window + 1] {
        let refused = read_at(far, &headers, body).unwrap_err();
        let said = "a webhook of 2024-07-11T13:44:15Z is more than 7200 s from now";
        assert_eq!(refused.to_string(), said);
        assert_eq!(refused.kind(), "stale");
    }
    let read = |now, window| Webhook::read(&secrets(), &headers, body, now, window);
    let a_little_later = instant(SENT) + TimeDelta::milliseconds(7_200_001);
    assert_eq!(read(a_little_later, WEBHOOK_WINDOW).unwrap_err().kind(), "stale");
    assert!(read(instant(SENT), TimeDelta::zero()).is_ok());
    assert_eq!(read(instant(SENT), TimeDelta::seconds(-1)).unwrap_err().kind(), "stale");
    let later = read(DateTime::<Utc>::MAX_UTC, TimeDelta::MAX);
    assert!(later.is_ok());
}

#[test]
fn a_timestamp_beyond_the_calendar_is_stale() {
    let timestamp = i64::MAX.to_string();
    let signature = signature(SECRET, &timestamp, b"{}");
    let headers = headers(timestamp.as_bytes(), signature.as_bytes());
    assert_eq!(read_at(SENT, &headers, b"{}").unwrap_err().kind(), "stale");
}

#[test]
fn who_does_not_know_the_secret_learns_nothing_of_time_and_content() {
    let forged = headers(b"1", signature("guess", "1", b"\xFF").as_bytes());
    assert_eq!(read_at(SENT, &forged, b"\xFF"), Err(WebhookRefusal::BadSignature));
}

#[test]
fn a_body_beyond_the_bound_is_not_read() {
    let mut body = br#"{"event":"x"}"#.to_vec();
    body.resize(MAX_WEBHOOK_BYTES, b' ');
    assert!(read(&body).is_ok());
    body.push(b' ');
    let refused = read_at(SENT, &HeaderMap::new(), &body).unwrap_err();
    assert_eq!(refused.kind(), "too_large");
    assert_eq!(refused.to_string(), "a webhook of 262145 bytes is longer than 262144");
}
