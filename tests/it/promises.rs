//! What errors, rows and settings promise, where it is easy to break.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use slotlink::testkit::block_on;
use slotlink::words::{
    BookingWindow, Calendar, CalendarKind, CalendarRef, CollectiveHost, CollectiveHosts,
    Confirmation, DateRange, FixedLocation, LocationSetting, Name, Phone, RoundRobinHost,
    RoundRobinHosts, Seats, Title, Zone,
};
use slotlink::{Edit, MeetingLocation, MemoryStore};

use crate::world::{
    World, abc, at, builder, caller, demo, invitee, one_host, request, round_robin, slot_settings,
    user,
};

const TEN: &str = "2026-11-24T10:00:00Z";

fn collective(hosts: Vec<CollectiveHost>) -> Calendar {
    let kind = CalendarKind::Collective(CollectiveHosts::new(hosts).unwrap());
    let name = Name::new("Demo").unwrap();
    Calendar::new(CalendarRef::new(abc(), demo()), name, kind, Zone::UTC, slot_settings(30))
}

/// Reads fail after the first commit.
pub(crate) struct NoReadsAfterCommit {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) commits: AtomicU32,
}

#[async_trait]
impl Store for NoReadsAfterCommit {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        if self.commits.load(Ordering::Relaxed) > 0 {
            return Err(StoreError::new("no connection"));
        }
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}

#[test]
fn a_call_that_answers_with_an_error_changed_nothing() {
    let world = one_host();
    let store = NoReadsAfterCommit { store: world.store.clone(), commits: AtomicU32::new(0) };
    let scheduler = builder(Arc::new(store), &world.zoom, &world.clock, 6).build().unwrap();
    let rows = world.store.len();
    if let Err(error) = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))) {
        assert_eq!(world.store.len(), rows, "{} ({error}), yet it is booked", error.kind());
    }
}

/// A pending appointment whose row is as large as it may be can still be cancelled.
#[test]
fn what_could_be_booked_can_be_confirmed_and_cancelled() {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.confirmation = Confirmation::ByHost;
    calendar.slot = slot_settings(30).with_seats(Seats::new(1000).unwrap());
    world.put(&calendar);
    let crowd = |notes: usize| {
        let long = |n: usize| {
            let mut guest = invitee(&format!("P{n}"));
            guest.name = Name::new("名".repeat(if n == 0 { 1 } else { 170 })).unwrap();
            guest
        };
        request(TEN, "Pat")
            .with_participants((0..99).map(long))
            .with_notes(slotlink::words::Notes::new("n".repeat(notes)).unwrap())
    };
    let fits = |notes: usize| block_on(world.scheduler.book(&caller(), &crowd(notes)));
    // The longest notes that fit.
    let (mut least, mut most, mut booked) = (1, 4000, None);
    while least < most {
        let middle = usize::midpoint(least, most + 1);
        match fits(middle) {
            Ok(done) => (least, booked) = (middle, Some(done.id)),
            Err(_) => most = middle - 1,
        }
    }
    assert!(least < 4000, "the bound was not met");
    let id = booked.unwrap();
    let confirmed = block_on(world.scheduler.confirm(&caller(), id)).map(|_| ());
    let cancelled = block_on(world.scheduler.cancel(&caller(), id)).map(|_| ());
    assert!(confirmed.is_ok() && cancelled.is_ok(), "{confirmed:?} {cancelled:?}");
}

/// A host who cannot make links now is passed over unless nobody else is free.
#[test]
fn a_host_without_zoom_is_passed_over() {
    let world = World::new(&["B002"]);
    world.add_user("A001");
    world.put(&round_robin(&["A001", "B002"]));
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(booked.hosts, [user("B002")], "{:?}", booked.location);
}

