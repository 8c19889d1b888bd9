//! HS-5: what failed is told without what was sent.

use slotlink::ports::HttpSend as _;

use crate::server::{Server, Then};
use crate::{post, sender, within};

#[tokio::test]
async fn hs5_errors_show_neither_address_nor_headers_nor_bodies() {
    let server =
        Server::start(&[Then::Close, Then::BreakOff, Then::Endless(None), Then::Silence]).await;
    let sender = sender();
    let mut errors = Vec::new();
    for address in [&server.address; 4] {
        errors.push(sender.send(post(address), within(400)).await.unwrap_err());
    }
    for address in ["http://127.0.0.1:1", "ftp://127.0.0.1", ""] {
        errors.push(sender.send(post(address), within(400)).await.unwrap_err());
    }
    for error in errors {
        let mut told = format!("{error} {error:?}");
        let mut cause = std::error::Error::source(&error);
        while let Some(next) = cause {
            told.push_str(&format!(" {next} {next:?}"));
            cause = next.source();
        }
        assert!(!told.contains("CANARY"), "{told}");
    }
}

#[test]
fn hs5_debug_shows_nothing() {
    assert_eq!(format!("{:?}", sender()), "ReqwestSender { .. }");
}
