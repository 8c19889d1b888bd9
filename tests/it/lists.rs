//! The filtered, paged list of appointments (R30).

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use proptest::prelude::*;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use slotlink::testkit::block_on;
use slotlink::words::{
    AppointmentFilter, AppointmentId, ListCursor, ListPage, LocationSetting, PageSize, Seats,
    SlotLength, SlotSettings, StaticLink, Status,
};
use slotlink::{AppointmentList, BookRequest, LinkWork, MemoryStore, Scheduler};

use crate::world::{
    World, at, builder, caller, demo, invitee, request, round_robin, slot_settings, user,
};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

fn size(appointments: u16) -> PageSize {
    PageSize::new(appointments).unwrap()
}

fn list(scheduler: &Scheduler, filter: &AppointmentFilter, page: ListPage) -> AppointmentList {
    block_on(scheduler.appointments(&caller(), filter, &page)).unwrap()
}

fn ids(list: &AppointmentList) -> Vec<AppointmentId> {
    list.appointments.iter().map(|one| one.id).collect()
}

/// All pages, each cursor having been through a URL.
fn all(scheduler: &Scheduler, filter: &AppointmentFilter, size: PageSize) -> Vec<AppointmentId> {
    let (mut found, mut page) = (Vec::new(), ListPage::first(size));
    loop {
        let answer = list(scheduler, filter, page);
        assert!(answer.appointments.len() <= usize::from(size.appointments()));
        found.extend(ids(&answer));
        let Some(next) = answer.next else { return found };
        let read: ListCursor = next.to_string().parse().unwrap();
        page = ListPage::after(read, size);
    }
}

/// Many can sit in a slot, and none of them needs Zoom.
fn crowded(hosts: &[&str]) -> World {
    let world = World::new(hosts);
    let mut calendar = round_robin(hosts);
    calendar.slot = slot_settings(30).with_seats(Seats::new(1000).unwrap());
    let link = StaticLink::new("https://example.com/room").unwrap();
    calendar.location = Some(LocationSetting::Fixed(slotlink::words::FixedLocation::Link(link)));
    world.put(&calendar);
    world
}

#[test]
fn r30_pages_go_on_where_the_last_one_ended_whatever_happened_to_it() {
    let world = crowded(&["A001"]);
    let by = caller();
    let mut booked: Vec<_> = (0..5)
        .map(|n| block_on(world.scheduler.book(&by, &request(TEN, &format!("P{n}")))).unwrap().id)
        .collect();
    booked.sort();
    let everything = AppointmentFilter::new();
    let first = list(&world.scheduler, &everything, ListPage::first(size(2)));
    assert_eq!(ids(&first), booked[..2]);
    block_on(world.scheduler.delete(&by, booked[1])).unwrap();
    block_on(world.scheduler.reschedule(&by, booked[2], at(NOON), None)).unwrap();
    let after = ListPage::after(first.next.unwrap(), size(2));
    let second = list(&world.scheduler, &everything, after);
    assert_eq!(ids(&second), booked[3..]);
    let third = list(&world.scheduler, &everything, ListPage::after(second.next.unwrap(), size(2)));
    assert_eq!((ids(&third), third.next), (vec![booked[2]], None));
}

#[test]
fn r30_a_full_last_page_is_the_last() {
    let world = crowded(&["A001"]);
    for name in ["Pat", "Sam"] {
        block_on(world.scheduler.book(&caller(), &request(TEN, name))).unwrap();
    }
    let two = list(&world.scheduler, &AppointmentFilter::new(), ListPage::first(size(2)));
    assert_eq!((two.appointments.len(), two.next), (2, None));
}

