//! What holds for all calls: they are `Send`, refuse without changing anything, never panic, and
//! book exactly what the slot query offers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned, Write,
};
use slotlink::testkit::block_on;
use slotlink::words::{
    AccountId, AppointmentFilter, AppointmentId, Confirmation, Email, ListPage, LocationSetting,
    Mark, Name, StaticLink, Title,
};
use slotlink::{Actor, Caller, Edit, MemoryStore, Refusal, Scheduler};
use uuid::Uuid;

use crate::world::{World, at, builder, caller, demo, invitee, request, round_robin, user};

const TEN: &str = "2026-11-24T10:00:00Z";

#[test]
fn calls_can_be_spawned_on_any_runtime() {
    fn spawnable(_: impl Send) {}
    let world = World::new(&[]);
    let (scheduler, by): (&Scheduler, Caller) = (&world.scheduler, caller());
    let (id, booking) = (AppointmentId::from_uuid(Uuid::nil()), request(TEN, "Pat"));
    spawnable(scheduler.book(&by, &booking));
    spawnable(scheduler.reschedule(&by, id, at(TEN), None));
    spawnable(scheduler.cancel(&by, id));
    spawnable(scheduler.slots(&by, &demo(), at(TEN), at(TEN)));
    spawnable(scheduler.appointments(&by, &AppointmentFilter::new(), &ListPage::default()));
    spawnable(scheduler.mark(&by, id, Mark::NoShow));
    spawnable(scheduler.run_due(1));
}

/// Counts what is really written.
pub(crate) struct Counting {
    store: Arc<MemoryStore>,
    pub(crate) commits: AtomicU32,
    pub(crate) kinds: std::sync::Mutex<Vec<String>>,
}

#[async_trait]
impl Store for Counting {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        let puts = change.operations().iter();
        let puts = puts.filter(|operation| matches!(operation.write, Write::Put(_)));
        let kind = |key: &Key| {
            let word = key.sort().split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(word).into_owned()
        };
        *self.kinds.lock().unwrap() = puts.map(|operation| kind(&operation.key)).collect();
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}

pub(crate) fn counting(world: &World) -> (Arc<Counting>, Scheduler) {
    let store = Arc::new(Counting {
        store: world.store.clone(),
        commits: AtomicU32::new(0),
        kinds: std::sync::Mutex::default(),
    });
    let scheduler = builder(store.clone(), &world.zoom, &world.clock, 3)
        .link_work(slotlink::LinkWork::Worker)
        .build()
        .unwrap();
    (store, scheduler)
}

