//! A store as version 1 of all rows left it: present code goes on with it.
//!
//! `tests/rows/store.1.rows` holds every row of a run of the services before any shape changed: with all
//! kinds of rows, appointments in all states, links made, waiting, unsent and cut off.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::testkit::{ManualClock, SimulatedZoom, ZoomVisit, block_on};
use slotlink::words::{
    AppointmentFilter, AppointmentId, CalendarId, Contact, Email, ListPage, Mark, PageSize, Person,
    Status, ZoomAccountId,
};
use slotlink::{Appointment, BookRequest, Scheduler};

use crate::recorded::Recorded;
use crate::row_file::{FiledRow, parse, print};
use crate::world::{at, builder, caller, invitee, user};

struct Old {
    clock: Arc<ManualClock>,
    zoom: Arc<SimulatedZoom>,
    store: Arc<Recorded>,
    scheduler: Scheduler,
}

/// When the old run ended.
const NOW: &str = "2026-11-23T13:00:00Z";

/// The old store, whose hosts have connected to a new simulated Zoom, if they had before.
fn old() -> Old {
    let clock = Arc::new(ManualClock::new(at(NOW)));
    let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
    let store = Arc::new(Recorded::default());
    store.load(&parse(include_str!("../rows/store.1.rows")));
    let scheduler = builder(store.clone(), &zoom, &clock, 11).build().unwrap();
    let old = Old { clock, zoom, store, scheduler };
    for (id, account) in [("A001", "zoom-a"), ("A002", "zoom-b")] {
        old.connect(id, account).unwrap();
    }
    old
}

impl Old {
    fn connect(&self, id: &str, account: &str) -> Result<(), slotlink::Error> {
        let account = ZoomAccountId::new(account).unwrap();
        let visit = ZoomVisit::new(&self.scheduler, &self.zoom);
        block_on(visit.connect(&user(id), &account)).map(|_| ())
    }

    fn all(&self) -> Vec<Appointment> {
        let page = ListPage::first(PageSize::new(100).unwrap());
        block_on(self.scheduler.appointments(&caller(), &AppointmentFilter::new(), &page))
            .unwrap()
            .appointments
    }

    fn at(&self, calendar: &str, start: &str) -> AppointmentId {
        let mut all = self.all().into_iter();
        let found =
            all.find(|one| one.calendar.as_str() == calendar && one.interval.start() == at(start));
        found.unwrap().id
    }

    fn book(&self, calendar: &str, start: &str) -> Result<Appointment, slotlink::Error> {
        let calendar = CalendarId::new(calendar).unwrap();
        block_on(
            self.scheduler.book(&caller(), &BookRequest::new(calendar, at(start), invitee("New"))),
        )
    }

    fn settle(&self) {
        let report = block_on(self.scheduler.run_due(1000)).unwrap();
        assert_eq!(report.failed, 0, "{report:?}");
    }

    fn assert_sound(&self) {
        self.store.assert_sound(DateTime::<Utc>::UNIX_EPOCH);
    }
}

/// The file is what was stored, and nothing is missing in it.
#[test]
fn the_old_store_has_rows_of_all_kinds_that_there_were() {
    let file = include_str!("../rows/store.1.rows");
    let rows = parse(file);
    assert_eq!(rows.iter().map(|row| print(row) + "\n").collect::<String>(), file);
    assert!(rows.iter().all(|row| row.schema == 1));
    let kinds: BTreeSet<String> = rows.iter().map(FiledRow::kind).collect();
    assert_eq!(kinds.len(), 23, "{kinds:?}");
}

#[test]
fn an_old_store_is_listed_and_shown() {
    let old = old();
    old.assert_sound();
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    for seen in old.all() {
        assert_eq!(block_on(old.scheduler.appointment(&caller(), seen.id)).unwrap(), seen);
        *statuses.entry(seen.status.to_string()).or_default() += 1;
    }
    let expected =
        [("cancelled", 1), ("confirmed", 10), ("no_show", 1), ("pending", 2), ("showed", 1)];
    assert_eq!(statuses, expected.map(|(status, count)| (status.to_owned(), count)).into());
    let told = old.at("demo", "2026-11-24T10:00:00Z");
    let told = block_on(old.scheduler.appointment(&caller(), told)).unwrap();
    assert_eq!(told.title.as_str(), "Pat's knee");
    let names = told.participants.iter().map(|one| one.known().unwrap().name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["Pat", "Lou"]);
}

