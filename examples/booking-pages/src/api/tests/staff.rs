//! The part of the host application itself.

use std::collections::BTreeSet;

use axum::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use slotlink::words::Confirmation;

use super::service::{Service, instant, pat};

const LIST: &str = "/api/v1/staff/appointments";

impl Service {
    async fn listed(&self, query: &str) -> Value {
        self.staff(Method::GET, &format!("{LIST}{query}")).await.expect(200)
    }

    /// The starts of all appointments that meet a filter.
    async fn starts_of(&self, query: &str) -> Vec<String> {
        let listed = self.listed(query).await;
        let found = listed["appointments"].as_array().unwrap().iter();
        found.map(|found| found["start"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn pages_cover_each_appointment_exactly_once() {
    let service = Service::start().await;
    let starts = service.starts("call").await;
    let mut booked = BTreeSet::new();
    for (number, start) in starts.iter().take(7).enumerate() {
        let shown = service.book(&number.to_string(), &pat("call", start)).await.expect(201);
        booked.insert(shown["address"].as_str().unwrap().to_owned());
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=3".to_owned());
    // At most one page more than are full: else it goes round in circles.
    for _ in 0..4 {
        let page = service.listed(&query).await;
        let found = page["appointments"].as_array().unwrap();
        assert!(found.len() <= 3);
        seen.extend(found.iter().map(|found| found["address"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=3&after={next}");
    }
    assert_eq!(seen.len(), 7);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), booked);
}

#[tokio::test]
async fn a_list_is_what_its_filters_say() {
    let service = Service::start().await;
    let starts = service.starts("call").await;
    for (number, start) in starts.iter().take(3).enumerate() {
        service.book(&number.to_string(), &pat("call", start)).await.expect(201);
    }
    let first = service.listed("").await["appointments"][0].clone();
    assert_eq!(first["hosts"], json!(["ben"]));
    assert_eq!(first["participants"][0]["email"], "pat@example.com");
    let cancel = format!("/api/v1/appointments/{}/cancel", first["address"].as_str().unwrap());
    service.call(Method::POST, &cancel, None, |r| r).await.expect(200);
    assert_eq!(service.starts_of("?status=cancelled").await, starts[..1]);
    assert_eq!(service.starts_of("?status=confirmed").await, starts[1..3]);
    assert_eq!(service.starts_of("?status=confirmed,cancelled").await, starts[..3]);
    assert_eq!(service.starts_of("?status=confirmed&status=cancelled").await, starts[..3]);
    assert_eq!(service.starts_of("?calendar=call&host=ben").await, starts[..3]);
    assert!(service.starts_of("?host=ann").await.is_empty());
    assert!(service.starts_of("?calendar=demo").await.is_empty());
    let between = format!("?from={}&to={}", starts[1], starts[2]);
    assert_eq!(service.starts_of(&between).await, starts[1..2]);
    service.staff(Method::GET, &format!("{LIST}?calendar=nowhere")).await.expect(404);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_filter_is_told_at_once() {
    let service = Service::start().await;
    let query = "?status=done&from=x&to=y&limit=101&after=z";
    let problem = service.staff(Method::GET, &format!("{LIST}{query}")).await.expect(422);
    let fields = problem["fields"].as_array().unwrap().iter();
    let fields: Vec<&str> = fields.map(|field| field["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["after", "from", "limit", "status", "to"], "{problem:#}");
}

#[tokio::test]
async fn who_can_take_a_slot_is_explained() {
    let service = Service::start().await;
    service.connect_zoom().await;
    let start = service.starts("call").await.remove(0);
    let explain = |start: &str| format!("/api/v1/staff/explain?calendar=call&start={start}");
    let free = service.staff(Method::GET, &explain(&start)).await.expect(200);
    assert_eq!(free["bookable"], true);
    assert_eq!(free["hosts"][0]["reasons"], json!([]));
    assert_eq!(free["hosts"][0]["standing"]["assigned"], 0);
    service.book("1", &pat("call", &start)).await.expect(201);
    let taken = service.staff(Method::GET, &explain(&start)).await.expect(200);
    assert_eq!(taken["bookable"], false);
    assert_eq!(taken["hosts"][0]["host"], "ben");
    assert_eq!(taken["hosts"][0]["reasons"], json!(["full"]));
    assert_eq!(taken["hosts"][0]["standing"]["assigned"], 1);
    assert!(taken["hosts"][0]["standing"]["last_assigned"].is_string());
    let past = service.staff(Method::GET, &explain("2020-01-01T00:00:01Z")).await.expect(200);
    let reasons = past["hosts"][0]["reasons"].as_array().unwrap();
    for reason in ["notice", "off_grid", "not_open"] {
        assert!(reasons.contains(&json!(reason)), "{past:#}");
    }
    service.staff(Method::GET, "/api/v1/staff/explain").await.expect(422);
}

#[tokio::test]
async fn a_pending_appointment_is_confirmed() {
    let service = Service::start().await;
    service.connect_zoom().await;
    service.set("demo", |calendar| calendar.confirmation = Confirmation::ByHost).await;
    let booked = service.booked("demo").await;
    assert_eq!(booked["status"], "pending");
    assert_eq!(booked["location"], json!({"kind": "zoom", "link": "awaiting_confirmation"}));
    let id = service.listed("?status=pending").await["appointments"][0]["id"].clone();
    let confirm = format!("{LIST}/{}/confirm", id.as_str().unwrap());
    let confirmed = service.staff(Method::POST, &confirm).await.expect(200);
    assert_eq!((&confirmed["status"], &confirmed["id"]), (&json!("confirmed"), &id));
    for wrong in ["no-id", "0198c4a0-0000-7000-8000-000000000001"] {
        let confirm = format!("{LIST}/{wrong}/confirm");
        service.staff(Method::POST, &confirm).await.expect(404);
    }
}

#[tokio::test]
async fn staff_is_told_why_a_link_is_parked() {
    let service = Service::start().await;
    service.booked("demo").await;
    service.work().await;
    let location = service.listed("").await["appointments"][0]["location"].clone();
    let parked = json!({"kind": "zoom", "link": "parked", "reason": "not_connected"});
    assert_eq!(location, parked);
}

#[tokio::test]
async fn a_link_that_has_to_wait_says_until_when_and_is_tried_again_when_asked() {
    let service = Service::start().await;
    service.connect_zoom().await;
    service.use_up_zoom();
    // Not today: for that day the requests come too late.
    let start = service.starts("demo").await.pop().unwrap();
    let booked = service.book("1", &pat("demo", &start)).await.expect(201);
    service.work().await;
    let path = format!("/api/v1/appointments/{}", booked["address"].as_str().unwrap());
    let deferred = service.get(&path).await.expect(200)["location"].clone();
    assert_eq!(deferred["link"], "deferred", "{deferred}");
    let id = service.listed("").await["appointments"][0]["id"].clone();
    let retry = format!("{LIST}/{}/retry-link", id.as_str().unwrap());
    let tried = service.staff(Method::POST, &retry).await.expect(200);
    assert_eq!(tried["location"]["link"], "pending");
    service.work().await;
    let again = service.get(&path).await.expect(200)["location"].clone();
    assert_eq!(again["link"], "deferred", "{again}");
    service.clock.set(instant(&again["until"]) + TimeDelta::hours(1));
    service.work().await;
    assert_eq!(service.get(&path).await.expect(200)["location"]["link"], "ready");
}

#[tokio::test]
async fn messages_wait_to_be_sent() {
    let service = Service::start().await;
    for calendar in ["demo", "call"] {
        let booked = service.booked(calendar).await;
        let cancel = format!("/api/v1/appointments/{}/cancel", booked["address"].as_str().unwrap());
        service.call(Method::POST, &cancel, None, |r| r).await.expect(200);
    }
    let path =
        format!("/api/v1/staff/messages?limit=1&since={}", service.later(-TimeDelta::hours(1)));
    let (mut kinds, mut ids, mut after) = (Vec::new(), BTreeSet::new(), String::new());
    for _ in 0..5 {
        let page = service.staff(Method::GET, &format!("{path}{after}")).await.expect(200);
        for message in page["messages"].as_array().unwrap() {
            kinds.push(message["kind"].as_str().unwrap().to_owned());
            assert!(ids.insert(message["id"].to_string()));
            assert_eq!(message["appointments"].as_array().unwrap().len(), 1);
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    kinds.sort();
    assert_eq!(kinds, ["booked", "booked", "cancelled", "cancelled"]);
    service.staff(Method::GET, "/api/v1/staff/messages").await.expect(422);
}
