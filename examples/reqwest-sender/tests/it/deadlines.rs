//! HS-3: nothing happens after the deadline.

use std::time::Duration;

use chrono::TimeDelta;
use slotlink::ports::{Clock, HttpSend as _, SystemClock};
use tokio::time::sleep;

use crate::server::{Server, Then};
use crate::{is_not_sent, is_unknown, post, sender, within};

/// How late a test may notice, on a machine that has much else to do.
const BUSY: TimeDelta = TimeDelta::milliseconds(250);

#[tokio::test]
async fn hs3_hs4_after_the_deadline_nothing_is_sent() {
    let server = Server::start(&[Then::Answer("200 OK", "{}")]).await;
    for late in [0, -1, -60_000, i64::from(i32::MIN)] {
        let answer = sender().send(post(&server.address), within(late)).await;
        assert!(is_not_sent(&answer), "{late}: {answer:?}");
    }
    sleep(Duration::from_millis(50)).await;
    assert_eq!(server.accepts(), 0);
}

#[tokio::test]
async fn hs3_hs4_without_an_answer_the_call_has_returned_by_the_deadline_as_unknown() {
    for then in [Then::Silence, Then::Stall] {
        let server = Server::start(&[then]).await;
        let deadline = within(300);
        let answer = sender().send(post(&server.address), deadline).await;
        assert!(SystemClock.now() <= deadline + BUSY);
        assert!(is_unknown(&answer), "{answer:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

/// A listener whose queue is full does not answer at all, as a host that has gone.
#[tokio::test]
async fn hs3_a_connection_that_is_never_made_ends_by_the_deadline() {
    let listener = tokio::net::TcpSocket::new_v4().unwrap();
    listener.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let fill = async || tokio::time::timeout(Duration::from_millis(50), dial(address)).await;
    let mut held = Vec::new();
    while let Ok(Ok(connection)) = fill().await {
        held.push(connection);
    }
    let deadline = within(300);
    let answer = sender().send(post(&format!("http://{address}")), deadline).await;
    assert!(answer.is_err());
    assert!(SystemClock.now() <= deadline + BUSY);
}

async fn dial(address: std::net::SocketAddr) -> std::io::Result<tokio::net::TcpStream> {
    tokio::net::TcpStream::connect(address).await
}