/// Moved to a host who asks the invitee: the other host's own address is no answer of theirs.
#[test]
fn r7_the_place_of_one_host_is_not_taken_for_the_invitees_answer() {
    let world = World::new(&["A001", "B002"]);
    let phone = FixedLocation::Phone(Phone::new("+1 555 0001").unwrap());
    let hosts = vec![
        RoundRobinHost::new(user("A001")).with_location(LocationSetting::Fixed(phone.clone())),
        RoundRobinHost::new(user("B002")).with_location(LocationSetting::Ask),
    ];
    let mut calendar = round_robin(&[]);
    calendar.kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).unwrap());
    world.put(&calendar);
    let booked =
        block_on(world.scheduler.book(&caller(), &request(TEN, "Pat").with_host(user("A001"))))
            .unwrap();
    let host = user("B002");
    let moved =
        block_on(world.scheduler.reschedule(&caller(), booked.id, at(TEN), Some(&host))).unwrap();
    assert_eq!(moved.hosts, [user("B002")]);
    assert_ne!(moved.location, MeetingLocation::Fixed(phone), "A001's phone at B002's meeting");
}

/// Same start, and a host who was busy when it was booked: moved, the same, or unavailable; but
/// nobody contends.
#[test]
fn a_collective_appointment_is_not_contended_by_itself() {
    let world = World::new(&["A001", "B002"]);
    let mut own = round_robin(&["B002"]);
    own.id = "own".try_into().unwrap();
    world.put(&own);
    world.put(&collective(vec![
        CollectiveHost::required(user("A001")),
        CollectiveHost::optional(user("B002")),
    ]));
    let busy = slotlink::BookRequest::new("own".try_into().unwrap(), at(TEN), invitee("Sam"));
    let busy = block_on(world.scheduler.book(&caller(), &busy)).unwrap();
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(booked.hosts, [user("A001")]);
    block_on(world.scheduler.cancel(&caller(), busy.id)).unwrap();
    let host = user("B002");
    let moved = block_on(world.scheduler.reschedule(&caller(), booked.id, at(TEN), Some(&host)));
    assert_ne!(moved.as_ref().map_err(slotlink::Error::kind).err(), Some("conflict"), "{moved:?}");
}

/// "They host nothing new."
#[test]
fn a_deleted_user_gets_no_new_invitees() {
    let world = World::new(&["A001", "B002"]);
    let mut calendar = round_robin(&["A001", "B002"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(3).unwrap());
    world.put(&calendar);
    let first = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(first.hosts, [user("A001")]);
    block_on(world.scheduler.delete_user(&user("A001"))).unwrap();
    let second = block_on(world.scheduler.book(&caller(), &request(TEN, "Sam"))).unwrap();
    assert_eq!(second.hosts, [user("B002")]);
}

/// R29: deleting a user lists their upcoming appointments.
#[test]
fn r29_upcoming_has_no_horizon() {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    let date = |text: &str| text.parse().unwrap();
    calendar.window =
        BookingWindow::Dates(DateRange::new(date("2026-01-01"), date("2032-01-01")).unwrap());
    world.put(&calendar);
    block_on(world.scheduler.book(&caller(), &request("2031-11-24T10:00:00Z", "Pat"))).unwrap();
    let listed = block_on(world.scheduler.delete_user(&user("A001"))).unwrap();
    assert_eq!(listed.len(), 1);
}

/// R29: the kind of a calendar stays; appointments made on it rely on it.
#[test]
fn r29_the_kind_of_a_calendar_cannot_be_changed() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let hosts = CollectiveHosts::new(vec![CollectiveHost::required(user("A001"))]).unwrap();
    let mut other = round_robin(&[]);
    other.kind = CalendarKind::Collective(hosts);
    let refused = block_on(world.scheduler.put_calendar(&caller(), &other)).unwrap_err();
    assert_eq!(refused.kind(), "invalid_input", "{refused}");
}

/// R12, R29: with several seats Zoom shows the calendar's name as it was when the link was made.
#[test]
fn r12_a_renamed_calendar_renames_no_meeting() {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
    world.put(&calendar);
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    calendar.name = Name::new("Renamed").unwrap();
    world.put(&calendar);
    let edit = Edit::new().with_title(Title::new("Pat's own").unwrap());
    block_on(world.scheduler.edit(&caller(), booked.id, &edit)).unwrap();
    world.settle();
    assert_eq!(world.zoom.meetings()[0].topic, "Demo");
    assert_eq!(world.zoom.requests_today().values().sum::<u32>(), 1);
}
