//! What is refused, and how it is said.

use std::num::NonZeroU32;

use axum::http::Method;
use axum::http::request::Builder;
use serde_json::{Value, json};
use slotlink::words::QuotaPolicy;

use super::service::{Service, pat, text};

const BOOK: &str = "/api/v1/appointments";

fn fields(problem: &Value) -> Vec<&str> {
    let fields = problem["fields"].as_array().unwrap().iter();
    fields.map(|field| field["field"].as_str().unwrap()).collect()
}

fn keyed(request: Builder) -> Builder {
    request.header("idempotency-key", "1").header("content-type", "application/json")
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let service = Service::start().await;
    let wish = json!({
        "calendar": "", "start": "tomorrow", "name": " ", "email": "nobody", "phone": "1\n2",
        "notes": "n".repeat(4001), "place": "p".repeat(501)
    });
    let problem = service.book("1", &wish).await.expect(422);
    assert_eq!(problem["kind"], "invalid_input");
    let all = ["calendar", "email", "name", "notes", "phone", "place", "start"];
    assert_eq!(fields(&problem), all, "{problem:#}");
    let problem = service.book("1", &json!({})).await.expect(422);
    assert_eq!(fields(&problem), ["calendar", "email", "name", "start"], "{problem:#}");
}

#[tokio::test]
async fn parts_of_seconds_are_no_starts() {
    let service = Service::start().await;
    let problem = service.book("1", &pat("demo", "2026-11-24T15:00:00.5Z")).await.expect(422);
    assert_eq!(fields(&problem), ["start"]);
}

#[tokio::test]
async fn a_time_of_years_that_we_do_not_know_is_told_at_its_field() {
    let service = Service::start().await;
    for start in ["1969-12-31T23:59:59Z", "2200-01-01T00:00:01Z", "9999-12-31T23:59:59Z"] {
        let problem = service.book("1", &pat("demo", start)).await.expect(422);
        assert_eq!(fields(&problem), ["start"], "{start}");
        assert!(!problem.to_string().contains("whole second"), "{problem:#}");
    }
    let slots = "/api/v1/calendars/demo/slots?from=1969-12-31T00:00:00Z&to=1970-01-05T00:00:00Z";
    assert_eq!(fields(&service.get(slots).await.expect(422)), ["from"]);
}

#[tokio::test]
async fn a_booking_without_a_key_is_refused_and_told_why() {
    let service = Service::start().await;
    let wish = pat("demo", "2026-11-24T15:00:00Z");
    let problem = service.post(BOOK, &wish).await.expect(400);
    assert_eq!(problem["kind"], "idempotency_key_needed");
    assert_eq!(fields(&problem), ["Idempotency-Key"]);
    let problem = service.book(&"k".repeat(129), &wish).await.expect(400);
    assert!(problem["fields"][0]["message"].as_str().unwrap().contains("128"), "{problem:#}");
    service.book("ä", &wish).await.expect(400);
    service.book("two words", &wish).await.expect(400);
    // So does a client send it whose variable is not set: all of them would share the key.
    service.book("", &wish).await.expect(400);
}

#[tokio::test]
async fn a_key_of_any_length_up_to_128_names_its_booking() {
    let service = Service::start().await;
    let starts = service.starts("demo").await;
    for (length, start) in [1, 125, 128].into_iter().zip(&starts) {
        let key = "k".repeat(length);
        let booked = service.book(&key, &pat("demo", start)).await.expect(201);
        assert_eq!(service.book(&key, &pat("demo", start)).await.expect(201), booked, "{length}");
    }
}

