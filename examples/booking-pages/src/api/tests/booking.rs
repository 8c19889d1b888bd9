//! Booking through the API.

use serde_json::{Value, json};
use slotlink::words::{LocationSetting, UserId};

use super::service::{Service, instant, pat, text};

#[tokio::test]
async fn what_is_booked_is_shown_at_its_address() {
    let service = Service::start().await;
    let start = service.starts("demo").await.remove(0);
    let booked = service.book("1", &pat("demo", &start)).await;
    let at = text(&booked.headers, "location");
    let appointment = booked.expect(201);
    assert_eq!(appointment["start"], start);
    assert_eq!(appointment["title"], "Product demo");
    assert_eq!(appointment["status"], "confirmed");
    let length = instant(&appointment["end"]) - instant(&appointment["start"]);
    assert_eq!(length.num_minutes(), 30);
    let path = at.strip_prefix("https://book.example").unwrap();
    assert_eq!(service.get(path).await.expect(200), appointment);
    let page =
        format!("https://book.example/appointments/{}", appointment["address"].as_str().unwrap());
    assert_eq!(appointment["url"], page);
}

#[tokio::test]
async fn what_is_offered_can_be_booked_until_it_is_gone() {
    let service = Service::start().await;
    let start = service.starts("call").await.remove(0);
    service.book("1", &pat("call", &start)).await.expect(201);
    assert!(!service.starts("call").await.contains(&start));
}

