//! What the logs of the host application are told, with feature `tracing`: what fails where nobody else would
//! learn of it, and nothing that is secret or personal (I16).

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use http::HeaderMap;
use slotlink::ports::{
    BusyError, BusyQuestion, BusySource, BusyTimes, ChangeSet, Clock as _, Expect, Key, Operation,
    Row, Store, Write as RowWrite, ZoomCall,
};
use slotlink::testkit::{Fault, SimulatedZoom, block_on};
use slotlink::words::{CalendarId, ChangeSetId, Limit, PeriodLimits, Secret, ZoomAccountId};
use slotlink::zoom::WebhookSecrets;
use slotlink::{LinkWork, Scheduler};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Level};

use crate::steps::{Run, Stepping, Trouble, TroubledStore};
use crate::world::{World, builder, caller, one_host, request, round_robin};

const TEN: &str = "2026-11-24T10:00:00Z";
const LINK: &str = r#"due{what="link" account="abc" id=""#;

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

/// As long as there is but one subscriber, whether a place in the code is listened to is asked of the thread
/// that comes by first: with two it is asked of both.
static ANOTHER: LazyLock<Dispatch> = LazyLock::new(|| {
    let all = tracing_subscriber::fmt().with_max_level(Level::TRACE);
    all.with_writer(std::io::sink).finish().into()
});

impl Log {
    pub(crate) fn begin() -> Self {
        Self::of(Level::TRACE)
    }

    fn of(level: Level) -> Self {
        LazyLock::force(&ANOTHER);
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .without_time()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        Self { written, _until_it_is_dropped: tracing::subscriber::set_default(subscriber) }
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines with all of these words; nothing personal is in any.
    pub(crate) fn lines(&self, words: &[&str]) -> Vec<String> {
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

/// Over a store that has no trouble before it is told to.
fn troubled(world: &World, trouble: Trouble) -> (Arc<TroubledStore>, Scheduler) {
    let (store, before) = (world.store.clone(), AtomicU32::new(u32::MAX));
    let store = Arc::new(TroubledStore { store, trouble, before });
    let builder = builder(store.clone(), &world.zoom, &world.clock, 31);
    (store, builder.link_work(LinkWork::Worker).build().unwrap())
}

fn has_trouble_now(store: &TroubledStore) {
    store.before.store(0, Ordering::Relaxed);
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
    // As most log: what it belongs to is told all the same.
    let log = Log::of(Level::WARN);
    block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    log.assert_says(&["WARN", LINK, "zoom{call=create", "error=\"it is unknown"]);
}

#[test]
fn a_step_that_fails_in_the_background_is_told_with_its_cause() {
    let world = one_host();
    let (store, scheduler) = troubled(&world, Trouble::Unavailable);
    block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    let log = Log::begin();
    has_trouble_now(&store);
    let report = block_on(scheduler.run_due(10)).unwrap();
    assert_eq!(report.failed, 1);
    let what = r#"due{what="connection" id="A001"}"#;
    let why = ["WARN", what, "failed to do what is due", "store_unavailable", "no connection"];
    assert_eq!(log.lines(&why).len(), 1, "{}", log.text());
    log.assert_says(&["DEBUG", "ran what was due", "failed=1"]);
}

#[test]
fn a_commit_whose_outcome_is_unknown_is_told() {
    let world = one_host();
    let (store, scheduler) = troubled(&world, Trouble::UnknownLost);
    let log = Log::begin();
    has_trouble_now(&store);
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
    let (_, other) = troubled(&world, Trouble::Unavailable);
    block_on(other.book(&by, &request(TEN, "Pat"))).unwrap();
    let log = Log::begin();
    while book.step() {}
    book.answer.unwrap().unwrap();
    log.assert_says(&["DEBUG", "others were faster", "row=Key(user", "day"]);
    log.assert_says(&["DEBUG", "done", "tries=2"]);
}

/// Fails, or answers for nobody.
struct Broken {
    is_down: AtomicBool,
}

#[async_trait]
impl BusySource for Broken {
    async fn busy_times(&self, _: &BusyQuestion) -> Result<Vec<BusyTimes>, BusyError> {
        let is_down = self.is_down.load(Ordering::Relaxed);
        if is_down { Err(BusyError::new("calendars are down")) } else { Ok(Vec::new()) }
    }
}

/// Whoever looks at slots asks the source: one warning, not one for each look.
#[test]
fn r21_a_busy_source_that_fails_is_told_when_it_begins() {
    let mut world = one_host();
    let source = Arc::new(Broken { is_down: AtomicBool::new(true) });
    let builder = builder(world.store.clone(), &world.zoom, &world.clock, 33);
    world.scheduler = builder.busy_source(source.clone()).build().unwrap();
    let log = Log::begin();
    for _ in 0..3 {
        assert!(block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).is_err());
    }
    assert_eq!(log.lines(&["WARN", "the busy source failed", "calendars are down"]).len(), 1);
    log.assert_says(&["DEBUG", "the busy source fails still", "hosts=1"]);
    source.is_down.store(false, Ordering::Relaxed);
    assert!(block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).is_err());
    log.assert_says(&["WARN", "did not answer for each host", "hosts=1 answered=0"]);
    source.is_down.store(true, Ordering::Relaxed);
    assert!(block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).is_err());
    assert_eq!(log.lines(&["WARN", "the busy source failed"]).len(), 2, "it failed anew");
}

