//! HS-2 and HS-4: connections that are refused, closed or kept.

use std::time::Duration;

use slotlink::ports::HttpSend as _;
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::server::{Server, Then};
use crate::{is_not_sent, is_unknown, post, send, sender, within};

const OK: Then = Then::Answer("200 OK", "{}");

#[tokio::test]
async fn hs4_a_refused_connection_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert!(is_not_sent(&send(&address).await));
}

#[tokio::test]
async fn hs4_a_host_without_an_address_is_not_sent() {
    assert!(is_not_sent(&send("http://nobody.invalid").await));
}

#[tokio::test]
async fn hs4_an_address_that_is_none_is_not_sent() {
    for address in ["ftp://127.0.0.1", ""] {
        assert!(is_not_sent(&send(address).await), "{address}");
    }
}

#[tokio::test]
async fn hs2_hs4_a_connection_closed_without_an_answer_is_unknown_and_nothing_is_repeated() {
    let server = Server::start(&[Then::Close, OK]).await;
    assert!(is_unknown(&send(&server.address).await));
    sleep(Duration::from_millis(100)).await;
    assert_eq!((server.accepts(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn two_requests_share_a_connection() {
    let server = Server::start(&[OK, OK]).await;
    let sender = sender();
    for _ in 0..2 {
        sender.send(post(&server.address), within(5_000)).await.unwrap();
    }
    assert_eq!((server.accepts(), server.requests().len()), (1, 2));
}

/// The worst moment: the server closes just when the next request is written. Whatever the sender
/// says, the server sees it once at most; and if it says "not sent", never.
#[tokio::test]
async fn hs2_a_request_over_a_kept_connection_that_was_closed_arrives_at_most_once() {
    for pause in 0..40 {
        let server = Server::start(&[Then::AnswerAndClose, OK, OK]).await;
        let sender = sender();
        sender.send(post(&server.address), within(5_000)).await.unwrap();
        sleep(Duration::from_micros(pause * 50)).await;
        let second = sender.send(post(&server.address), within(5_000)).await;
        let seen = server.requests().len() - 1;
        match &second {
            Ok(_) => assert_eq!(seen, 1),
            answer if is_not_sent(answer) => assert_eq!(seen, 0),
            _ => assert!(seen <= 1),
        }
    }
}

/// And when the server reads the request before it closes, it is not sent again.
#[tokio::test]
async fn hs2_a_request_that_a_kept_connection_lost_is_not_repeated() {
    let server = Server::start(&[OK, Then::Close, OK]).await;
    let sender = sender();
    sender.send(post(&server.address), within(5_000)).await.unwrap();
    assert!(is_unknown(&sender.send(post(&server.address), within(5_000)).await));
    sleep(Duration::from_millis(100)).await;
    assert_eq!((server.accepts(), server.requests().len()), (1, 2));
}
