//! Whatever is sent: no panic, and no change goes unnoticed.

use chrono::TimeDelta;
use proptest::prelude::*;
use slotlink::zoom::{Webhook, WebhookRefusal};

use super::{SECRET, SENT, headers, instant, read, read_at, secrets, signature, signed_headers};

fn header_bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec((0x20_u8..=0xFF).prop_filter("no DEL", |byte| *byte != 0x7F), 0..80)
}

proptest! {
    #[test]
    fn no_request_makes_it_panic(
        timestamp in header_bytes(),
        signature in header_bytes(),
        body: Vec<u8>,
        now in -8_000_000_000_000_i64..8_000_000_000_000,
        window: i64,
    ) {
        let window = TimeDelta::try_milliseconds(window).unwrap_or(TimeDelta::MAX);
        let headers = headers(&timestamp, &signature);
        let read = Webhook::read(&secrets(), &headers, &body, instant(now), window);
        prop_assert_eq!(read, Err(WebhookRefusal::BadSignature));
    }

    #[test]
    fn no_signed_body_makes_it_panic(body: Vec<u8>) {
        let _ = read(&body);
    }

    #[test]
    fn no_signed_payload_makes_it_panic(
        event in "(app_deauthorized|endpoint.url_validation)",
        field in "(user_id|deauthorization_time|event_ts|plainToken)",
        value in r#"("[ -!#-\[\]-~]{0,30}"|-?[1-9][0-9]{0,30}|null|true|\[\]|\{\})"#,
    ) {
        let body = format!(r#"{{"event":"{event}","payload":{{"user_id":"u","{field}":{value}}}}}"#);
        let _ = read(body.as_bytes());
    }

    #[test]
    fn a_changed_byte_of_the_body_is_noticed(at in 0_usize..13, flip in 1_u8..) {
        let mut body = br#"{"event":"x"}"#.to_vec();
        let headers = signed_headers(&body);
        body[at] ^= flip;
        prop_assert_eq!(read_at(SENT, &headers, &body), Err(WebhookRefusal::BadSignature));
    }

    #[test]
    fn a_changed_digit_of_the_timestamp_is_noticed(at in 0_usize..10, by in 1_u8..10) {
        let body = br#"{"event":"x"}"#;
        let signature = signature(SECRET, "1720705455", body);
        let mut timestamp = b"1720705455".to_vec();
        timestamp[at] = b'0' + (timestamp[at] - b'0' + by) % 10;
        let headers = headers(&timestamp, signature.as_bytes());
        let now = std::str::from_utf8(&timestamp).unwrap().parse().unwrap();
        prop_assert_eq!(read_at(now, &headers, body), Err(WebhookRefusal::BadSignature));
    }

    #[test]
    fn a_changed_digit_of_the_signature_is_noticed(at in 0_usize..64, by in 1_u32..16) {
        let body = br#"{"event":"x"}"#;
        let mut signature = signature(SECRET, "1720705455", body).into_bytes();
        let digit = &mut signature[3 + at];
        let value = (char::from(*digit).to_digit(16).unwrap() + by) % 16;
        *digit = u8::try_from(char::from_digit(value, 16).unwrap()).unwrap();
        let headers = headers(b"1720705455", &signature);
        prop_assert_eq!(read_at(SENT, &headers, body), Err(WebhookRefusal::BadSignature));
    }
}