#[tokio::test]
async fn what_is_no_json_of_ours_is_refused() {
    let service = Service::start().await;
    let cases = [
        (r#"{"calendar": "demo"#, 400, "malformed_json"),
        (r#"{"calendar": 5}"#, 422, "invalid_input"),
        (r#"{"calendar": "demo", "colour": "red"}"#, 422, "invalid_input"),
        ("", 400, "malformed_json"),
    ];
    for (body, status, kind) in cases {
        let answer = service.call_with(Method::POST, BOOK, Some(body.to_owned()), keyed).await;
        let problem = answer.expect(status);
        assert_eq!(problem["kind"], kind, "{body}");
        assert_eq!(problem.get("fields").is_some(), status == 422, "{problem:#}");
    }
    let unknown = cases[2].0.to_owned();
    let problem = service.call_with(Method::POST, BOOK, Some(unknown), keyed).await.expect(422);
    assert!(problem["detail"].as_str().unwrap().contains("colour"), "{problem:#}");
    assert_eq!(fields(&problem), ["colour"]);
    let number = cases[1].0.to_owned();
    let problem = service.call_with(Method::POST, BOOK, Some(number), keyed).await.expect(422);
    assert_eq!(fields(&problem), ["calendar"]);
    let list = Some("[5]".to_owned());
    let problem = service.call_with(Method::POST, BOOK, list, keyed).await.expect(422);
    assert_eq!(fields(&problem), ["[0]"]);
    let text = Some("\"x\"".to_owned());
    let problem = service.call_with(Method::POST, BOOK, text, keyed).await.expect(422);
    assert!(problem.get("fields").is_none(), "{problem:#}");
    let form = |request: Builder| {
        let request = request.header("idempotency-key", "1");
        request.header("content-type", "application/x-www-form-urlencoded")
    };
    let answer = service.call_with(Method::POST, BOOK, Some("calendar=demo".into()), form).await;
    assert_eq!(answer.expect(415)["kind"], "unsupported_media_type");
    let long = format!(r#"{{"name": "{}"}}"#, "n".repeat(70_000));
    let answer = service.call_with(Method::POST, BOOK, Some(long), keyed).await;
    assert_eq!(answer.expect(413)["kind"], "too_large");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let service = Service::start().await;
    for path in ["/api", "/api/v1", "/api/v1/nothing", "/api/v2/calendars", "/api/v1/calendars/"] {
        assert_eq!(service.get(path).await.expect(404)["kind"], "not_found", "{path}");
    }
    let answer = service.call(Method::DELETE, "/api/v1/calendars", None, |r| r).await;
    assert_eq!(text(&answer.headers, "allow"), "GET,HEAD");
    assert_eq!(answer.expect(405)["kind"], "method_not_allowed");
    let problem = service.book("1", &pat("nowhere", "2026-11-24T15:00:00Z")).await.expect(404);
    assert_eq!(problem["kind"], "not_found");
}

#[tokio::test]
async fn the_slots_of_a_year_at_most_are_told_between_two_instants() {
    let service = Service::start().await;
    let path = "/api/v1/calendars/demo/slots";
    let problem = service.get(path).await.expect(422);
    assert_eq!(fields(&problem), ["from", "to"]);
    let wrong = format!("{path}?from=2026-11-24&to=x");
    assert_eq!(fields(&service.get(&wrong).await.expect(422)), ["from", "to"]);
    let empty = format!("{path}?from=2026-11-24T00:00:00Z&to=2026-11-24T00:00:00Z");
    assert_eq!(fields(&service.get(&empty).await.expect(422)), ["to"]);
    let long = format!("{path}?from=2026-11-24T00:00:00Z&to=2027-11-26T00:00:00Z");
    assert_eq!(fields(&service.staff(Method::GET, &long).await.expect(422)), ["to"]);
    let year = format!("{path}?from=2026-11-24T00:00:00Z&to=2027-11-25T00:00:00Z");
    service.staff(Method::GET, &year).await.expect(200);
    // Not everybody may ask for so much at once.
    let two_months = format!("{path}?from=2026-11-24T00:00:00Z&to=2027-01-25T00:00:00Z");
    service.get(&two_months).await.expect(200);
    let more = two_months.replace("25T00:00:00Z", "25T00:00:01Z");
    let problem = service.get(&more).await.expect(422);
    assert_eq!(fields(&problem), ["to"]);
    assert!(problem["fields"][0]["message"].as_str().unwrap().contains("62"), "{problem:#}");
    let wrong = |request: Builder| request.header("authorization", "Bearer of nothing");
    service.call(Method::GET, &year, None, wrong).await.expect(401);
    let year = two_months;
    let unknown = format!("{year}&until=x");
    assert_eq!(service.get(&unknown).await.expect(400)["kind"], "malformed_query");
    let nowhere = year.replace("demo", "nowhere");
    service.get(&nowhere).await.expect(404);
}

#[tokio::test]
async fn who_tries_too_often_is_told_how_long_to_wait() {
    let service = Service::with_attempts(NonZeroU32::new(2)).await;
    let wish = json!({});
    service.book("1", &wish).await.expect(422);
    service.book("1", &wish).await.expect(422);
    let answer = service.book("1", &wish).await;
    let wait: u64 = text(&answer.headers, "retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(answer.expect(429)["kind"], "too_many_attempts");
    // To look is free.
    service.starts("demo").await;
}

#[tokio::test]
async fn who_moves_too_often_has_to_wait_too() {
    let service = Service::with_attempts(NonZeroU32::new(2)).await;
    let booked = service.booked("demo").await;
    let to = format!("{BOOK}/{}/reschedule", booked["address"].as_str().unwrap());
    let same = json!({"start": booked["start"]});
    service.post(&to, &same).await.expect(200);
    assert_eq!(service.post(&to, &same).await.expect(429)["kind"], "too_many_attempts");
}

#[tokio::test]
async fn who_guesses_the_key_waits_also_when_they_have_found_it() {
    let service = Service::with_attempts(NonZeroU32::new(2)).await;
    let path = "/api/v1/staff/appointments";
    let wrong = |request: Builder| request.header("authorization", "Bearer of nothing");
    for _ in 0..5 {
        service.staff(Method::GET, path).await.expect(200);
    }
    for status in [401, 401, 429] {
        service.call(Method::GET, path, None, wrong).await.expect(status);
    }
    service.staff(Method::GET, path).await.expect(429);
}

#[tokio::test]
async fn that_requests_at_zoom_are_used_up_is_nobodys_business_but_the_staffs() {
    let service = Service::start().await;
    service.connect_zoom().await;
    service.use_up_zoom();
    let starts = service.starts("demo").await;
    for (number, start) in starts.iter().rev().take(4).enumerate() {
        service.book(&number.to_string(), &pat("demo", start)).await.expect(201);
    }
    service.work().await;
    service.set("demo", |calendar| calendar.quota = QuotaPolicy::Refuse).await;
    let problem = service.book("one-more", &pat("demo", &starts[8])).await.expect(409);
    assert_eq!(problem["kind"], "quota_exhausted");
    assert_eq!(problem["detail"], "This time cannot be booked any more today.");
    assert!(problem["until"].is_string(), "{problem:#}");
}

#[tokio::test]
async fn a_problem_names_the_request_as_the_log_does() {
    let service = Service::start().await;
    let with = |request: Builder| request.header("x-request-id", "of the client");
    let answer = service.call(Method::GET, "/api/nothing", None, with).await;
    assert_eq!(text(&answer.headers, "x-request-id"), "of the client");
    assert_eq!(answer.json["request_id"], "of the client");
}

#[tokio::test]
async fn forms_of_other_sites_are_guarded_against_and_the_api_need_not_be() {
    let service = Service::start().await;
    let start = service.starts("demo").await.remove(0);
    let with = |request: Builder| keyed(request).header("sec-fetch-site", "cross-site");
    let wish = pat("demo", &start).to_string();
    let answer = service.call_with(Method::POST, BOOK, Some(wish), with).await;
    assert_eq!(text(&answer.headers, "set-cookie"), "");
    answer.expect(201);
}