#[test]
fn a_refused_call_changes_nothing() {
    let world = World::new(&["A001"]);
    world.add_user("B002");
    world.put(&round_robin(&["A001"]));
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    block_on(world.scheduler.cancel(&caller(), booked.id)).unwrap();
    let kept = block_on(world.scheduler.book(&caller(), &request(TEN, "Sam"))).unwrap().id;
    let (store, scheduler) = counting(&world);
    let outsider = Caller::new(caller().account().clone(), Actor::User(user("X")));
    let guest = Caller::new(caller().account().clone(), Actor::Invitee);
    let (by, unknown) = (caller(), AppointmentId::from_uuid(Uuid::nil()));
    let place = LocationSetting::Zoom;
    let nobody = Edit::new().removing(Email::new("nobody@example.com").unwrap());
    let himself = Edit::new().removing(Email::new("sam@example.com").unwrap());
    let crowd = request(NOON, "Kim").with_participants((0..100).map(|n| invitee(&format!("P{n}"))));
    let refused: Vec<(&str, slotlink::Error)> = block_on(async {
        vec![
            ("slot_unavailable", scheduler.book(&by, &request(TEN, "Max")).await.unwrap_err()),
            ("not_a_member", scheduler.book(&outsider, &request(NOON, "Max")).await.unwrap_err()),
            ("invalid_input", scheduler.book(&by, &crowd).await.unwrap_err()),
            ("not_permitted", scheduler.confirm(&guest, kept).await.unwrap_err()),
            ("not_permitted", scheduler.delete(&guest, kept).await.unwrap_err()),
            ("not_permitted", scheduler.mark(&guest, kept, Mark::Showed).await.unwrap_err()),
            ("wrong_state", scheduler.mark(&by, kept, Mark::Showed).await.unwrap_err()),
            ("wrong_state", scheduler.mark(&by, booked.id, Mark::Showed).await.unwrap_err()),
            ("not_found", scheduler.cancel(&by, unknown).await.unwrap_err()),
            ("wrong_state", scheduler.edit(&by, booked.id, &nobody).await.unwrap_err()),
            ("invalid_input", scheduler.edit(&by, kept, &nobody).await.unwrap_err()),
            ("invalid_input", scheduler.edit(&by, kept, &himself).await.unwrap_err()),
            (
                "wrong_state",
                scheduler.reschedule(&by, booked.id, at(NOON), None).await.unwrap_err(),
            ),
            (
                "slot_unavailable",
                scheduler.reschedule(&by, kept, at(NIGHT), None).await.unwrap_err(),
            ),
            (
                "not_permitted",
                scheduler
                    .set_calendar_location(
                        &Caller::new(by.account().clone(), Actor::User(user("B002"))),
                        &demo(),
                        Some(&user("A001")),
                        &place,
                    )
                    .await
                    .unwrap_err(),
            ),
            ("not_found", scheduler.put_calendar(&by, &round_robin(&["X"])).await.unwrap_err()),
        ]
    });
    for (kind, error) in refused {
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(store.commits.load(Ordering::Relaxed), 0);
}

const NOON: &str = "2026-11-24T12:00:00Z";
const NIGHT: &str = "2026-11-24T23:00:00Z";

#[test]
fn acts_that_are_done_already_write_nothing() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let by = caller();
    let booked = block_on(world.scheduler.book(&by, &request(TEN, "Pat"))).unwrap();
    let gone = block_on(world.scheduler.book(&by, &request(NOON, "Sam"))).unwrap();
    block_on(world.scheduler.delete(&by, gone.id)).unwrap();
    let (store, scheduler) = counting(&world);
    block_on(async {
        scheduler.confirm(&by, booked.id).await.unwrap();
        scheduler.reschedule(&by, booked.id, at(TEN), None).await.unwrap();
        scheduler.reschedule(&by, booked.id, at(TEN), Some(&user("A001"))).await.unwrap();
        scheduler.edit(&by, booked.id, &Edit::new()).await.unwrap();
        let same = Edit::new().with_title(Title::new("Demo").unwrap());
        scheduler.edit(&by, booked.id, &same).await.unwrap();
        scheduler.delete(&by, gone.id).await.unwrap();
    });
    assert_eq!(store.commits.load(Ordering::Relaxed), 0);
}

#[test]
fn r28_every_change_writes_its_event_and_message_in_its_own_commit() {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.confirmation = Confirmation::ByHost;
    world.put(&calendar);
    let (store, scheduler) = counting(&world);
    let by = caller();
    let told = |event: usize, message: usize| {
        let kinds = store.kinds.lock().unwrap().clone();
        let count = |word: &str| kinds.iter().filter(|kind| *kind == word).count();
        assert_eq!((count("event"), count("message")), (event, message), "{kinds:?}");
        assert_eq!(count("receipt"), 1, "{kinds:?}");
    };
    block_on(async {
        let id = scheduler.book(&by, &request(TEN, "Pat")).await.unwrap().id;
        told(1, 1);
        scheduler.confirm(&by, id).await.unwrap();
        told(1, 1);
        let edit = Edit::new().with_title(Title::new("Other").unwrap());
        scheduler.edit(&by, id, &edit).await.unwrap();
        told(1, 0);
        scheduler.reschedule(&by, id, at(NOON), None).await.unwrap();
        told(2, 1); // the old link is dropped, too
        scheduler.cancel(&by, id).await.unwrap();
        told(2, 1);
        scheduler.delete(&by, id).await.unwrap();
        told(1, 0); // they were told of the cancellation
    });
}

