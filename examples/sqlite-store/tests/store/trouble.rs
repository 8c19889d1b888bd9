//! What is answered when SQLite refuses (ST-4), and who shares a transaction with whom.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Command;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use slotlink::ports::{ChangeSet, CommitOutcome, Expect, Store, StoreError};
use sqlite_store::SqliteStore;
use tempfile::TempDir;

use crate::processes::{finish, start_with, tell};
use crate::rows::{block_on, change, key, put, puts, read, store};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("ST-2 change sets of one transaction see each other", one_transaction),
    ("ST-4 a file that stays locked is an error", a_file_that_stays_locked),
    ("ST-4 a statement that fails is an error for all of its transaction", a_failed_statement),
    ("ST-4 a COMMIT that fails leaves doubt for all of its transaction", a_failed_commit),
    #[cfg(unix)]
    ("ST-4 a full disk", a_full_disk),
];

type Answer = Result<CommitOutcome, StoreError>;

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("rows.db")
}

/// Another process that writes, until it is dropped.
fn lock(file: &Path) -> Connection {
    let other = Connection::open(file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

fn is_pending<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> bool {
    block_on(poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())))
}

/// Commits change sets in one transaction: they queue up while another one waits for a lock.
fn commit_together(store: &SqliteStore, folder: &TempDir, changes: &[ChangeSet]) -> Vec<Answer> {
    let lock = lock(&file(folder));
    let first = puts(["first"]);
    let mut first = store.commit(&first);
    assert!(is_pending(&mut first));
    thread::sleep(Duration::from_millis(100));
    let mut commits: Vec<_> = changes.iter().map(|change| store.commit(change)).collect();
    assert!(commits.iter_mut().all(is_pending));
    drop(lock);
    assert_eq!(block_on(first).unwrap(), CommitOutcome::Committed);
    commits.into_iter().map(block_on).collect()
}

fn one_transaction() {
    let (store, folder) = store();
    let changes = [puts(["a"]), puts(["a", "b"]), puts(["c"])];
    let answers = commit_together(&store, &folder, &changes).into_iter().map(Result::unwrap);
    let conflict = CommitOutcome::Conflict { keys: vec![key("a")] };
    assert!(answers.eq([CommitOutcome::Committed, conflict, CommitOutcome::Committed]));
    assert_eq!(block_on(read(&store, "b")), None);
    assert_ne!(block_on(read(&store, "c")), None);
}

fn a_file_that_stays_locked() {
    let (store, folder) = store();
    block_on(store.commit(&puts(["a"]))).unwrap();
    let lock = lock(&file(&folder));
    block_on(async {
        let (change, gone) = (puts(["b"]), puts(["c"]));
        let (answer, answer_too, found) =
            tokio::join!(store.commit(&change), store.commit(&gone), read(&store, "a"));
        assert!(answer.is_err() && answer_too.is_err());
        assert!(found.is_some(), "who reads waits for nobody");
    });
    drop(lock);
    assert_eq!(block_on(store.commit(&puts(["d"]))).unwrap(), CommitOutcome::Committed);
    assert_eq!(block_on(read(&store, "b")), None);
    assert_eq!(block_on(read(&store, "c")), None);
}

/// What SQLite then does with a row that is called so.
fn on_bad_row(folder: &TempDir, action: &str) {
    let trigger = format!(
        "CREATE TABLE broken (parent INTEGER REFERENCES broken DEFERRABLE INITIALLY DEFERRED,
             id INTEGER PRIMARY KEY);
         CREATE TRIGGER bad AFTER INSERT ON slotlink_rows WHEN new.sort = CAST('bad' AS BLOB)
         BEGIN {action}; END"
    );
    Connection::open(file(folder)).unwrap().execute_batch(&trigger).unwrap();
}

/// None of the rows is there, and all of them can be written.
fn nothing_is_left(store: &SqliteStore) {
    assert_eq!(block_on(read(store, "a")), None);
    assert_eq!(block_on(read(store, "bad")), None);
    assert_eq!(block_on(store.commit(&puts(["a", "b"]))).unwrap(), CommitOutcome::Committed);
}

fn a_failed_statement() {
    for kind in ["ABORT", "FAIL", "ROLLBACK"] {
        let (store, folder) = store();
        on_bad_row(&folder, &format!("SELECT RAISE({kind}, 'bad')"));
        let changes = [puts(["a"]), puts(["aa", "bad", "c"]), puts(["b"])];
        let answers = commit_together(&store, &folder, &changes);
        assert!(answers.iter().all(Result::is_err), "{kind}: {answers:?}");
        nothing_is_left(&store);
    }
}

fn a_failed_commit() {
    let (store, folder) = store();
    on_bad_row(&folder, "INSERT INTO broken (parent) VALUES (7)");
    // The second conflicts with what the first wrote, and that is not there afterwards.
    let changes = [puts(["a"]), puts(["a", "c"]), puts(["bad"])];
    for answer in commit_together(&store, &folder, &changes) {
        assert_eq!(answer.unwrap(), CommitOutcome::Unknown);
    }
    nothing_is_left(&store);
}

/// Writes pairs of rows until it has failed a few times, and tells what was answered.
pub(crate) fn fill(store: &SqliteStore) {
    let long = "x".repeat(30_000);
    let mut failed = 0;
    for number in 0.. {
        let pair = ["a", "b"].map(|row| put(&format!("{row} {number}"), Expect::Absent, &long));
        let word = match block_on(store.commit(&change(pair))) {
            Ok(CommitOutcome::Committed) => "committed",
            Ok(CommitOutcome::Conflict { .. }) => "conflict",
            Ok(CommitOutcome::Unknown) => "unknown",
            Err(_) => "error",
        };
        tell(word);
        failed += usize::from(word != "committed");
        if failed == 5 {
            return;
        }
    }
}

/// A limit on the size of files stands in for a disk: writing beyond it fails.
#[cfg(unix)]
fn a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    let program = std::env::current_exe().unwrap();
    shell.args(["-c", "trap '' XFSZ; ulimit -f 6000; exec \"$0\""]).arg(program);
    let told = finish(start_with(shell, "fill", &file(&folder)));
    let store = SqliteStore::open(file(&folder)).unwrap();
    for (number, word) in told.iter().enumerate() {
        let rows = block_on(async {
            (read(&store, &format!("a {number}")).await, read(&store, &format!("b {number}")).await)
        });
        assert_eq!(rows.0.is_some(), rows.1.is_some(), "a change set is whole");
        match word.as_str() {
            "committed" => assert!(rows.0.is_some()),
            "error" => assert!(rows.0.is_none()),
            word => assert_eq!(word, "unknown"),
        }
    }
    let count = |answer: &str| told.iter().filter(|word| *word == answer).count();
    assert!(count("committed") > 10 && count("unknown") > 0, "{told:?}");
    assert_eq!(block_on(store.commit(&puts(["after"]))).unwrap(), CommitOutcome::Committed);
}
