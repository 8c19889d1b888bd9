//! Webhooks on their way to the app, and what the services make of them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use slotlink::ConnectionState;

use crate::browser::{state, switch};
use crate::crm::{Crm, eventually, link, ready, slot, zoom_ann};

async fn delivered(crm: &Crm, count: u32) {
    let url = crm.server.url();
    eventually("delivered", async || state(&url).await["webhooks"]["delivered"] == count).await;
}

#[tokio::test]
async fn r13_a_meeting_that_a_person_deletes_is_made_anew() {
    let crm = Crm::new().await;
    let booked = crm.book(slot(0)).await;
    let old = ready(&link(&booked));
    let path = format!("simulated/meetings/{}/delete", crm.meetings()[0].id);
    assert_eq!(switch(&crm.server.url(), &path, json!({})).await.0, 200);
    delivered(&crm, 1).await;
    crm.work().await;
    let new = ready(&crm.link(&booked).await);
    assert_ne!(new, old);
    assert_eq!(crm.meetings()[0].join_url, new);
}

#[tokio::test]
async fn r13_a_dropped_meeting_that_a_person_restores_is_deleted_again() {
    let crm = Crm::new().await;
    let booked = crm.book(slot(0)).await;
    let path = format!("simulated/meetings/{}/restore", crm.meetings()[0].id);
    crm.scheduler.cancel(&crm.by, booked.id).await.unwrap();
    crm.work().await;
    assert_eq!(switch(&crm.server.url(), &path, json!({})).await.0, 200);
    assert_eq!(crm.meetings().len(), 1);
    delivered(&crm, 2).await;
    crm.work().await;
    assert_eq!(crm.meetings(), []);
}

#[tokio::test]
async fn r6_a_user_who_removes_the_app_needs_a_new_consent() {
    let crm = Crm::new().await;
    let path = "simulated/users/zoom-ann/remove-app";
    assert_eq!(switch(&crm.server.url(), path, json!({})).await.0, 200);
    delivered(&crm, 1).await;
    // Zoom is asked, since the consent was but a moment ago.
    crm.work().await;
    assert!(matches!(crm.connection().await, ConnectionState::NeedsReconnect { .. }));
}

#[tokio::test]
async fn r27_a_webhook_that_the_app_does_not_take_comes_again_as_it_was_signed() {
    let crm = Crm::new().await;
    crm.inbox.refuses.store(2, Ordering::SeqCst);
    crm.server.zoom().remove_app(&zoom_ann());
    delivered(&crm, 1).await;
    let came = crm.inbox.came.lock().unwrap().clone();
    assert_eq!(came.len(), 3);
    for (headers, body) in &came {
        assert_eq!(headers["x-zm-signature"], came[0].0["x-zm-signature"]);
        assert_eq!(body, &came[0].1);
    }
}

#[tokio::test]
async fn a_webhook_is_given_up_after_the_last_attempt() {
    let crm = Crm::new().await;
    crm.inbox.refuses.store(4, Ordering::SeqCst);
    crm.server.zoom().remove_app(&zoom_ann());
    let url = crm.server.url();
    eventually("given up", async || state(&url).await["webhooks"]["failed"] == 1).await;
    let webhooks = &state(&url).await["webhooks"];
    assert_eq!((&webhooks["delivered"], &webhooks["waiting"]), (&json!(0), &json!(0)));
    assert_eq!(crm.inbox.came.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_webhook_that_waits_holds_up_no_other() {
    let crm = Crm::trying_again_after(Duration::from_secs(1)).await;
    crm.book(slot(0)).await;
    crm.inbox.refuses.store(1, Ordering::SeqCst);
    crm.server.zoom().delete_meeting(crm.meetings()[0].id);
    eventually("refused", async || crm.inbox.refuses.load(Ordering::SeqCst) == 0).await;
    crm.server.zoom().remove_app(&zoom_ann());
    delivered(&crm, 1).await;
    assert_eq!(state(&crm.server.url()).await["webhooks"]["waiting"], 1);
    delivered(&crm, 2).await;
}

#[tokio::test]
async fn a_webhook_that_waits_goes_where_webhooks_go_by_then() {
    let crm = Crm::trying_again_after(Duration::from_secs(1)).await;
    let url = crm.server.url();
    let app = state(&url).await["webhooks"]["events"].clone();
    let nowhere = json!({"url": "http://127.0.0.1:1/"});
    assert_eq!(switch(&url, "simulated/events", nowhere).await.0, 200);
    crm.server.zoom().remove_app(&zoom_ann());
    eventually("waiting", async || state(&url).await["webhooks"]["waiting"] == 1).await;
    assert_eq!(switch(&url, "simulated/events", json!({"url": app})).await.0, 200);
    delivered(&crm, 1).await;
}

#[tokio::test]
async fn r27_the_app_proves_that_it_knows_the_secret() {
    let crm = Crm::new().await;
    let server = crm.server.url();
    let validate = async || switch(&server, "simulated/events/validate", json!({})).await;
    assert_eq!(validate().await, (200, "the app has proved its secret".to_owned()));
    crm.inbox.refuses.store(1, Ordering::SeqCst);
    assert_eq!(validate().await.0, 502);
    assert_eq!(crm.inbox.came.lock().unwrap().len(), 2, "nobody tries again");
    crm.server.set_events("http://127.0.0.1:1/".parse().unwrap());
    let (status, message) = validate().await;
    assert_eq!(status, 502);
    assert!(message.contains("did not answer"), "{message}");
}
