//! ST-4, ST-5 where the network loses the question, the answer, or both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use postgres_store::PostgresStore;
use slotlink::ports::{ChangeSet, CommitOutcome, Expect, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_postgres::Config;

use crate::lab::{Home, Lab, Test, test, until};
use crate::words::{change, commit, conflict, new, put, read, version};

pub(crate) fn tests() -> Vec<Test> {
    vec![
        test("lost::st_4_a_lost_answer_is_doubtful_and_sending_again_settles_it", answer_lost),
        test("lost::st_4_silence_is_doubtful_and_the_pool_goes_on", silence),
        test("lost::st_4_a_lost_question_is_never_told_as_committed", question_lost),
        test("lost::st_4_a_statement_that_was_not_prepared_is_certain", not_prepared),
    ]
}

/// What the wire does.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u8)]
enum Wire {
    Works,
    CutsQuestion,
    CutsAnswer,
    SwallowsAnswer,
}

/// A wire between store and server that can be told to fail.
#[derive(Clone)]
struct Proxy {
    state: Arc<AtomicU8>,
    port: u16,
}

impl Proxy {
    async fn to(host: String, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().port();
        let proxy = Self { state: Arc::new(AtomicU8::new(Wire::Works as u8)), port: here };
        let accepting = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect((host.as_str(), port)).await.unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(accepting.clone().pass(from_client, to_server, Wire::CutsQuestion));
                tokio::spawn(accepting.clone().pass(from_server, to_client, Wire::CutsAnswer));
            }
        });
        proxy
    }

    fn set(&self, wire: Wire) {
        self.state.store(wire as u8, Ordering::SeqCst);
    }

    fn is(&self, wire: Wire) -> bool {
        self.state.load(Ordering::SeqCst) == wire as u8
    }

    /// Passes bytes on until the wire cuts this direction.
    async fn pass(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, cut: Wire) {
        let mut bytes = vec![0; 64 << 10];
        while let Ok(count) = from.read(&mut bytes).await {
            let is_swallowed = cut == Wire::CutsAnswer && self.is(Wire::SwallowsAnswer);
            if count == 0 || self.is(cut) {
                return;
            }
            if !is_swallowed && to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    }
}

/// A store behind a wire that works still, with one connection that has prepared its statements.
async fn behind_a_wire(home: &Home) -> (Proxy, PostgresStore) {
    let config: Config = home.url().parse().unwrap();
    let host = match config.get_hosts() {
        [tokio_postgres::config::Host::Tcp(host)] => host.clone(),
        other => panic!("the wire is TCP: {other:?}"),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let proxy = Proxy::to(host.clone(), port).await;
    let there = format!("{host}:{port}");
    let url = home.url().replace(&there, &format!("127.0.0.1:{}", proxy.port));
    assert_ne!(url, home.url(), "the URL names its port");
    let store = PostgresStore::connect(&url, 1).unwrap();
    let store = store.answered_within(Duration::from_millis(500));
    commit(&store, vec![new("counter", "0")]).await;
    (proxy, store)
}

/// Counts up, with a receipt.
async fn counting(store: &dyn Store) -> ChangeSet {
    let at = Expect::At(version(store, "counter").await);
    change(vec![put("counter", at, "1"), new("receipt", "{}")])
}

async fn assert_counted_once(store: &PostgresStore, sent: &ChangeSet) {
    assert_eq!(store.commit(sent).await.unwrap(), conflict(&["counter", "receipt"]));
    assert_eq!(*read(store, "counter").await.unwrap().row.json, *b"1");
}

async fn answer_lost(lab: Arc<Lab>) {
    let home = lab.home().await;
    let (proxy, store) = behind_a_wire(&home).await;
    let sent = counting(&store).await;
    proxy.set(Wire::CutsAnswer);
    assert_eq!(store.commit(&sent).await.unwrap(), CommitOutcome::Unknown);
    proxy.set(Wire::Works);
    assert_counted_once(&store, &sent).await;
}

async fn silence(lab: Arc<Lab>) {
    let home = lab.home().await;
    let (proxy, store) = behind_a_wire(&home).await;
    let sent = counting(&store).await;
    proxy.set(Wire::SwallowsAnswer);
    assert_eq!(store.commit(&sent).await.unwrap(), CommitOutcome::Unknown);
    proxy.set(Wire::Works);
    assert_counted_once(&store, &sent).await;
}

async fn question_lost(lab: Arc<Lab>) {
    let home = lab.home().await;
    let (proxy, store) = behind_a_wire(&home).await;
    let sent = counting(&store).await;
    proxy.set(Wire::CutsQuestion);
    assert_eq!(store.commit(&sent).await.unwrap(), CommitOutcome::Unknown);
    proxy.set(Wire::Works);
    assert_eq!(*read(&store, "counter").await.unwrap().row.json, *b"0");
    assert_eq!(store.commit(&sent).await.unwrap(), CommitOutcome::Committed);
    assert_counted_once(&store, &sent).await;
}

/// A new connection has to prepare first: what fails there was never sent.
async fn not_prepared(lab: Arc<Lab>) {
    let home = lab.home().await;
    let (proxy, store) = behind_a_wire(&home).await;
    let sent = counting(&store).await;
    let sessions = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
        WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    let client = home.client().await;
    until("the session has ended", async || client.query(sessions, &[]).await.unwrap().is_empty())
        .await;
    proxy.set(Wire::CutsQuestion);
    store.commit(&sent).await.unwrap_err();
    proxy.set(Wire::Works);
    assert_eq!(store.commit(&sent).await.unwrap(), CommitOutcome::Committed);
}
