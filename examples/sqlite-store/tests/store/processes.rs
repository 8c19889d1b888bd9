//! Several processes over one file, some of which die.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;

use slotlink::ports::{CommitOutcome, Expect, Page, Scan, Store, Version};
use sqlite_store::SqliteStore;

use crate::rows::{block_on, change, key, put, puts};
use crate::trouble;

pub(crate) const TESTS: &[(&str, fn())] =
    &[("ST-1, ST-2, ST-3 processes count, and some are killed", processes_count)];

const ROLE: &str = "SQLITE_STORE_ROLE";
const FILE: &str = "SQLITE_STORE_FILE";

/// How many count at once in each process: their commits share transactions.
const COUNTERS: usize = 4;
/// How often each of them counts.
const STEPS: usize = 25;

/// Starts this program again, over a file.
pub(crate) fn start(role: &str, file: &Path) -> Child {
    let program = std::env::current_exe().unwrap();
    start_with(Command::new(program), role, file)
}

pub(crate) fn start_with(mut command: Command, role: &str, file: &Path) -> Child {
    command.env(ROLE, role).env(FILE, file).stdout(Stdio::piped()).spawn().unwrap()
}

/// Waits for it; what it has told, line by line.
pub(crate) fn finish(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// What a process does that a test has started; `None` if nobody has.
pub(crate) fn play_role() -> Option<ExitCode> {
    let role = std::env::var(ROLE).ok()?;
    let file = PathBuf::from(std::env::var_os(FILE)?);
    let store = SqliteStore::open(file).unwrap();
    match role.as_str() {
        "open" => {}
        "count" => thread::scope(|scope| {
            for number in 0..COUNTERS {
                let store = &store;
                scope.spawn(move || count(store, &format!("{} {number}", std::process::id())));
            }
        }),
        "fill" => trouble::fill(&store),
        _ => return Some(ExitCode::FAILURE),
    }
    Some(ExitCode::SUCCESS)
}

/// Tells the parent, at once.
pub(crate) fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Adds one to the common counter, again and again, and says so each time. Each step leaves a
/// receipt.
fn count(store: &SqliteStore, who: &str) {
    let mut steps = 0;
    while steps < STEPS {
        let (version, number) = counter(store);
        let receipt = put(&format!("receipt {who} {steps}"), Expect::Absent, "{}");
        let counted = put("counter", Expect::At(version), &(number + 1).to_string());
        match block_on(store.commit(&change([counted, receipt]))).unwrap() {
            CommitOutcome::Committed => {
                tell("counted");
                steps += 1;
            }
            CommitOutcome::Conflict { keys } => assert_eq!(keys, [key("counter")]),
            CommitOutcome::Unknown => panic!("nothing is doubtful here"),
        }
    }
}

fn counter(store: &SqliteStore) -> (Version, usize) {
    let found = block_on(store.get(&[key("counter")])).unwrap().remove(0).unwrap();
    (found.version, std::str::from_utf8(&found.row.json).unwrap().parse().unwrap())
}

/// The versions of the receipts.
fn receipts(store: &SqliteStore) -> Vec<Version> {
    let scan = Scan::Range { from: key("receipt"), to: key("receipu") };
    let page = block_on(store.scan(&scan, &Page::first(u16::MAX))).unwrap();
    page.rows.into_iter().map(|(_, found)| found.version).collect()
}

/// Reads what a process tells; after some lines it is killed, if it is to be. How often it counted.
fn watch(mut child: Child, kill_after: Option<usize>) -> usize {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut counted = lines.by_ref().take(kill_after.unwrap_or(usize::MAX)).count();
    if kill_after.is_some() {
        child.kill().unwrap();
        counted += lines.count();
    }
    assert_eq!(child.wait().unwrap().success(), kill_after.is_none());
    counted
}

fn processes_count() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.db");
    let store = SqliteStore::open(&file).unwrap();
    block_on(store.commit(&change([put("counter", Expect::Absent, "0")]))).unwrap();
    // Killed ones and others, all at once; each time a process of this file dies.
    let kills = [None, Some(1), Some(10), Some(20), Some(30), Some(40)];
    let watched = thread::scope(|scope| {
        let watch = |kill| {
            let child = start("count", &file);
            scope.spawn(move || watch(child, kill))
        };
        let watched: Vec<_> = kills.into_iter().map(watch).collect();
        watched.into_iter().map(|counted| counted.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(watched[0], COUNTERS * STEPS);
    let told: usize = watched.iter().sum();
    // A killed process may have counted without saying so, once for each that counts in it.
    let most = told + COUNTERS * (kills.len() - 1);
    drop(store);
    let store = SqliteStore::open(&file).unwrap();
    let (_, number) = counter(&store);
    assert!((told..=most).contains(&number), "{told} told, {number} counted");
    let versions = receipts(&store);
    assert_eq!(versions.len(), number, "a step is whole");
    assert_eq!(versions.into_iter().collect::<BTreeSet<_>>().len(), number, "no version repeats");
    assert_eq!(block_on(store.commit(&puts(["after"]))).unwrap(), CommitOutcome::Committed);
}
