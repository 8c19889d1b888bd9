//! HS-4: a server that this machine does not trust gets nothing of the request.

use std::sync::Arc;

use rcgen::generate_simple_self_signed;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::{is_not_sent, send};

#[tokio::test]
async fn hs4_a_certificate_that_nobody_trusts_is_not_sent() {
    let (address, seen) = server().await;
    assert!(is_not_sent(&send(&address).await));
    assert_eq!(seen.await.unwrap(), b"", "not one byte within TLS");
}

/// With a certificate of its own making; gives what it reads within the first connection.
async fn server() -> (String, JoinHandle<Vec<u8>>) {
    let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let seen = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
            stream.read_to_end(&mut read).await.ok();
        }
        read
    });
    (address, seen)
}
