//! The switchboard: as a page, as JSON, and what it says when something cannot be done.

use http::Request;
use serde_json::{Value, json};
use slotlink::words::ZoomAccountId;
use url::Url;
use zoom_server::{ZoomServer, ZoomServerConfig};

use crate::browser::{get, send, state, submit, switch, text};
use crate::crm::{Crm, slot};

async fn server() -> (ZoomServer, Url) {
    let server = ZoomServer::start(ZoomServerConfig::default()).await.unwrap();
    server.zoom().add_account(ZoomAccountId::new("zoom/ann b").unwrap());
    let url = server.url();
    (server, url)
}

#[tokio::test]
async fn it_shows_users_meetings_and_webhooks() {
    let crm = Crm::new().await;
    crm.book(slot(0)).await;
    crm.book(slot(1)).await;
    crm.server.zoom().delete_meeting(crm.meetings()[1].id);
    let (kept, deleted) = (&crm.meetings()[0], &crm.server.zoom().deleted_meetings()[0]);
    let page = text(&get(&crm.server.url()).await);
    for said in [
        "Simulated Zoom".to_owned(),
        "2 of 100".to_owned(),
        kept.join_url.clone(),
        format!("/simulated/meetings/{}/delete", kept.id),
        format!("/simulated/meetings/{}/restore", deleted.id),
        kept.agenda.clone(),
        kept.start.format("%Y-%m-%d %H:%M").to_string(),
        "/simulated/users/zoom-ann/remove-app".to_owned(),
    ] {
        assert!(page.contains(&said), "{said}: {page}");
    }
    let state = state(&crm.server.url()).await;
    assert_eq!(state["users"][0]["zoom"], "zoom-ann");
    assert_eq!(state["users"][0]["requests_today"], 2);
    assert_eq!(state["users"][0]["connected"], true);
    assert_eq!(state["meetings"][0]["id"], kept.id.number());
    assert_eq!(state["deleted"][0]["join_url"], deleted.join_url.as_str());
}

#[tokio::test]
async fn a_form_leads_back_to_the_board() {
    let (server, url) = server().await;
    let fields = [("zoom", "zoom/ann b"), ("requests", "7")];
    let answer = submit(&url.join("simulated/use-up").unwrap(), &fields).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (303, &"/".parse().unwrap())
    );
    assert_eq!(state(&url).await["users"][0]["requests_today"], 7);
    let plan = [("fault", "gone"), ("call", ""), ("zoom", ""), ("times", "1")];
    assert_eq!(submit(&url.join("simulated/faults").unwrap(), &plan).await.status(), 303);
    let added = submit(&url.join("simulated/users").unwrap(), &[("zoom", "zoom-bob")]).await;
    assert_eq!(added.status(), 303);
    assert_eq!(server.zoom().requests_today().len(), 2);
}

#[tokio::test]
async fn a_user_of_any_name_has_switches() {
    let (_server, url) = server().await;
    let page = text(&get(&url).await);
    let path = "/simulated/users/zoom%2Fann%20b/remove-app";
    assert!(page.contains(path), "{page}");
    let answer = submit(&url.join(path).unwrap(), &[]).await;
    assert_eq!(answer.status(), 404);
    assert!(text(&answer).contains("zoom/ann b has not added the app"), "{}", text(&answer));
}

#[tokio::test]
async fn whatever_cannot_be_done_is_said() {
    let (_server, url) = server().await;
    let refused: [(&str, Value, u16, &str); 12] = [
        ("use-up", json!({"zoom": "nobody", "requests": 1}), 404, "no Zoom user nobody"),
        ("use-up", json!({"zoom": "zoom/ann b"}), 400, "requests"),
        ("faults", json!({"fault": "fire"}), 400, "done_reply_lost"),
        ("faults", json!({"fault": "lost", "call": "sing"}), 400, "create_meeting"),
        ("faults", json!({"fault": "lost", "zoom": "nobody"}), 404, "no Zoom user nobody"),
        ("faults", json!({"fault": "lost", "times": 0}), 400, "once at least"),
        ("meetings/1/delete", json!({}), 404, "no meeting 1"),
        ("meetings/1/restore", json!({}), 404, "no meeting 1"),
        ("meetings/x/restore", json!({}), 400, "no number"),
        ("users/nobody/remove-app", json!({}), 404, "no Zoom user nobody"),
        ("events", json!({"url": "ftp://a/"}), 400, "no http address"),
        ("events/validate", json!({}), 502, "not said where webhooks go"),
    ];
    for (path, said, status, message) in refused {
        let answer = switch(&url, &format!("simulated/{path}"), said.clone()).await;
        assert_eq!(answer.0, status, "{path} {said}: {}", answer.1);
        assert!(answer.1.contains(message), "{path} {said}: {}", answer.1);
    }
    let broken = submit(&url.join("simulated/use-up").unwrap(), &[("zoom", "a")]).await;
    assert_eq!(broken.status(), 400);
    assert!(text(&broken).contains("requests"), "{}", text(&broken));
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let (server, url) = server().await;
    let address = url.join("simulated/use-up").unwrap();
    let request = Request::post(address.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example")
        .body(b"zoom=zoom%2Fann+b&requests=7".to_vec())
        .unwrap();
    assert_eq!(send(request).await.status(), 403);
    assert_eq!(*server.zoom().requests_today().values().next().unwrap(), 0);
}