#[test]
fn r5_an_account_sees_nothing_of_another() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    let other = AccountId::new("other").unwrap();
    let name = Name::new("Other").unwrap();
    block_on(world.scheduler.put_account(&slotlink::words::Account::new(other.clone(), name)))
        .unwrap();
    let by = Caller::system(other.clone());
    let unknown = block_on(world.scheduler.appointment(&by, booked.id)).unwrap_err();
    assert_eq!(unknown.kind(), "not_found");
    assert_eq!(block_on(world.scheduler.cancel(&by, booked.id)).unwrap_err().kind(), "not_found");
    let member = Caller::new(other, Actor::User(user("A001")));
    let outside = block_on(world.scheduler.slots(&member, &demo(), at(TEN), at(NOON))).unwrap_err();
    assert!(matches!(outside, slotlink::Error::Refused(Refusal::NotAMember { .. })));
}

#[test]
fn an_appointment_too_large_for_a_row_is_refused() {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    let link = StaticLink::new("https://zoom.us/j/1").unwrap();
    calendar.location = Some(LocationSetting::Fixed(slotlink::words::FixedLocation::Link(link)));
    world.put(&calendar);
    let long = |n: usize| {
        invitee(&format!("P{n}")).with_phone("☎".repeat(64).as_str().try_into().unwrap())
    };
    let mut crowd = request(TEN, "Pat").with_participants((0..99).map(long));
    assert!(block_on(world.scheduler.book(&caller(), &crowd)).is_ok());
    let longer = |n: usize| {
        let mut guest = long(n);
        guest.name = Name::new("名".repeat(200)).unwrap();
        guest
    };
    crowd = request(NOON, "Pat").with_participants((0..99).map(longer));
    let refused = block_on(world.scheduler.book(&caller(), &crowd)).unwrap_err();
    assert_eq!(refused.kind(), "invalid_input", "{refused}");
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let around = at(TEN).timestamp();
    prop_oneof![
        Just(DateTime::<Utc>::MIN_UTC),
        Just(DateTime::<Utc>::MAX_UTC),
        any::<i64>().prop_map(|s| DateTime::from_timestamp(s, 7).unwrap_or(DateTime::UNIX_EPOCH)),
        (-200_000..200_000_i64)
            .prop_map(move |s| DateTime::from_timestamp(around + s, 0).unwrap_or_default()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the instants and wherever the clock stands: an answer, never a panic.
    #[test]
    fn no_instant_panics(now in any_instant(), from in any_instant(), to in any_instant()) {
        let world = World::new(&["A001"]);
        world.put(&round_robin(&["A001"]));
        let by = caller();
        let kept = block_on(world.scheduler.book(&by, &request(TEN, "Pat"))).unwrap().id;
        world.clock.set(now);
        block_on(async {
            let _ = world.scheduler.slots(&by, &demo(), from, to).await;
            let booking = slotlink::BookRequest::new(demo(), from, invitee("Sam"));
            let _ = world.scheduler.book(&by, &booking).await;
            let _ = world.scheduler.reschedule(&by, kept, to, None).await;
            let _ = world.scheduler.explain(&by, &demo(), from).await;
            let _ = world.scheduler.reassign(&by, kept, &user("B002")).await;
            let period = AppointmentFilter::new().starting_from(from).starting_before(to);
            let _ = world.scheduler.appointments(&by, &period, &ListPage::default()).await;
            let _ = world.scheduler.mark(&by, kept, Mark::Showed).await;
            let _ = world.scheduler.put_calendar(&by, &round_robin(&[])).await;
            let _ = world.scheduler.cancel(&by, kept).await;
            let _ = world.scheduler.delete_user(&user("A001")).await;
            let _ = world.scheduler.run_due(20).await;
        });
    }
}
