//! ST-4, ST-7: what the server tells, or does not, and what the store makes of it.

use std::sync::Arc;
use std::time::Duration;

use local_postgres::LocalPostgres;
use postgres_store::PostgresStore;
use slotlink::ports::{CommitOutcome, Expect, Operation, Store, Version, Write};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_postgres::Client;

use crate::lab::{Home, Lab, Test, test, until};
use crate::words::{change, check, commit, conflict, key, new, put, read, version};

pub(crate) fn tests() -> Vec<Test> {
    vec![
        test("faults::st_4_no_connection_is_certain", no_connection),
        test("faults::st_4_a_lock_that_is_not_had_in_time_is_a_conflict", lock_timeout),
        test("faults::stores_in_different_schemas_do_not_wait_for_each_other", schemas),
        test("faults::st_4_a_deadlock_with_another_program_is_a_conflict", deadlock),
        test("faults::st_4_a_row_that_is_changed_by_hand_meanwhile_is_a_conflict", by_hand),
        test("faults::st_4_an_ended_session_is_doubtful", terminated),
        test("faults::st_4_another_isolation_level_is_refused", isolation),
        test("faults::st_7_thirty_dropped_commits_leave_the_pool_working", dropped),
        test("faults::st_1_a_crash_of_the_server_loses_nothing_that_was_told", crash).private(),
    ]
}

pub(crate) fn gone(sort: &str, version: Version) -> Operation {
    Operation::new(key(sort), Expect::At(version), Write::Delete)
}

/// The number of a key's lock.
async fn lock_number(client: &Client, sort: &str) -> i64 {
    let key = key(sort);
    let sql = "SELECT hash_record_extended( \
        ROW('slotlink_rows'::regclass::oid, $1::bytea, $2::bytea, $3::bytea), 0)";
    let parts = (key.realm().as_bytes(), key.partition(), key.sort());
    client.query_one(sql, &[&parts.0, &parts.1, &parts.2]).await.unwrap().get(0)
}

/// Takes the lock of a key, as another store's commit would.
async fn lock(client: &Client, sort: &str) {
    let number = lock_number(client, sort).await;
    client.query("SELECT pg_advisory_xact_lock($1)", &[&number]).await.unwrap();
}

/// Waits until a session of this home waits for a lock, and says which.
async fn waiting(home: &Home) -> i32 {
    let client = home.client().await;
    let sql = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
        AND application_name = current_setting('application_name')";
    let mut found = None;
    until("a session waits for a lock", async || {
        found = client.query_opt(sql, &[]).await.unwrap().map(|row| row.get(0));
        found.is_some()
    })
    .await;
    found.unwrap()
}

/// Another program in a transaction that holds the lock of a key.
async fn holder(home: &Home, sort: &str) -> Client {
    let client = home.client().await;
    client.batch_execute("BEGIN").await.unwrap();
    lock(&client, sort).await;
    client
}

async fn no_connection(_: Arc<Lab>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("postgresql://nobody@127.0.0.1:{port}/none");
    let store = PostgresStore::connect(&url, 2).unwrap();
    store.commit(&change(vec![new("a", "1")])).await.unwrap_err();
    store.get(&[key("a")]).await.unwrap_err();
}

async fn lock_timeout(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store_with(1, "-c lock_timeout=200ms");
    let holder = holder(&home, "a").await;
    let checks_and_writes = vec![new("a", "1"), check("b", Expect::Absent)];
    let outcome = store.commit(&change(checks_and_writes)).await.unwrap();
    assert_eq!(outcome, conflict(&["a"]));
    let only_checks = store.commit(&change(vec![check("a", Expect::Absent)])).await.unwrap();
    assert_eq!(only_checks, conflict(&["a"]));
    holder.batch_execute("ROLLBACK").await.unwrap();
    commit(&store, vec![new("a", "1")]).await;
}

async fn schemas(lab: Arc<Lab>) {
    let (home, other) = (lab.home().await, lab.home().await);
    let _holder = holder(&other, "a").await;
    commit(&home.store_with(1, "-c lock_timeout=200ms"), vec![new("a", "1")]).await;
}

async fn deadlock(lab: Arc<Lab>) {
    let home = lab.home().await;
    // Who looks for a deadlock first gives way.
    let store = home.store_with(1, "-c deadlock_timeout=1s");
    let (first, second) = in_order_of_locks(&home).await;
    let holder = holder(&home, second).await;
    holder.batch_execute("SET LOCAL deadlock_timeout = '1min'").await.unwrap();
    let both = tokio::spawn(async move {
        store.commit(&change(vec![new("a", "1"), new("b", "1")])).await.unwrap()
    });
    waiting(&home).await;
    lock(&holder, first).await;
    assert_eq!(both.await.unwrap(), conflict(&["a", "b"]));
}

/// `a` and `b` as the store locks them.
async fn in_order_of_locks(home: &Home) -> (&'static str, &'static str) {
    let client = home.client().await;
    let (a, b) = (lock_number(&client, "a").await, lock_number(&client, "b").await);
    if a < b { ("a", "b") } else { ("b", "a") }
}

