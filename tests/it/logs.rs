//! What the logs of the host application are told, with feature `tracing`: what fails where nobody else would
//! learn of it, and nothing that is secret or personal (I16).

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use http::HeaderMap;
use slotlink::ports::{
    BusyError, BusyQuestion, BusySource, BusyTimes, ChangeSet, Clock as _, CommitOutcome, Key,
    Page, Scan, ScanPage, Store, StoreError, Versioned, ZoomCall,
};
use slotlink::testkit::{Fault, SimulatedZoom, block_on};
use slotlink::words::Secret;
use slotlink::zoom::WebhookSecrets;
use slotlink::{LinkWork, MemoryStore, Scheduler};
use tracing::subscriber::DefaultGuard;

use crate::steps::{Run, Stepping};
use crate::world::{World, builder, caller, request, round_robin};

const TEN: &str = "2026-11-24T10:00:00Z";
const LINK: &str = r#"due{what="link" account=abc id="#;

/// What is logged on this thread for as long as it lives.
pub(crate) struct Log {
    written: Written,
    _until_it_is_dropped: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) fn begin() -> Self {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .without_time()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Self { written, _until_it_is_dropped: tracing::subscriber::set_default(subscriber) }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines with all of these words; nothing personal is in any.
    fn lines(&self, words: &[&str]) -> Vec<String> {
        let text = self.text();
        for personal in ["Pat", "@", "/j/"] {
            assert!(!text.contains(personal), "{personal} is personal:\n{text}");
        }
        let has_all = |line: &&str| words.iter().all(|word| line.contains(word));
        text.lines().filter(has_all).map(str::to_owned).collect()
    }

    #[track_caller]
    fn assert_says(&self, words: &[&str]) {
        assert!(!self.lines(words).is_empty(), "no {words:?} in\n{}", self.text());
    }
}

/// Does once what it is told.
struct Scripted {
    store: Arc<MemoryStore>,
    fails: AtomicBool,
    is_unknown: AtomicBool,
}

#[async_trait]
impl Store for Scripted {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        if self.fails.swap(false, Ordering::Relaxed) {
            return Err(StoreError::new("no connection"));
        }
        if self.is_unknown.swap(false, Ordering::Relaxed) {
            return Ok(CommitOutcome::Unknown);
        }
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}

fn one_host() -> World {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    world
}

fn scripted(world: &World) -> (Arc<Scripted>, Scheduler) {
    let never = || AtomicBool::new(false);
    let store = Scripted { store: world.store.clone(), fails: never(), is_unknown: never() };
    let store = Arc::new(store);
    let builder = builder(store.clone(), &world.zoom, &world.clock, 31);
    (store, builder.link_work(LinkWork::Worker).build().unwrap())
}

#[test]
fn a_booking_tells_of_its_command_and_of_the_call_of_zoom() {
    let world = one_host();
    let log = Log::begin();
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    log.assert_says(&["DEBUG", r#"command{name="book"}"#, "done", "tries=1"]);
    log.assert_says(&["DEBUG", LINK, "zoom{call=create", "Zoom did it"]);
    assert_eq!(log.lines(&["WARN"]), [""; 0], "nothing failed");
    let again = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat")));
    assert!(again.is_err());
    log.assert_says(&["DEBUG", r#"command{name="book"}"#, r#"kind="slot_unavailable""#]);
    drop(booked);
}

#[test]
fn a_call_of_zoom_that_fails_behind_a_booking_is_told() {
    let world = one_host();
    world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::Unavailable, 1);
    let log = Log::begin();
    block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    log.assert_says(&["WARN", LINK, "zoom{call=create", "error=it is unknown"]);
}

#[test]
fn a_step_that_fails_in_the_background_is_told_with_its_cause() {
    let world = one_host();
    let (store, scheduler) = scripted(&world);
    block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    let log = Log::begin();
    store.fails.store(true, Ordering::Relaxed);
    let report = block_on(scheduler.run_due(10)).unwrap();
    assert_eq!(report.failed, 1);
    let what = r#"due{what="connection" id=A001}"#;
    let why = ["WARN", what, "failed to do what is due", "store_unavailable", "no connection"];
    assert_eq!(log.lines(&why).len(), 1, "{}", log.text());
    log.assert_says(&["DEBUG", "ran what was due", "failed=1"]);
}

#[test]
fn a_commit_whose_outcome_is_unknown_is_told() {
    let world = one_host();
    let (store, scheduler) = scripted(&world);
    let log = Log::begin();
    store.is_unknown.store(true, Ordering::Relaxed);
    block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(log.lines(&["WARN", r#"command{name="book"}"#, "not known", "change="]).len(), 1);
}

/// The row is named by what it is, not by whose it is.
#[test]
fn a_change_that_was_overtaken_is_told_with_the_kind_of_row() {
    let world = one_host();
    let steps = Arc::new(Stepping(world.store.clone()));
    let builder = builder(steps, &world.zoom, &world.clock, 32).link_work(LinkWork::Worker);
    let slow = builder.build().unwrap();
    let (by, late) = (caller(), request("2026-11-24T11:00:00Z", "Pat"));
    let mut book = Run::new(slow.book(&by, &late));
    // All is read, nothing is committed.
    book.steps(4);
    let (_, other) = scripted(&world);
    block_on(other.book(&by, &request(TEN, "Pat"))).unwrap();
    let log = Log::begin();
    while book.step() {}
    book.answer.unwrap().unwrap();
    log.assert_says(&["DEBUG", "others were faster", "row=Key(user", "day"]);
    log.assert_says(&["DEBUG", "done", "tries=2"]);
}

struct Broken;

#[async_trait]
impl BusySource for Broken {
    async fn busy_times(&self, question: &BusyQuestion) -> Result<Vec<BusyTimes>, BusyError> {
        if question.within.start().timestamp() % 2 == 0 {
            return Err(BusyError::new("calendars are down"));
        }
        Ok(Vec::new())
    }
}

#[test]
fn r21_a_busy_source_that_fails_is_told() {
    let mut world = one_host();
    let builder = builder(world.store.clone(), &world.zoom, &world.clock, 33);
    world.scheduler = builder.busy_source(Arc::new(Broken)).build().unwrap();
    let log = Log::begin();
    assert!(block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).is_err());
    log.assert_says(&["WARN", "busy_source_unavailable", "calendars are down"]);
}

#[test]
fn r27_a_webhook_that_is_refused_is_told() {
    let world = one_host();
    let secrets = WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET));
    let builder = builder(world.store.clone(), &world.zoom, &world.clock, 34);
    let scheduler = builder.webhook_secrets(secrets).build().unwrap();
    let log = Log::begin();
    block_on(scheduler.receive_webhook(&HeaderMap::new(), b"{}"));
    assert_eq!(log.lines(&["WARN", "a webhook was refused", "error="]).len(), 1, "{}", log.text());
}

/// The tests above would notice.
#[test]
#[should_panic(expected = "is personal")]
fn a_name_that_is_logged_is_found() {
    let log = Log::begin();
    tracing::info!("Pat has booked");
    log.assert_says(&["INFO"]);
}

/// As many lines as there were calls, and none for what was not due.
#[test]
fn a_run_with_nothing_to_do_is_one_line() {
    let world = one_host();
    world.settle();
    world.clock.set(world.clock.now() + TimeDelta::seconds(1));
    let log = Log::begin();
    world.settle();
    assert_eq!(log.lines(&[]).len(), 1, "{}", log.text());
}
