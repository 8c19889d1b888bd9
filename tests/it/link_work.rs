//! Links under trouble: quota, replacements, retries, background work, what is told of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::TimeDelta;
use slotlink::ports::{
    ChangeSet, CommitOutcome, HttpRequest, HttpResponse, HttpSend, Key, Page, Scan, ScanPage,
    Sealed, Sealer, SealerError, SendError, Store, StoreError, Versioned, Write, ZoomCall,
};
use slotlink::rules::LinkState;
use slotlink::testkit::{Fault, SeededEntropy, SimulatedZoom, TestSealer, block_on};
use slotlink::words::{Secret, Title, ZoomAccountId};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Edit, LinkWork, MeetingLocation, MemoryStore, Scheduler};

use crate::steps::{Run, Stepping};
use crate::world::{World, at, builder, caller, one_host, request, round_robin, user};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";
const NEXT_WEEK: &str = "2026-12-01T10:00:00Z";

fn capped(world: &World, cap: u32) -> Scheduler {
    builder(world.store.clone(), &world.zoom, &world.clock, 21).quota_cap(cap).build().unwrap()
}

/// Two minutes after midnight today's 100 requests are all there.
#[test]
fn r16_yesterdays_quota_does_not_park_todays_link() {
    let world = one_host();
    let scheduler = capped(&world, 1);
    world.clock.set(at("2026-11-23T20:00:00Z"));
    block_on(scheduler.book(&caller(), &request(NEXT_WEEK, "Pat"))).unwrap();
    world.clock.set(at("2026-11-24T00:01:00Z"));
    let booked = block_on(scheduler.book(&caller(), &request(TEN, "Sam"))).unwrap();
    world.clock.set(at("2026-11-24T00:02:00Z"));
    block_on(scheduler.run_due(10)).unwrap();
    let found = block_on(scheduler.appointment(&caller(), booked.id)).unwrap();
    assert!(matches!(found.location, MeetingLocation::Zoom(LinkState::Ready { .. })), "{found:?}");
}

/// Zoom's clock is half a minute behind ours: its "daily limit" is about yesterday.
#[test]
fn r16_a_daily_limit_just_after_midnight_is_yesterdays() {
    let world = one_host();
    world.clock.set(at("2026-11-24T00:00:30Z"));
    // With fresh tokens.
    world.settle();
    let scheduler = limited_once(&world);
    let booked = block_on(scheduler.book(&caller(), &request(TEN, "Sam"))).unwrap();
    world.clock.set(at("2026-11-24T00:03:00Z"));
    block_on(scheduler.run_due(10)).unwrap();
    let found = block_on(scheduler.appointment(&caller(), booked.id)).unwrap();
    assert!(matches!(found.location, MeetingLocation::Zoom(LinkState::Ready { .. })), "{found:?}");
}

/// Answers the first counted request itself, then lets all through.
struct AnswerOnce {
    zoom: Arc<SimulatedZoom>,
    method: http::Method,
    answer: (u16, &'static str),
    done: AtomicBool,
}

#[async_trait]
impl HttpSend for AnswerOnce {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: chrono::DateTime<chrono::Utc>,
    ) -> Result<HttpResponse, SendError> {
        let meant = *request.method() == self.method && request.uri().path().contains("meetings");
        if meant && !self.done.swap(true, Ordering::Relaxed) {
            let (status, body) = self.answer;
            return Ok(http::Response::builder().status(status).body(body.into()).unwrap());
        }
        self.zoom.send(request, deadline).await
    }
}

