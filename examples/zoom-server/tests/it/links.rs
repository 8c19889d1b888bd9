//! The services end to end: consents and links.

use slotlink::rules::LinkState;
use slotlink::{Actor, ConnectionState};

use crate::crm::{Crm, ann, link, ready, slot, zoom_ann};

#[tokio::test]
async fn r1_a_user_connects_through_the_consent_page() {
    let crm = Crm::without_zoom().await;
    assert!(matches!(crm.connection().await, ConnectionState::None));
    assert_eq!(crm.connect("zoom-ann", "deny").await.unwrap_err().kind(), "consent_denied");
    let connected = crm.connect("zoom-ann", "allow").await.unwrap();
    assert_eq!(connected.zoom, zoom_ann());
    assert!(matches!(crm.connection().await, ConnectionState::Connected { .. }));
}

#[tokio::test]
async fn r6_who_disconnects_is_revoked_at_zoom() {
    let crm = Crm::new().await;
    crm.scheduler.disconnect_zoom(&Actor::User(ann()), &ann()).await.unwrap();
    crm.work().await;
    assert!(!crm.server.zoom().has_live_grant(&zoom_ann()));
}

#[tokio::test]
async fn r10_a_booking_has_its_link_and_zoom_its_meeting() {
    let crm = Crm::new().await;
    let booked = crm.book(slot(0)).await;
    let meetings = crm.meetings();
    assert_eq!(meetings.len(), 1);
    assert_eq!(ready(&link(&booked)), meetings[0].join_url);
    assert_eq!((meetings[0].start, &meetings[0].zoom), (slot(0), &zoom_ann()));
}

#[tokio::test]
async fn r11_appointments_of_one_slot_share_its_link() {
    let crm = Crm::new().await;
    let (first, second) = (crm.book(slot(0)).await, crm.book(slot(0)).await);
    assert_eq!(ready(&link(&first)), ready(&link(&second)));
    assert_eq!(crm.meetings().len(), 1);
}

#[tokio::test]
async fn r13_who_cancels_last_takes_the_meeting_along() {
    let crm = Crm::new().await;
    let (first, second) = (crm.book(slot(0)).await, crm.book(slot(0)).await);
    crm.scheduler.cancel(&crm.by, first.id).await.unwrap();
    crm.work().await;
    assert_eq!(crm.meetings().len(), 1, "the other still uses it");
    crm.scheduler.cancel(&crm.by, second.id).await.unwrap();
    crm.work().await;
    assert_eq!(crm.meetings(), []);
    assert!(matches!(crm.link(&second).await, LinkState::Dropped));
}

#[tokio::test]
async fn r14_an_appointment_that_moves_gets_a_new_link() {
    let crm = Crm::new().await;
    let old = crm.book(slot(0)).await;
    let new = crm.scheduler.reschedule(&crm.by, old.id, slot(1), None).await.unwrap();
    crm.work().await;
    let meetings = crm.meetings();
    assert_eq!((meetings.len(), meetings[0].start), (1, slot(1)));
    assert_eq!(ready(&crm.link(&new).await), meetings[0].join_url);
    assert_ne!(ready(&link(&old)), meetings[0].join_url);
}

#[tokio::test]
async fn r16_what_does_not_fit_into_the_day_is_deferred() {
    let crm = Crm::new().await;
    crm.server.zoom().use_up(&zoom_ann(), 100);
    let booked = crm.book(slot(0)).await;
    assert!(matches!(link(&booked), LinkState::Deferred { .. }), "{:?}", link(&booked));
    assert_eq!(crm.meetings(), []);
}