/// Anybody can send what Zoom has not signed: it is no warning.
#[test]
fn r27_a_webhook_that_is_refused_is_told() {
    let world = one_host();
    let secrets = WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET));
    let builder = builder(world.store.clone(), &world.zoom, &world.clock, 34);
    let scheduler = builder.webhook_secrets(secrets).build().unwrap();
    world.zoom.remove_app(&ZoomAccountId::new("zoom-A001").unwrap());
    let webhook = world.zoom.webhooks().pop().unwrap();
    let log = Log::begin();
    block_on(scheduler.receive_webhook(&HeaderMap::new(), b"{}"));
    block_on(scheduler.receive_webhook(&webhook.headers, b"{}"));
    // It has no secret.
    block_on(world.scheduler.receive_webhook(&webhook.headers, &webhook.body));
    assert_eq!(log.lines(&["DEBUG", "a webhook was refused"]).len(), 3, "{}", log.text());
    assert_eq!(log.lines(&["WARN"]), [""; 0]);
    world.clock.set(world.clock.now() + TimeDelta::hours(3));
    block_on(scheduler.receive_webhook(&webhook.headers, &webhook.body));
    assert_eq!(log.lines(&["WARN", "a webhook of Zoom was refused", "error="]).len(), 1);
}

/// A parser quotes what it stumbles over: that stays out.
#[test]
fn i16_a_row_that_cannot_be_read_is_told_without_what_it_says() {
    let world = one_host();
    let sort = [b"appointment\x00\x01".as_slice(), &[7; 16]].concat();
    let key = Key::from_parts("default".into(), b"account\x00\x01abc\x00\x01".to_vec(), sort);
    let row = Row::new(2, br#"{"kept":"Pat@example.com"}"#.as_slice());
    let row = row.with_due(Some(world.clock.now()));
    let put = Operation::new(key, Expect::Absent, RowWrite::Put(row));
    let id = ChangeSetId::from_uuid(uuid::Uuid::from_u128(7));
    block_on(world.store.commit(&ChangeSet::new(id, vec![put]).unwrap())).unwrap();
    let log = Log::begin();
    assert_eq!(block_on(world.scheduler.run_due(10)).unwrap().failed, 1);
    log.assert_says(&["WARN", r#"due{what="row""#, "appointment", "a row cannot be read", "1:"]);
}

/// Ids are of the host application, whose users may have typed them.
#[test]
fn an_id_cannot_forge_a_line() {
    let world = World::new(&["A001"]);
    let forged = CalendarId::new("x\nERROR slotlink: forged \u{1b}[2J").unwrap();
    let mut calendar = round_robin(&["A001"]);
    calendar.id = forged.clone();
    calendar.limits.calendar = PeriodLimits::default().with_per_day(Limit::new(2).unwrap());
    world.put(&calendar);
    let (store, scheduler) = troubled(&world, Trouble::Unavailable);
    let log = Log::begin();
    while block_on(scheduler.run_due(10)).unwrap().done > 0 {
        has_trouble_now(&store);
    }
    log.assert_says(&[r#"id="x\nERROR slotlink: forged"#]);
    assert!(log.text().lines().all(|line| !line.starts_with("ERROR")), "{}", log.text());
    assert!(!log.text().contains('\u{1b}'));
}

/// The tests above would notice.
#[test]
#[should_panic(expected = "is personal")]
fn a_name_that_is_logged_is_found() {
    let log = Log::begin();
    tracing::info!("Pat has booked");
    log.assert_says(&["INFO"]);
}

#[test]
fn a_run_with_nothing_to_do_is_one_line() {
    let world = one_host();
    world.settle();
    world.clock.set(world.clock.now() + TimeDelta::seconds(1));
    let log = Log::begin();
    world.settle();
    assert_eq!(log.lines(&[]).len(), 1, "{}", log.text());
}