fn answering(world: &World, method: http::Method, answer: (u16, &'static str)) -> Scheduler {
    let http =
        AnswerOnce { zoom: world.zoom.clone(), method, answer, done: AtomicBool::new(false) };
    let app = ZoomApp::new("client", Secret::new("secret"));
    Scheduler::builder(world.store.clone(), Arc::new(ZoomClient::new(app, Arc::new(http))))
        .sealer(Arc::new(TestSealer))
        .clock(world.clock.clone())
        .entropy(Arc::new(SeededEntropy::new(31)))
        .build()
        .unwrap()
}

fn limited_once(world: &World) -> Scheduler {
    let body = r#"{"code":429,"message":"You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user."}"#;
    answering(world, http::Method::POST, (429, body))
}

/// By deadline: creates that start before the next reset come first.
#[test]
fn r16_after_the_reset_the_slot_of_today_comes_before_that_of_next_month() {
    let mut first = Vec::new();
    for seed in 0..8 {
        let world = one_host();
        let scheduler = builder(world.store.clone(), &world.zoom, &world.clock, 100 + seed)
            .quota_cap(1)
            .build()
            .unwrap();
        block_on(scheduler.book(&caller(), &request("2026-12-02T10:00:00Z", "Pat"))).unwrap();
        block_on(scheduler.book(&caller(), &request("2026-12-29T10:00:00Z", "Late"))).unwrap();
        let soon = block_on(scheduler.book(&caller(), &request(TEN, "Soon"))).unwrap();
        world.clock.set(at("2026-11-24T00:02:00Z"));
        block_on(scheduler.run_due(50)).unwrap();
        let found = block_on(scheduler.appointment(&caller(), soon.id)).unwrap();
        first.push(matches!(found.location, MeetingLocation::Zoom(LinkState::Ready { .. })));
    }
    assert!(first.iter().all(|ready| *ready), "ready: {first:?}");
}

/// The new link cannot be made (parked); once its slot is over, the old meeting must go.
#[test]
fn r14_a_replacement_parked_for_quota_holds_the_old_meeting_not_for_ever() {
    let world = one_host();
    let scheduler = capped(&world, 1);
    let booked = block_on(scheduler.book(&caller(), &request(NEXT_WEEK, "Pat"))).unwrap();
    let _moved =
        block_on(scheduler.reschedule(&caller(), booked.id, at("2026-11-23T16:00:00Z"), None));
    for day in 24..30 {
        world.clock.set(at(&format!("2026-11-{day}T09:00:00Z")));
        block_on(scheduler.run_due(50)).unwrap();
    }
    assert_eq!(world.zoom.meetings(), [], "dropped for good (R13), six resets ago");
}

/// The same if the new link is not parked, but its slot is over before Zoom can be reached.
#[test]
fn r14_a_replacement_that_is_given_up_lets_the_old_meeting_go() {
    let world = one_host();
    let booked = block_on(world.scheduler.book(&caller(), &request(NEXT_WEEK, "Pat"))).unwrap();
    world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::PerSecondLimit, 1);
    block_on(world.scheduler.reschedule(&caller(), booked.id, at(TEN), None)).unwrap();
    world.clock.set(at("2026-11-24T10:30:00Z"));
    world.settle();
    world.settle();
    assert_eq!(world.zoom.meetings(), []);
}

/// Cancelled while its create is out, and the create is refused: what it replaced must go.
#[test]
fn r14_a_replacement_cancelled_while_its_create_is_refused_lets_the_old_meeting_go() {
    let mut held = Vec::new();
    for k in 0.. {
        let world = one_host();
        let booked = block_on(world.scheduler.book(&caller(), &request(NEXT_WEEK, "Pat"))).unwrap();
        let scheduler = stepping(&world);
        world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::DailyLimit, 1);
        let by = caller();
        let mut moving =
            Run::new(scheduler.reschedule(&by, booked.id, at("2026-11-23T16:00:00Z"), None));
        let unfinished = moving.steps(k);
        let _ = block_on(world.scheduler.cancel(&by, booked.id));
        let _ = moving.finish();
        let _ = block_on(world.scheduler.cancel(&by, booked.id));
        world.clock.set(at("2026-11-25T09:00:00Z"));
        world.settle();
        if !world.zoom.meetings().is_empty() {
            held.push(k);
        }
        if !unfinished {
            break;
        }
    }
    assert_eq!(held, [] as [usize; 0], "steps after which the old meeting lives for ever");
}

fn stepping(world: &World) -> Scheduler {
    let app = ZoomApp::new("client", Secret::new("secret"));
    let zoom = Arc::new(ZoomClient::new(app, Arc::new(Stepping(world.zoom.clone()))));
    Scheduler::builder(Arc::new(Stepping(world.store.clone())), zoom)
        .sealer(Arc::new(TestSealer))
        .clock(world.clock.clone())
        .entropy(Arc::new(SeededEntropy::new(77)))
        .build()
        .unwrap()
}