#[test]
fn old_appointments_are_moved_cancelled_marked_confirmed_and_deleted() {
    let old = old();
    let by = caller();
    let told = old.at("demo", "2026-11-24T10:00:00Z");
    let moved = block_on(old.scheduler.reschedule(&by, told, at("2026-11-25T09:00:00Z"), None));
    assert_eq!(moved.unwrap().interval.start(), at("2026-11-25T09:00:00Z"));
    let team = old.at("team", "2026-11-26T10:00:00Z");
    assert_eq!(block_on(old.scheduler.cancel(&by, team)).unwrap().status, Status::Cancelled);
    let pending = old.at("duo", "2026-11-24T15:00:00Z");
    assert_eq!(block_on(old.scheduler.confirm(&by, pending)).unwrap().status, Status::Confirmed);
    let showed = old.at("demo", "2026-11-23T10:00:00Z");
    assert_eq!(
        block_on(old.scheduler.mark(&by, showed, Mark::NoShow)).unwrap().status,
        Status::NoShow
    );
    block_on(old.scheduler.delete(&by, showed)).unwrap();
    old.settle();
    old.assert_sound();
    let (_, row) = old.store.stored("appointment").into_iter().next().unwrap();
    assert!((1..=2).contains(&row.schema));
    let new = old.store.stored("appointment").into_iter().filter(|(_, row)| row.schema == 2);
    assert_eq!(new.count(), 4, "what was written is written in the present shape");
    let seen = block_on(old.scheduler.appointment(&by, told)).unwrap();
    assert!(format!("{:?}", seen.location).contains("Ready"), "{seen:?}");
    assert!(old.zoom.meetings().iter().any(|one| one.topic == "Pat's knee"));
}

#[test]
fn one_books_beside_old_appointments_and_not_over_them() {
    let old = old();
    let free = old.book("duo", "2026-11-24T15:00:00Z").unwrap();
    assert_eq!(free.hosts, [user("A001")], "the second seat of an old slot");
    assert!(old.book("duo", "2026-11-24T15:00:00Z").is_err(), "no third seat");
    // A001 has Pat then, and A002 sits with nobody: the old assignments and days count.
    assert_eq!(old.book("demo", "2026-11-24T10:00:00Z").unwrap().hosts, [user("A002")]);
    assert_eq!(old.book("demo", "2026-11-24T10:00:00Z").unwrap_err().kind(), "slot_unavailable");
    old.assert_sound();
}

#[test]
fn background_work_goes_on_where_old_code_stopped() {
    let old = old();
    old.settle();
    let unsent = old.at("demo", "2026-11-27T11:00:00Z");
    let unsent = block_on(old.scheduler.appointment(&caller(), unsent)).unwrap();
    assert!(format!("{:?}", unsent.location).contains("Ready"), "{unsent:?}");
    old.connect("A003", "zoom-c").unwrap();
    old.settle();
    assert_eq!(old.store.count("waiting"), 0, "what waited for A003 is woken");
    old.clock.set(at("2026-11-23T18:00:00Z"));
    old.settle();
    let pending = old.all().into_iter().filter(|one| one.status == Status::Pending);
    assert_eq!(pending.count(), 0, "they lapse when old code said");
    old.assert_sound();
}

#[test]
fn what_old_code_keeps_is_erased() {
    let old = old();
    let pat = Contact::Email(Email::new("pat@example.com").unwrap());
    let erased = block_on(old.scheduler.erase_participant(&caller(), &[pat])).unwrap();
    assert_eq!((erased.appointments, erased.upcoming.len()), (5, 4));
    for text in ["pat@example.com", "knee", "Main Street"] {
        assert!(old.store.kinds_with(text).is_empty(), "{text}: {:?}", old.store.kinds_with(text));
    }
    assert!(old.store.kinds_with("lou@example.com").contains("appointment"), "others stay");
    let refused = block_on(old.scheduler.erase_user(&user("A001"))).unwrap_err();
    assert_eq!(refused.kind(), "wrong_state");
    block_on(old.scheduler.erase_user(&user("A004"))).unwrap();
    assert!(old.store.kinds_with("Host A004").is_empty());
    assert_eq!(old.connect("A005", "zoom-d").unwrap_err().kind(), "not_found");
    old.assert_sound();
}

#[test]
fn old_rows_age_as_new_ones_do_once_they_are_written_again() {
    let old = old();
    let told = old.at("demo", "2026-11-24T10:00:00Z");
    block_on(old.scheduler.cancel(&caller(), told)).unwrap();
    block_on(old.scheduler.delete(&caller(), told)).unwrap();
    let before = (old.store.count("link"), old.store.count("appointment"));
    old.clock.set(at(NOW) + TimeDelta::days(40));
    old.settle();
    assert_eq!(
        (old.store.count("link"), old.store.count("appointment")),
        (before.0 - 1, before.1 - 1)
    );
    let erased = old.all().into_iter().flat_map(|one| one.participants);
    assert!(erased.into_iter().all(|one| one != Person::Erased));
}
