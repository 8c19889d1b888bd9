//! The services end to end: what goes wrong on the way (R16, R17).

use chrono::TimeDelta;
use serde_json::json;
use slotlink::ports::ZoomCall;
use slotlink::rules::LinkState;
use slotlink::testkit::Fault;
use slotlink::{Actor, ConnectionState};

use crate::browser::switch;
use crate::crm::{Crm, ann, link, ready, slot, zoom_ann};

/// A doubtful call is looked up two minutes after its deadline.
const SETTLED: TimeDelta = TimeDelta::minutes(3);

/// Books while the next create meets the fault, which is planned from outside; then time passes.
async fn book_with(fault: &str, then: TimeDelta) -> (Crm, String) {
    let crm = Crm::new().await;
    let plan = json!({"fault": fault, "call": "create_meeting", "zoom": "zoom-ann", "times": 1});
    let (status, message) = switch(&crm.server.url(), "simulated/faults", plan).await;
    assert_eq!(status, 200, "{message}");
    let booked = crm.book(slot(0)).await;
    assert!(matches!(link(&booked), LinkState::Pending), "{:?}", link(&booked));
    // To look and to act upon it are two steps, with a wait between them.
    for _ in 0..3 {
        crm.advance(then);
        crm.work().await;
    }
    let link = ready(&crm.link(&booked).await);
    let meetings = crm.meetings();
    assert_eq!((meetings.len(), &meetings[0].join_url), (1, &link), "one, and no other");
    (crm, link)
}

#[tokio::test]
async fn r17_a_lost_create_is_made_anew_once_zoom_was_asked() {
    let (crm, _) = book_with("lost", SETTLED).await;
    assert_eq!(crm.server.zoom().requests_today()[&zoom_ann()], 1);
}

#[tokio::test]
async fn r17_a_create_whose_answer_is_lost_is_found_and_not_made_twice() {
    let (crm, _) = book_with("done_reply_lost", SETTLED).await;
    assert_eq!(crm.server.zoom().requests_today()[&zoom_ann()], 1);
}

#[tokio::test]
async fn r17_an_unavailable_zoom_is_asked_again() {
    book_with("unavailable", SETTLED).await;
}

#[tokio::test]
async fn r16_too_many_requests_in_a_second_are_spread() {
    book_with("per_second_limit", TimeDelta::seconds(30)).await;
}

#[tokio::test]
async fn r17_a_dropped_connection_at_a_deletion_leaves_no_meeting() {
    let crm = Crm::new().await;
    let booked = crm.book(slot(0)).await;
    crm.server.zoom().fault(Some(ZoomCall::DeleteMeeting), None, Fault::Lost, 1);
    crm.scheduler.cancel(&crm.by, booked.id).await.unwrap();
    crm.work().await;
    assert_eq!(crm.meetings().len(), 1);
    crm.advance(SETTLED);
    crm.work().await;
    assert_eq!(crm.meetings(), []);
}

#[tokio::test]
async fn r1_an_access_token_that_zoom_takes_no_more_is_refreshed() {
    let crm = Crm::new().await;
    crm.server.zoom().fault(Some(ZoomCall::CreateMeeting), None, Fault::TokenExpired, 1);
    let booked = crm.book(slot(0)).await;
    crm.work().await;
    ready(&crm.link(&booked).await);
    assert_eq!(crm.server.zoom().refreshes(&zoom_ann()), 1);
}

#[tokio::test]
async fn r1_an_access_token_is_refreshed_after_its_hour() {
    let crm = Crm::new().await;
    crm.advance(TimeDelta::minutes(61));
    let booked = crm.book(slot(0)).await;
    crm.work().await;
    ready(&crm.link(&booked).await);
    assert_eq!(crm.server.zoom().refreshes(&zoom_ann()), 1);
}

#[tokio::test]
async fn r6_a_void_refresh_token_needs_a_new_consent() {
    let crm = Crm::new().await;
    let path = "simulated/users/zoom-ann/void-refresh-tokens";
    assert_eq!(switch(&crm.server.url(), path, json!({})).await.0, 200);
    crm.advance(TimeDelta::minutes(61));
    let booked = crm.book(slot(0)).await;
    crm.work().await;
    assert!(matches!(crm.link(&booked).await, LinkState::Parked { .. }));
    assert!(matches!(crm.connection().await, ConnectionState::NeedsReconnect { .. }));
    crm.connect("zoom-ann", "allow").await.unwrap();
    crm.work().await;
    ready(&crm.link(&booked).await);
    let told = crm.scheduler.zoom_connection(&Actor::User(ann()), &ann()).await.unwrap();
    assert_eq!(told.parked, 0);
}
