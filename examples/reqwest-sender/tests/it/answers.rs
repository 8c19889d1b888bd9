//! HS-1 and HS-2: what the server says comes back as it was said.

use slotlink::ports::{Clock, HttpSend as _, SystemClock};
use slotlink::zoom::MAX_ANSWER_BYTES;

use crate::server::{Server, Then};
use crate::{is_unknown, post, send, sender, within};

#[tokio::test]
async fn hs1_every_status_is_an_answer_with_its_body() {
    let statuses = [
        (200, "200 OK"),
        (201, "201 Created"),
        (400, "400 Bad Request"),
        (401, "401 Unauthorized"),
        (404, "404 Not Found"),
        (429, "429 Too Many Requests"),
        (500, "500 Internal Server Error"),
        (503, "503 Service Unavailable"),
    ];
    let script = statuses.map(|(_, status)| Then::Answer(status, r#"{"said":true}"#));
    let server = Server::start(&script).await;
    let sender = sender();
    for (status, _) in statuses {
        let answer = sender.send(post(&server.address), within(5_000)).await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-length"], "13");
        assert_eq!(answer.body(), br#"{"said":true}"#);
    }
    assert_eq!(server.requests().len(), statuses.len(), "none was sent twice");
}

#[tokio::test]
async fn hs1_an_answer_may_be_empty() {
    let server = Server::start(&[Then::Answer("204 No Content", "")]).await;
    let answer = send(&server.address).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().len()), (204, 0));
}

#[tokio::test]
async fn hs2_a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = Server::start(&[]).await;
    let server = Server::start(&[Then::Redirect(elsewhere.address.clone())]).await;
    let answer = send(&server.address).await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.headers()["location"], elsewhere.address);
    assert_eq!((server.requests().len(), elsewhere.accepts()), (1, 0));
}

#[tokio::test]
async fn hs2_a_request_arrives_as_it_was_built() {
    let server = Server::start(&[Then::Answer("200 OK", "{}")]).await;
    send(&server.address).await.unwrap();
    let requests = server.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v2/users/me/meetings?token=CANARY HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nauthorization: Bearer CANARY"), "{head}");
    assert_eq!(body, r#"{"topic":"CANARY"}"#);
}

#[tokio::test]
async fn hs4_an_answer_that_is_too_large_is_given_up() {
    for announced in [None, Some(MAX_ANSWER_BYTES + 1), Some(usize::MAX >> 1)] {
        let server = Server::start(&[Then::Endless(announced)]).await;
        let soon = within(10_000);
        let answer = sender().send(post(&server.address), within(60_000)).await;
        assert!(is_unknown(&answer), "{announced:?}: {answer:?}");
        assert!(format!("{:?}", answer.unwrap_err()).contains("TooLarge"));
        assert!(SystemClock.now() < soon, "the deadline is far away");
    }
}

#[tokio::test]
async fn hs4_an_answer_that_breaks_off_is_unknown() {
    let server = Server::start(&[Then::BreakOff]).await;
    assert!(is_unknown(&send(&server.address).await));
    assert_eq!(server.requests().len(), 1);
}