/// A rename is out and is told to slow down; meanwhile the appointment moves. The worker then
/// takes the waiting old link for gone, though its meeting lives.
#[test]
fn r14_an_old_link_with_a_retried_rename_is_still_deleted() {
    let mut held = Vec::new();
    for k in 0.. {
        let world = one_host();
        let booked = block_on(world.scheduler.book(&caller(), &request(NOON, "Pat"))).unwrap();
        let stepped = stepping(&world);
        world.zoom.fault(Some(ZoomCall::UpdateMeeting), None, Fault::PerSecondLimit, 1);
        let (by, edit) = (caller(), Edit::new().with_title(Title::new("Other").unwrap()));
        let mut editing = Run::new(stepped.edit(&by, booked.id, &edit));
        let unfinished = editing.steps(k);
        // The move leaves its link to the worker, who is a moment late.
        let lazy = builder(world.store.clone(), &world.zoom, &world.clock, 8)
            .link_work(LinkWork::Worker)
            .build()
            .unwrap();
        block_on(lazy.reschedule(&by, booked.id, at(TEN), None)).unwrap();
        let _ = editing.finish();
        // The new meeting meets a busy minute, too.
        world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::PerSecondLimit, 3);
        for _ in 0..40 {
            world.clock.advance(TimeDelta::seconds(5));
            world.settle();
        }
        if world.zoom.meetings().len() != 1 {
            held.push(k);
        }
        if !unfinished {
            break;
        }
    }
    assert_eq!(held, [] as [usize; 0], "steps after which two meetings live");
}

/// A sealer that has lost the key of one user.
struct LostKey;

impl Sealer for LostKey {
    fn seal(&self, context: &str, secret: &Secret) -> Result<Sealed, SealerError> {
        TestSealer.seal(context, secret)
    }

    fn open(&self, context: &str, sealed: &Sealed) -> Result<Secret, SealerError> {
        if context.contains("A001") {
            return Err(SealerError::new("the key is lost"));
        }
        TestSealer.open(context, sealed)
    }
}

#[test]
fn one_users_bad_rows_do_not_stop_the_work_of_others() {
    let world = World::new(&["A001", "B002"]);
    world.put(&round_robin(&["A001", "B002"]));
    let scheduler = builder(world.store.clone(), &world.zoom, &world.clock, 4)
        .sealer(Arc::new(LostKey))
        .link_work(LinkWork::Worker)
        .build()
        .unwrap();
    world.settle(); // the connections have nothing to wake
    world.clock.advance(TimeDelta::minutes(6));
    world.settle();
    for hour in 9..12 {
        let start = format!("2026-11-24T{hour:02}:00:00Z");
        let mine = request(&start, "Pat").with_host(user("A001"));
        block_on(scheduler.book(&caller(), &mine)).unwrap();
    }
    world.clock.advance(TimeDelta::seconds(1));
    let theirs = request(NOON, "Sam").with_host(user("B002"));
    let booked = block_on(scheduler.book(&caller(), &theirs)).unwrap();
    for _ in 0..100 {
        world.clock.advance(TimeDelta::minutes(1));
        block_on(scheduler.run_due(3)).unwrap();
    }
    let found = block_on(scheduler.appointment(&caller(), booked.id)).unwrap();
    assert!(matches!(found.location, MeetingLocation::Zoom(LinkState::Ready { .. })), "{found:?}");
}

/// R3: the meeting is on the Zoom account that was replaced; its deletion waits for a reconnect.
#[test]
fn waking_a_link_that_has_to_wait_on_is_no_busy_loop() {
    let world = one_host();
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    world.connect("A001", "zoom-other");
    block_on(world.scheduler.cancel(&caller(), booked.id)).unwrap();
    let report = block_on(world.scheduler.run_due(1000)).unwrap();
    assert!(report.done <= 4, "{report:?}");
    assert!(report.next.is_none_or(|next| next > at("2026-11-23T08:00:00Z")), "{report:?}");
}

/// R6: after token death links already made are unmanaged.
#[test]
fn r6_after_token_death_a_made_link_is_unmanaged() {
    let world = one_host();
    let kept = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    world.zoom.remove_app(&ZoomAccountId::new("zoom-A001").unwrap());
    let parked = block_on(world.scheduler.book(&caller(), &request(NOON, "Sam"))).unwrap();
    world.settle();
    let parked = block_on(world.scheduler.appointment(&caller(), parked.id)).unwrap();
    assert!(matches!(parked.location, MeetingLocation::Zoom(LinkState::Parked { .. })));
    let kept = block_on(world.scheduler.appointment(&caller(), kept.id)).unwrap();
    let state = kept.location;
    assert!(matches!(state, MeetingLocation::Zoom(LinkState::Unmanaged { .. })), "{state:?}");
}

