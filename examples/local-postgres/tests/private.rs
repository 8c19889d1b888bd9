//! A private server comes up, survives its crash, and leaves nothing behind.

// Only ever built for tests; this tells clippy that helpers may unwrap, too.
#![cfg(test)]
#![expect(clippy::print_stdout, reason = "says what is left out")]

use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs, io::Read, path::Path, thread};

use local_postgres::{LocalPostgres, Sync, is_demanded};
use tokio_postgres::{Client, Config, Error, NoTls};

/// Set in the process that is killed.
const TO_BE_KILLED: &str = "LOCAL_POSTGRES_TO_BE_KILLED";

/// A private server, if one can be had here. If not, that is said, or fails where it is demanded.
fn server(sync: Sync) -> Option<LocalPostgres> {
    match LocalPostgres::start(sync) {
        Ok(server) if server.is_private() => return Some(server),
        Ok(_) => println!("left out: DATABASE_URL names a server, which is not ours to stop"),
        Err(reason) if is_demanded() => panic!("{reason}"),
        Err(reason) => println!("left out: {reason}"),
    }
    None
}

fn with_client<T>(url: &str, work: impl AsyncFnOnce(Client) -> Result<T, Error>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        work(client).await.unwrap()
    })
}

fn one(url: &str, sql: &str) -> String {
    with_client(url, async |client| client.query_one(sql, &[]).await.map(|row| row.get(0)))
}

fn run(url: &str, sql: &str) {
    with_client(url, async |client| client.batch_execute(sql).await);
}

fn data_folder(server: &LocalPostgres) -> String {
    one(server.url(), "SELECT current_setting('data_directory')")
}

fn is_gone(port: u16, data: &str) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_err()
        && !Path::new(data).parent().is_some_and(Path::exists)
}

fn port(url: &str) -> u16 {
    url.parse::<Config>().unwrap().get_ports()[0]
}

#[test]
fn it_syncs_unless_told_otherwise_and_listens_on_loopback_only() {
    for (sync, fsync) in [(Sync::On, "on"), (Sync::Off, "off")] {
        let Some(server) = server(sync) else { return };
        let setting = |name: &str| one(server.url(), &format!("SELECT current_setting('{name}')"));
        assert_eq!(setting("fsync"), fsync);
        assert_eq!(setting("synchronous_commit"), "on");
        assert_eq!(setting("listen_addresses"), "127.0.0.1");
    }
}

#[test]
fn a_crash_cuts_connections_and_keeps_what_was_committed() {
    let Some(server) = server(Sync::On) else { return };
    run(server.url(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
    let error = with_client(server.url(), async |client| {
        server.crash().unwrap();
        Ok(client.batch_execute("SELECT 1").await.unwrap_err())
    });
    assert!(error.is_closed() || error.code().is_some(), "{error}");
    assert_eq!(one(server.url(), "SELECT n::text FROM kept"), "7");
}

#[test]
fn schemas_are_apart_and_go_when_they_are_dropped() {
    let Some(server) = server(Sync::Off) else { return };
    let (one_schema, other) = (server.schema().unwrap(), server.schema().unwrap());
    run(&one_schema.url(), "CREATE TABLE t (n int)");
    run(&other.url(), "CREATE TABLE t (n int)");
    drop(one_schema);
    let left = "SELECT count(*)::text FROM pg_namespace WHERE nspname LIKE 'test\\_%'";
    assert_eq!(one(server.url(), left), "1");
}

#[test]
fn nothing_is_left_after_a_panic() {
    let Some(server) = server(Sync::Off) else { return };
    let (port, data) = (port(server.url()), data_folder(&server));
    assert!(fs::exists(Path::new(&data).parent().unwrap()).unwrap());
    let panicked = thread::spawn(move || {
        let _server = server;
        panic!("on purpose");
    });
    panicked.join().unwrap_err();
    assert!(is_gone(port, &data));
}

/// Runs this test in a process of its own, and kills that as soon as its server is up.
#[test]
fn nothing_is_left_after_the_process_was_killed() {
    if env::var_os(TO_BE_KILLED).is_some() {
        let Some(server) = server(Sync::Off) else { return };
        println!("\nup {} {}", port(server.url()), data_folder(&server));
        thread::sleep(Duration::from_secs(60));
        return;
    }
    if server(Sync::Off).is_none() {
        return;
    }
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "nothing_is_left_after_the_process_was_killed", "--nocapture"])
        .env(TO_BE_KILLED, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut byte = [0];
    let mut out = child.stdout.take().unwrap();
    while !(told.contains("up ") && told.ends_with("data\n")) {
        assert_eq!(out.read(&mut byte).unwrap(), 1, "{told}");
        told.push(char::from(byte[0]));
    }
    let (_, up) = told.split_once("up ").unwrap();
    let (port, data) = up.trim().split_once(' ').unwrap();
    let port = port.parse().unwrap();
    assert!(!is_gone(port, data));
    child.kill().unwrap();
    child.wait().unwrap();
    let is_soon_gone = (0..100).any(|_| {
        thread::sleep(Duration::from_millis(100));
        is_gone(port, data)
    });
    assert!(is_soon_gone, "{data}");
}