#[test]
fn r30_what_is_listed_is_what_is_read_one_by_one() {
    let world = World::new(&["A001", "B002"]);
    world.add_user("C003");
    let mut calendar = round_robin(&["A001", "B002", "C003"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
    world.put(&calendar);
    let by = caller();
    let book = |start: &str, host: &str| {
        let request = request(start, "Pat").with_host(user(host));
        block_on(world.scheduler.book(&by, &request)).unwrap().id
    };
    let booked = [
        book(TEN, "A001"),
        book(TEN, "A001"),
        book(TEN, "B002"),
        book(NOON, "C003"),
        book(NOON, "B002"),
    ];
    block_on(world.scheduler.cancel(&by, booked[4])).unwrap();
    let (store, scheduler) = counting_gets(&world);
    let listed = list(&scheduler, &AppointmentFilter::new(), ListPage::default());
    // Account; appointments; links and connections.
    assert_eq!((store.gets.load(Ordering::Relaxed), listed.appointments.len()), (3, 5));
    for one in &listed.appointments {
        assert_eq!(*one, block_on(world.scheduler.appointment(&by, one.id)).unwrap());
    }
}

struct Counting {
    store: Arc<MemoryStore>,
    gets: AtomicU32,
    rows: AtomicU32,
}

#[async_trait]
impl Store for Counting {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.gets.fetch_add(1, Ordering::Relaxed);
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let answer = self.store.scan(scan, page).await?;
        self.rows.fetch_add(u32::try_from(answer.rows.len()).unwrap(), Ordering::Relaxed);
        Ok(answer)
    }
}

fn counting_gets(world: &World) -> (Arc<Counting>, Scheduler) {
    let (gets, rows) = (AtomicU32::new(0), AtomicU32::new(0));
    let store = Arc::new(Counting { store: world.store.clone(), gets, rows });
    (store.clone(), builder(store, &world.zoom, &world.clock, 4).build().unwrap())
}

#[test]
fn r30_a_filter_that_hardly_anything_meets_is_asked_in_bounded_parts() {
    let world = crowded(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    let five = SlotLength::new(5).unwrap();
    calendar.slot = SlotSettings::new(five, 5.try_into().unwrap());
    let link = StaticLink::new("https://example.com/room").unwrap();
    calendar.location = Some(LocationSetting::Fixed(slotlink::words::FixedLocation::Link(link)));
    world.put(&calendar);
    let by = caller();
    let mut last = None;
    for day in 0..14 {
        for number in 0..96 {
            let start =
                at("2026-11-24T09:00:00Z") + TimeDelta::days(day) + TimeDelta::minutes(5 * number);
            let request = BookRequest::new(demo(), start, invitee("Pat"));
            last = Some(block_on(world.scheduler.book(&by, &request)).unwrap().id);
        }
    }
    let rare = block_on(world.scheduler.cancel(&by, last.unwrap())).unwrap();
    let (store, scheduler) = counting_gets(&world);
    let filters = [
        AppointmentFilter::new().standing_at([Status::Cancelled]),
        AppointmentFilter::new().standing_at([]),
        AppointmentFilter::new().hosted_by(user("B002")),
    ];
    for (filter, found) in filters.iter().zip([vec![rare.id], vec![], vec![]]) {
        store.rows.store(0, Ordering::Relaxed);
        store.gets.store(0, Ordering::Relaxed);
        let first = list(&scheduler, filter, ListPage::first(size(10)));
        assert_eq!(first.appointments, []);
        let looked_at = store.rows.load(Ordering::Relaxed);
        assert!((1000..1100).contains(&looked_at), "{looked_at}");
        assert!(store.gets.load(Ordering::Relaxed) < 20);
        let rest = list(&scheduler, filter, ListPage::after(first.next.unwrap(), size(10)));
        assert_eq!((ids(&rest), rest.next), (found, None));
    }
}

/// Scans answer what they answered first, for ever.
struct Stale {
    store: Arc<MemoryStore>,
    first: Mutex<Option<ScanPage>>,
}

#[async_trait]
impl Store for Stale {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let held = self.first.lock().unwrap().clone();
        if let Some(page) = held {
            return Ok(page);
        }
        let answer = self.store.scan(scan, page).await?;
        *self.first.lock().unwrap() = Some(answer.clone());
        Ok(answer)
    }
}

#[test]
fn r30_what_a_stale_scan_still_shows_is_not_listed() {
    let world = crowded(&["A001"]);
    let by = caller();
    let [stays, moves, goes] = ["Pat", "Sam", "Kim"]
        .map(|name| block_on(world.scheduler.book(&by, &request(TEN, name))).unwrap().id);
    let store = Arc::new(Stale { store: world.store.clone(), first: Mutex::default() });
    let scheduler = builder(store, &world.zoom, &world.clock, 4).build().unwrap();
    let everything = AppointmentFilter::new();
    assert_eq!(list(&scheduler, &everything, ListPage::default()).appointments.len(), 3);
    block_on(world.scheduler.reschedule(&by, moves, at(NOON), None)).unwrap();
    block_on(world.scheduler.delete(&by, goes)).unwrap();
    block_on(world.scheduler.cancel(&by, stays)).unwrap();
    let listed = list(&scheduler, &everything, ListPage::default());
    assert_eq!(ids(&listed), [stays]);
    assert_eq!(listed.appointments[0].status, Status::Cancelled, "as it is now");
}

/// Every page of a scan but the first begins with the rows of the page before.
struct Repeating {
    store: Arc<MemoryStore>,
    last: Mutex<Vec<(Key, Versioned)>>,
}

#[async_trait]
impl Store for Repeating {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let mut answer = self.store.scan(scan, page).await?;
        let before = std::mem::replace(&mut *self.last.lock().unwrap(), answer.rows.clone());
        let before = if page.after.is_some() { before } else { Vec::new() };
        answer.rows = [before, answer.rows].concat();
        Ok(answer)
    }
}