/// R17: a title that Zoom refused does not keep the next one from Zoom.
#[test]
fn r17_a_refused_rename_does_not_stop_later_ones() {
    let world = one_host();
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    let refusing = (400, r#"{"code":3000,"message":"Invalid topic."}"#);
    let scheduler = answering(&world, http::Method::PATCH, refusing);
    for title in ["Bad", "Good"] {
        let edit = Edit::new().with_title(Title::new(title).unwrap());
        block_on(scheduler.edit(&caller(), booked.id, &edit)).unwrap();
    }
    world.clock.advance(TimeDelta::hours(1));
    world.settle();
    assert_eq!(world.zoom.meetings()[0].topic, "Good");
}

/// Keeps the JSON of the events written.
struct Events {
    store: Arc<MemoryStore>,
    seen: std::sync::Mutex<Vec<String>>,
}

#[async_trait]
impl Store for Events {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        for operation in change.operations() {
            if let (true, Write::Put(row)) =
                (operation.key.sort().starts_with(b"event\0"), &operation.write)
            {
                self.seen.lock().unwrap().push(String::from_utf8(row.json.to_vec()).unwrap());
            }
        }
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}

#[test]
fn r28_the_event_of_a_dropped_link_names_the_appointment() {
    let world = one_host();
    let store = Arc::new(Events { store: world.store.clone(), seen: std::sync::Mutex::default() });
    let scheduler = builder(store.clone(), &world.zoom, &world.clock, 6).build().unwrap();
    let booked = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    block_on(scheduler.cancel(&caller(), booked.id)).unwrap();
    let seen = store.seen.lock().unwrap().clone();
    let dropped = seen.iter().find(|json| json.contains("link_dropped")).unwrap();
    assert!(dropped.contains(&booked.id.to_string()), "{dropped}");
}

/// An edit of an unmanaged link (R6) is no reason to say that a link that works is parked.
#[test]
fn r6_editing_an_unmanaged_link_parks_nothing_that_users_see() {
    let world = one_host();
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    world.clock.advance(TimeDelta::hours(1));
    world.settle();
    world.connect("A001", "zoom-other");
    world.clock.advance(TimeDelta::seconds(1));
    let store = Arc::new(Events { store: world.store.clone(), seen: std::sync::Mutex::default() });
    let scheduler = builder(store.clone(), &world.zoom, &world.clock, 6).build().unwrap();
    let edit = Edit::new().with_title(Title::new("Other").unwrap());
    block_on(scheduler.edit(&caller(), booked.id, &edit)).unwrap();
    for _ in 0..8 {
        world.clock.advance(TimeDelta::minutes(2));
        block_on(scheduler.run_due(50)).unwrap();
    }
    let seen = store.seen.lock().unwrap().clone();
    let parked = seen.iter().filter(|json| json.contains("link_parked")).count();
    assert_eq!(parked, 0, "{seen:?}");
}

#[test]
fn i16_the_debug_text_of_a_key_holds_no_personal_parts() {
    let key = Key::from_parts("r".into(), b"user\0\x01pat@example.com\0\x01".to_vec(), vec![1]);
    assert!(!format!("{key:?}").contains("pat@example.com"), "{key:?}");
}

/// Zoom's answer was known; one error of the store must not lose it for ever.
#[test]
fn a_known_answer_of_zoom_survives_one_error_of_the_store() {
    let world = one_host();
    let store = crate::steps::TroubledStore {
        store: world.store.clone(),
        trouble: crate::steps::Trouble::Unavailable,
        before: AtomicU32::new(2),
    };
    let scheduler = builder(Arc::new(store), &world.zoom, &world.clock, 5).build().unwrap();
    let booked = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    world.clock.advance(TimeDelta::minutes(5));
    world.settle();
    let found = block_on(world.scheduler.appointment(&caller(), booked.id)).unwrap();
    assert!(matches!(found.location, MeetingLocation::Zoom(LinkState::Ready { .. })), "{found:?}");
}

fn look_and_try_again(world: &World) {
    for _ in 0..2 {
        world.clock.advance(TimeDelta::minutes(5));
        world.settle();
    }
}

/// A rename and a delete may be done twice: a lost answer heals by itself.
#[test]
fn r17_a_lost_answer_to_a_rename_or_a_delete_heals() {
    for fault in [Fault::Lost, Fault::DoneReplyLost, Fault::Unavailable] {
        let world = one_host();
        let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
        let any = |call| world.zoom.fault(Some(call), None, fault, 1);
        any(ZoomCall::UpdateMeeting);
        let edit = Edit::new().with_title(Title::new("Other").unwrap());
        block_on(world.scheduler.edit(&caller(), booked.id, &edit)).unwrap();
        look_and_try_again(&world);
        assert_eq!(world.zoom.meetings()[0].topic, "Other", "{fault:?}");
        any(ZoomCall::DeleteMeeting);
        block_on(world.scheduler.cancel(&caller(), booked.id)).unwrap();
        look_and_try_again(&world);
        assert_eq!(world.zoom.meetings(), [], "{fault:?}");
    }
}
