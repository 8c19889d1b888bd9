//! Moving and cancelling with the private address.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::service::{Service, instant, pat};

fn path(appointment: &Value) -> String {
    format!("/api/v1/appointments/{}", appointment["address"].as_str().unwrap())
}

#[tokio::test]
async fn a_moved_appointment_keeps_its_address_and_frees_its_slot() {
    let service = Service::start().await;
    let starts = service.starts("call").await;
    let booked = service.book("1", &pat("call", &starts[0])).await.expect(201);
    let to = format!("{}/reschedule", path(&booked));
    let moved = service.post(&to, &json!({"start": starts[1]})).await.expect(200);
    assert_eq!((&moved["start"], &moved["address"]), (&json!(starts[1]), &booked["address"]));
    assert_eq!(service.get(&path(&booked)).await.expect(200), moved);
    let free = service.starts("call").await;
    assert!(free.contains(&starts[0]) && !free.contains(&starts[1]));
}

#[tokio::test]
async fn who_moves_to_a_taken_slot_keeps_theirs_and_is_told_of_others() {
    let service = Service::start().await;
    let starts = service.starts("call").await;
    let booked = service.book("1", &pat("call", &starts[0])).await.expect(201);
    service.book("2", &pat("call", &starts[1])).await.expect(201);
    let to = format!("{}/reschedule", path(&booked));
    let taken = service.post(&to, &json!({"start": starts[1]})).await.expect(409);
    assert_eq!(taken["kind"], "slot_unavailable");
    assert_eq!(service.get(&path(&booked)).await.expect(200)["start"], starts[0]);
    let next = &taken["next_slots"][0]["start"];
    assert_eq!(service.post(&to, &json!({"start": next})).await.expect(200)["start"], *next);
}

#[tokio::test]
async fn cancelling_twice_is_cancelling_once() {
    let service = Service::start().await;
    let booked = service.booked("demo").await;
    let cancel = format!("{}/cancel", path(&booked));
    let once = service.call("POST".parse().unwrap(), &cancel, None, |r| r).await.expect(200);
    assert_eq!(once["status"], "cancelled");
    assert_eq!(once["location"], json!({"kind": "zoom", "link": "dropped"}));
    let twice = service.call("POST".parse().unwrap(), &cancel, None, |r| r).await.expect(200);
    assert_eq!(once, twice);
    let to = format!("{}/reschedule", path(&booked));
    let late = service.post(&to, &json!({"start": booked["start"]})).await.expect(409);
    assert_eq!(late["kind"], "wrong_state");
}

#[tokio::test]
async fn whoever_is_too_late_is_told_until_when_they_could() {
    let service = Service::start().await;
    // The invitee of a kick-off gives an hour's notice.
    let booked = service.booked("kick-off").await;
    let start = instant(&booked["start"]);
    service.clock.set(start - TimeDelta::minutes(59));
    let cancel = format!("{}/cancel", path(&booked));
    let late = service.call("POST".parse().unwrap(), &cancel, None, |r| r).await.expect(409);
    assert_eq!(late["kind"], "too_late");
    assert_eq!(instant(&late["until"]), start - TimeDelta::hours(1));
}

#[tokio::test]
async fn an_address_that_is_none_of_ours_opens_nothing() {
    let service = Service::start().await;
    let booked = service.booked("demo").await;
    let address = booked["address"].as_str().unwrap();
    let (id, _) = address.split_once('.').unwrap();
    let signed_wrong = format!("{id}.AAAAAAAAAAAAAAAAAAAAAA");
    for wrong in [id, &signed_wrong, &address[1..], "x.y", "%FF", "%2F"] {
        let path = format!("/api/v1/appointments/{wrong}");
        let problem = service.get(&path).await.expect(404);
        assert_eq!(problem["kind"], "not_found", "{wrong}");
        let cancel = format!("{path}/cancel");
        service.call("POST".parse().unwrap(), &cancel, None, |r| r).await.expect(404);
        let to = json!({"start": booked["start"]});
        service.post(&format!("{path}/reschedule"), &to).await.expect(404);
    }
    assert_eq!(service.get(&path(&booked)).await.expect(200)["status"], "confirmed");
}