#[test]
fn r30_rows_that_a_scan_repeats_are_listed_once() {
    let world = crowded(&["A001"]);
    let by = caller();
    let booked = ["Pat", "Sam", "Kim", "Max"]
        .map(|name| block_on(world.scheduler.book(&by, &request(TEN, name))).unwrap().id);
    // The first in the list is not wanted, so that more than a page is read.
    block_on(world.scheduler.cancel(&by, *booked.iter().min().unwrap())).unwrap();
    let store = Arc::new(Repeating { store: world.store.clone(), last: Mutex::default() });
    let scheduler = builder(store, &world.zoom, &world.clock, 4).build().unwrap();
    let live = AppointmentFilter::new().standing_at([Status::Confirmed]);
    for size in [1, 2, 3, 4].map(size) {
        assert_eq!(all(&scheduler, &live, size), all(&world.scheduler, &live, size));
    }
}

#[derive(Clone, Copy, Debug)]
enum Change {
    Book(u8, bool),
    Move(u8, u8, bool),
    Cancel(u8),
    Delete(u8),
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0..12_u8, any::<bool>()).prop_map(|(at, first)| Change::Book(at, first)),
        2 => (any::<u8>(), 0..12_u8, any::<bool>())
            .prop_map(|(which, at, first)| Change::Move(which, at, first)),
        1 => any::<u8>().prop_map(Change::Cancel),
        1 => any::<u8>().prop_map(Change::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// However appointments came where they are: a list has exactly those that meet its filter.
    #[test]
    fn r30_lists_agree_with_the_appointments(
        changes in prop::collection::vec(any_change(), 1..25),
        page in 1..5_u16,
        (from, length, host) in (0..12_u8, 1..6_u8, any::<bool>()),
    ) {
        let world = crowded(&["A001", "B002"]);
        let scheduler = builder(world.store.clone(), &world.zoom, &world.clock, 8)
            .link_work(LinkWork::Worker)
            .build()
            .unwrap();
        let by = caller();
        let start = |n: u8| at("2026-11-24T09:00:00Z") + TimeDelta::minutes(30 * i64::from(n));
        let who = |first: bool| user(if first { "A001" } else { "B002" });
        let mut made = Vec::new();
        for change in changes {
            let id = |which: u8| made.get(usize::from(which) % made.len().max(1)).copied();
            match change {
                Change::Book(at, first) => {
                    let request = BookRequest::new(demo(), start(at), invitee("Pat"));
                    let request = request.with_host(who(first));
                    made.push(block_on(scheduler.book(&by, &request)).unwrap().id);
                }
                Change::Move(which, at, first) => if let Some(id) = id(which) {
                    let host = who(first);
                    let _gone = block_on(scheduler.reschedule(&by, id, start(at), Some(&host)));
                },
                Change::Cancel(which) => if let Some(id) = id(which) {
                    let _gone = block_on(scheduler.cancel(&by, id));
                },
                Change::Delete(which) => if let Some(id) = id(which) {
                    block_on(scheduler.delete(&by, id)).unwrap();
                },
            }
        }
        let mut kept: Vec<_> = made
            .iter()
            .filter_map(|id| block_on(scheduler.appointment(&by, *id)).ok())
            .map(|one| (one.interval.start(), one.id, one))
            .collect();
        kept.sort_by_key(|(start, id, _)| (*start, *id));
        let everything: Vec<_> = kept.iter().map(|(_, id, _)| *id).collect();
        prop_assert_eq!(all(&scheduler, &AppointmentFilter::new(), size(page)), everything);
        let (from, to) = (start(from), start(from + length));
        let filter = AppointmentFilter::new()
            .starting_from(from)
            .starting_before(to)
            .on(demo())
            .hosted_by(who(host))
            .standing_at([Status::Confirmed]);
        let wanted = kept.iter().filter(|(start, _, one)| {
            (from..to).contains(start)
                && one.hosts.contains(&who(host))
                && one.status == Status::Confirmed
        });
        let wanted: Vec<_> = wanted.map(|(_, id, _)| *id).collect();
        prop_assert_eq!(all(&scheduler, &filter, size(page)), wanted);
    }
}