async fn by_hand(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(1);
    commit(&store, vec![new("a", "1")]).await;
    let hand = home.client().await;
    for is_put in [true, false] {
        let at = version(&store, "a").await;
        let write = if is_put { put("a", Expect::At(at), "2") } else { gone("a", at) };
        let next = "BEGIN; UPDATE slotlink_rows SET version = nextval('slotlink_versions')";
        hand.batch_execute(next).await.unwrap();
        let both = vec![write, new("b", "1")];
        let (store, sent) = (store.clone(), change(both));
        let waits = tokio::spawn(async move { store.commit(&sent).await.unwrap() });
        waiting(&home).await;
        hand.batch_execute("COMMIT").await.unwrap();
        assert_eq!(waits.await.unwrap(), conflict(&["a", "b"]));
    }
    assert_eq!(read(&store, "b").await, None);
}

async fn terminated(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(1);
    let holder = holder(&home, "a").await;
    let sent = change(vec![new("a", "1")]);
    let doubtful = tokio::spawn({
        let (store, sent) = (store.clone(), sent.clone());
        async move { store.commit(&sent).await.unwrap() }
    });
    let session = waiting(&home).await;
    home.client().await.query("SELECT pg_terminate_backend($1)", &[&session]).await.unwrap();
    assert_eq!(doubtful.await.unwrap(), CommitOutcome::Unknown);
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(store.commit(&sent).await.unwrap(), CommitOutcome::Committed);
}

/// Under another level the rows would be read as of before the locks.
async fn isolation(lab: Arc<Lab>) {
    let home = lab.home().await;
    for level in ["serializable", r"repeatable\ read"] {
        let store = home.store_with(1, &format!("-c default_transaction_isolation={level}"));
        store.commit(&change(vec![new("a", "1")])).await.unwrap_err();
    }
}

async fn dropped(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(8);
    commit(&store, vec![new("kept", "0")]).await;
    let holder = holder(&home, "a").await;
    let mut tasks = JoinSet::new();
    for number in 0..30 {
        let store = store.clone();
        tasks.spawn(async move {
            let waits = change(vec![new("a", &number.to_string())]);
            timeout(Duration::from_millis(20 * number), store.commit(&waits)).await.is_ok()
        });
    }
    assert!(tasks.join_all().await.iter().all(|is_answered| !is_answered));
    holder.batch_execute("ROLLBACK").await.unwrap();
    drop(holder);
    let mut reads = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        reads.spawn(async move { read(&store, "kept").await.unwrap().row.json });
    }
    let reads = timeout(Duration::from_secs(5), reads.join_all()).await.unwrap();
    assert!(reads.iter().all(|json| **json == *b"0"));
    let client = home.client().await;
    until("no session is left but the pool's", async || {
        client.query(SESSIONS, &[]).await.unwrap().len() <= 8
    })
    .await;
}

/// Those of the home, but not the asking one.
const SESSIONS: &str = "SELECT 1 FROM pg_stat_activity \
    WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";

async fn crash(_: Arc<Lab>) {
    // A server of its own: others are not to be disturbed.
    let server = Arc::new(LocalPostgres::start(local_postgres::Sync::On).unwrap());
    let home = Home::of(&server).await;
    let store = home.store(4);
    for counter in 0..4 {
        commit(&store, vec![new(&counter.to_string(), "0")]).await;
    }
    let mut load = JoinSet::new();
    for counter in 0..4 {
        load.spawn(count(store.clone(), counter.to_string()));
    }
    for _ in 0..3 {
        sleep(Duration::from_millis(500)).await;
        let server = server.clone();
        tokio::task::spawn_blocking(move || server.crash().unwrap()).await.unwrap();
    }
    let mut seen = (0, 0);
    for (counter, told, unknown) in load.join_all().await {
        let stored: u32 = number(&read(&store, &counter).await.unwrap().row.json);
        assert!((told..=told + unknown).contains(&stored), "{told} {stored} {unknown}");
        seen = (seen.0 + told, seen.1 + unknown);
    }
    assert!(
        seen.0 > 0 && seen.1 > 0,
        "neither may be missing for this to prove anything: {seen:?}"
    );
}

fn number(json: &[u8]) -> u32 {
    std::str::from_utf8(json).unwrap().parse().unwrap()
}

/// Counts for some seconds: how often it was told that it did, and how often it was not told.
async fn count(store: PostgresStore, counter: String) -> (String, u32, u32) {
    let (mut told, mut unknown) = (0, 0);
    let end = Instant::now() + Duration::from_secs(8);
    while Instant::now() < end {
        let Ok(mut found) = store.get(&[key(&counter)]).await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        let found = found.remove(0).unwrap();
        let next = (number(&found.row.json) + 1).to_string();
        let operations = vec![put(&counter, Expect::At(found.version), &next)];
        match store.commit(&change(operations)).await {
            Ok(CommitOutcome::Committed) => told += 1,
            Ok(CommitOutcome::Unknown) => unknown += 1,
            Ok(CommitOutcome::Conflict { .. }) | Err(_) => {}
        }
    }
    (counter, told, unknown)
}