#[tokio::test]
async fn the_same_key_books_once_and_is_refused_for_another_booking() {
    let service = Service::start().await;
    let starts = service.starts("demo").await;
    let once = service.book("a-key", &pat("demo", &starts[0])).await.expect(201);
    let twice = service.book("a-key", &pat("demo", &starts[0])).await.expect(201);
    assert_eq!(once["address"], twice["address"]);
    let other = service.book("a-key", &pat("demo", &starts[1])).await.expect(409);
    assert_eq!(other["kind"], "request_id_reused");
    assert_eq!(other["type"], "urn:slotlink:request_id_reused");
    let listed = service.staff("GET".parse().unwrap(), "/api/v1/staff/appointments").await;
    assert_eq!(listed.expect(200)["appointments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn in_place_of_a_taken_slot_others_are_told_that_can_be_booked() {
    let service = Service::start().await;
    let start = service.starts("call").await.remove(3);
    service.book("1", &pat("call", &start)).await.expect(201);
    let taken = service.book("2", &pat("call", &start)).await.expect(409);
    assert_eq!(taken["kind"], "slot_unavailable");
    let next = taken["next_slots"].as_array().unwrap();
    assert!(next.len() >= 2, "{taken:#}");
    for (number, slot) in next.iter().enumerate() {
        let wish = pat("call", slot["start"].as_str().unwrap());
        let booked = service.book(&format!("next-{number}"), &wish).await.expect(201);
        assert_eq!((&booked["start"], &booked["end"]), (&slot["start"], &slot["end"]));
    }
}

#[tokio::test]
async fn in_place_of_a_time_that_is_over_the_next_slots_are_told() {
    let service = Service::start().await;
    let starts = service.starts("demo").await;
    let problem = service.book("1", &pat("demo", "2020-01-01T00:00:00Z")).await.expect(409);
    let next = problem["next_slots"].as_array().unwrap();
    assert!(next.len() > 1, "{problem:#}");
    for (slot, start) in next.iter().zip(&starts) {
        assert_eq!(slot["start"], *start, "{problem:#}");
    }
}

#[tokio::test]
async fn a_calendar_without_slots_offers_none_in_place_of_one() {
    let service = Service::start().await;
    service.busy.fail(&UserId::new("ben").unwrap());
    let start = service.later(chrono::TimeDelta::days(7));
    let problem = service.book("1", &pat("call", &start)).await.expect(409);
    assert_eq!(problem["next_slots"], json!([]), "{problem:#}");
    // Far beyond the years that the crate works with: no panic, and no slots.
    let problem = service.book("2", &pat("demo", "9999-12-31T23:59:59Z")).await;
    assert!(problem.status.is_client_error(), "{problem:?}");
}

#[tokio::test]
async fn where_it_takes_place_is_told_by_kind() {
    let service = Service::start().await;
    let fixed = service.booked("call").await;
    assert_eq!(
        fixed["location"],
        json!({
            "kind": "fixed", "place": "text", "value": "We call the number that you give"
        })
    );
    let zoom = service.booked("demo").await;
    assert_eq!(zoom["location"], json!({"kind": "zoom", "link": "pending"}));
    let path = format!("/api/v1/appointments/{}", zoom["address"].as_str().unwrap());
    // Its host has not connected Zoom: that is no visitor's business.
    service.work().await;
    let parked = service.get(&path).await.expect(200);
    assert_eq!(parked["location"], json!({"kind": "zoom", "link": "parked"}));
    service.connect_zoom().await;
    service.work().await;
    let ready = service.get(&path).await.expect(200);
    assert_eq!(ready["location"]["link"], "ready");
    assert!(ready["location"]["join_url"].as_str().unwrap().starts_with("https://"));
}

#[tokio::test]
async fn a_calendar_that_asks_where_is_told_where() {
    let service = Service::start().await;
    service.set("demo", |calendar| calendar.location = Some(LocationSetting::Ask)).await;
    let start = service.starts("demo").await.remove(0);
    let mut wish = pat("demo", &start);
    let missing = service.book("1", &wish).await.expect(422);
    assert_eq!(missing["fields"][0]["field"], "place", "{missing:#}");
    wish["place"] = json!("The café");
    let booked = service.book("2", &wish).await.expect(201);
    assert_eq!(booked["location"]["value"], "The café");
}

#[tokio::test]
async fn seats_are_counted_down() {
    let service = Service::start().await;
    let start = service.starts("class").await.remove(0);
    let end = service.later(chrono::TimeDelta::days(14));
    let path = format!("/api/v1/calendars/class/slots?from={start}&to={end}");
    let seats = |found: Value| found["slots"][0]["seats_left"].as_u64().unwrap();
    assert_eq!(seats(service.get(&path).await.expect(200)), 5);
    service.book("1", &pat("class", &start)).await.expect(201);
    assert_eq!(seats(service.get(&path).await.expect(200)), 4);
}

#[tokio::test]
async fn calendars_are_listed() {
    let service = Service::start().await;
    let listed = service.get("/api/v1/calendars").await.expect(200);
    let calendars = listed["calendars"].as_array().unwrap();
    assert_eq!(calendars.len(), 4);
    let demo = calendars.iter().find(|calendar| calendar["id"] == "demo").unwrap();
    assert_eq!(
        *demo,
        json!({
            "id": "demo", "name": "Product demo", "zone": "Europe/Berlin", "slot_minutes": 30,
            "kind": "round_robin"
        })
    );
}

#[tokio::test]
async fn visitors_are_not_told_whose_other_calendar_cannot_be_read() {
    let service = Service::start().await;
    let start = service.starts("call").await.remove(0);
    service.busy.fail(&UserId::new("ben").unwrap());
    let end = service.later(chrono::TimeDelta::days(14));
    let path = format!("/api/v1/calendars/call/slots?from={start}&to={end}");
    let found = service.get(&path).await.expect(200);
    assert_eq!(found, json!({"slots": [], "busy_unknown": true}));
    let refused = service.book("1", &pat("call", &start)).await.expect(409);
    assert_eq!(refused["kind"], "slot_unavailable");
    assert!(!refused.to_string().contains("ben"), "{refused:#}");
    let explain = format!("/api/v1/staff/explain?calendar=call&start={start}");
    let told = service.staff("GET".parse().unwrap(), &explain).await.expect(200);
    assert_eq!(told["hosts"][0]["reasons"], json!(["busy_unknown"]));
}
