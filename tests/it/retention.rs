//! What only ages is removed in time; what is still of use stays, and works without what is gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::testkit::{ManualClock, SimulatedZoom, ZoomVisit, block_on};
use slotlink::words::{
    Account, BookingWindow, Email, Mark, Name, RequestId, Role, Status, Sticky, User, WindowDays,
    ZoomAccountId,
};
use slotlink::{BookRequest, Retention, RunReport, Scheduler};

use crate::recorded::Recorded;
use crate::world::{abc, at, builder, caller, demo, hours, invitee, request, round_robin, user};

pub(crate) struct Lab {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) zoom: Arc<SimulatedZoom>,
    pub(crate) store: Arc<Recorded>,
    pub(crate) scheduler: Scheduler,
}

pub(crate) const NOW: &str = "2026-11-23T08:00:00Z";
pub(crate) const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

impl Lab {
    /// The sticky calendar "demo" of A001, who is connected to Zoom.
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::new(at(NOW)));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let store = Arc::new(Recorded::default());
        let scheduler = builder(store.clone(), &zoom, &clock, 1).build().unwrap();
        let lab = Self { clock, zoom, store, scheduler };
        let account = Account::new(abc(), Name::new("ABC Marketing").unwrap());
        block_on(lab.scheduler.put_account(&account)).unwrap();
        lab.add_user("A001");
        lab.connect("A001", "zoom-a").unwrap();
        let mut calendar = round_robin(&["A001"]);
        calendar.sharing.sticky = Sticky::LastHost;
        block_on(lab.scheduler.put_calendar(&caller(), &calendar)).unwrap();
        lab
    }

    pub(crate) fn add_user(&self, id: &str) {
        let email = Email::new(format!("{id}@abcmarketing.com")).unwrap();
        let new = User::new(user(id), Name::new(format!("Host {id}")).unwrap(), email, hours());
        block_on(self.scheduler.put_user(&new)).unwrap();
        block_on(self.scheduler.put_membership(&abc(), &user(id), Role::User)).unwrap();
    }

    pub(crate) fn connect(&self, id: &str, zoom: &str) -> Result<(), slotlink::Error> {
        let zoom = ZoomAccountId::new(zoom).unwrap();
        let visit = ZoomVisit::new(&self.scheduler, &self.zoom);
        block_on(visit.connect(&user(id), &zoom)).map(|_| ())
    }

    pub(crate) fn book(&self, request: &BookRequest) -> slotlink::Appointment {
        block_on(self.scheduler.book(&caller(), request)).unwrap()
    }

    pub(crate) fn run(&self, limit: u32) -> RunReport {
        let report = block_on(self.scheduler.run_due(limit)).unwrap();
        assert_eq!(report.failed, 0, "{report:?}");
        report
    }

    fn days_later(&self, days: i64) {
        self.clock.set(at(NOW) + TimeDelta::days(days));
        self.run(1000);
    }

    fn counts<const N: usize>(&self, kinds: [&str; N]) -> [usize; N] {
        kinds.map(|kind| self.store.count(kind))
    }
}

/// Each kind at its age: the last second it is there, and the first it is not.
#[test]
fn rows_that_only_age_are_removed_in_time() {
    let lab = Lab::new();
    let dropped = lab.book(&request(NOON, "Sam")).id;
    block_on(lab.scheduler.delete(&caller(), dropped)).unwrap();
    lab.book(&request(TEN, "Pat").with_request_id(RequestId::new("r").unwrap()));
    // By kind: what is there before, what after, and since when it has been kept how long.
    let (day_end, quota_end) = (at("2026-11-25T00:00:00Z"), at("2026-11-24T00:00:00Z"));
    let over = at("2026-11-24T12:30:00Z");
    let expected: BTreeMap<&str, (usize, usize, DateTime<Utc>)> = [
        ("request", (1, 0, at(NOW) + TimeDelta::days(7))),
        ("quota", (1, 0, quota_end + TimeDelta::days(7))),
        ("appointment", (2, 1, at(NOW) + TimeDelta::days(30))),
        ("link", (2, 1, over + TimeDelta::days(30))),
        ("day", (1, 0, day_end + TimeDelta::days(35))),
        ("message", (3, 0, at(NOW) + TimeDelta::days(90))),
        ("last host", (2, 0, at(NOW) + TimeDelta::days(365))),
    ]
    .into();
    let mut in_time: Vec<_> = expected.into_iter().collect();
    in_time.sort_by_key(|(_, (_, _, until))| *until);
    for (kind, (before, after, until)) in in_time {
        lab.clock.set(until - TimeDelta::seconds(1));
        lab.run(1000);
        assert_eq!(lab.store.count(kind), before, "{kind} a second before {until}");
        lab.clock.set(until);
        assert!(lab.run(1000).removed > 0, "{kind}");
        assert_eq!(lab.store.count(kind), after, "{kind} at {until}");
    }
    lab.days_later(380);
    assert_eq!(lab.counts(["event", "receipt"]), [0, 1], "but for the receipt of the last removal");
    assert_eq!(lab.counts(["appointment", "slot", "link", "listed"]), [1, 1, 1, 1]);
    assert_eq!(lab.counts(["user", "account", "calendar", "claim", "connection", "lane"]), [1; 6]);
}

/// An appointment whose host's day is gone is shown, marked, edited and deleted as ever.
#[test]
fn what_is_over_works_without_its_host_day() {
    let lab = Lab::new();
    let [seen, deleted] = [TEN, NOON].map(|start| lab.book(&request(start, "Pat")).id);
    lab.days_later(100);
    assert_eq!(lab.counts(["day", "event", "message"]), [0, 0, 0]);
    let by = caller();
    assert_eq!(block_on(lab.scheduler.appointment(&by, seen)).unwrap().status, Status::Confirmed);
    let marked = block_on(lab.scheduler.mark(&by, seen, Mark::NoShow)).unwrap();
    assert_eq!(marked.status, Status::NoShow);
    let late = block_on(lab.scheduler.cancel(&by, deleted)).unwrap_err();
    assert_eq!(late.kind(), "too_late");
    block_on(lab.scheduler.delete(&by, deleted)).unwrap();
    block_on(lab.scheduler.delete(&by, deleted)).unwrap();
    assert_eq!(lab.counts(["day", "slot", "listed"]), [0, 1, 1]);
    // What was left of it goes, too, and then nobody knows it any more.
    lab.days_later(131);
    assert_eq!(lab.counts(["appointment", "link", "slot"]), [1, 1, 1]);
    assert_eq!(block_on(lab.scheduler.delete(&by, deleted)).unwrap_err().kind(), "not_found");
    block_on(lab.scheduler.delete(&by, seen)).unwrap();
    lab.days_later(162);
    assert_eq!(lab.counts(["appointment", "link", "slot", "listed"]), [0; 4]);
}

/// A host's day that is gone is forgiven only when it can be: one of today that lacks a slot is wrong.
#[test]
fn a_missing_host_day_is_noticed_before_it_may_be_gone() {
    let lab = Lab::new();
    let booked = lab.book(&request(TEN, "Pat")).id;
    let damaged = Recorded::default();
    let rows =
        ["account", "calendar", "calendar hosts", "user", "membership", "appointment", "slot"];
    for (key, row) in rows
        .iter()
        .chain(&["link", "listed", "assignments"])
        .flat_map(|kind| lab.store.stored(kind))
    {
        damaged.load(&[crate::row_file::FiledRow {
            partition: key.partition().to_vec(),
            sort: key.sort().to_vec(),
            schema: row.schema,
            due: None,
            json: String::from_utf8(row.json.to_vec()).unwrap(),
        }]);
    }
    let scheduler = builder(Arc::new(damaged), &lab.zoom, &lab.clock, 3).build().unwrap();
    let delete = || block_on(scheduler.delete(&caller(), booked));
    // The day ends at midnight, and is kept for 48 hours at least.
    lab.clock.set(at("2026-11-26T23:59:59Z"));
    assert_eq!(delete().unwrap_err().kind(), "inconsistent_rows");
    lab.clock.set(at("2026-11-27T00:00:00Z"));
    delete().unwrap();
}

/// So that a database can write the row in place.
#[test]
fn writing_a_host_day_again_leaves_its_due_as_it_is() {
    let lab = Lab::new();
    let due = |lab: &Lab| lab.store.stored("day")[0].1.due;
    lab.book(&request(TEN, "Pat"));
    let first = due(&lab);
    assert_eq!(first, Some(at("2026-12-30T00:00:00Z")), "35 days after the end of the day");
    lab.clock.advance(TimeDelta::hours(3));
    lab.book(&request(NOON, "Sam"));
    assert_eq!(due(&lab), first);
}

#[test]
fn a_request_that_is_older_than_its_retention_is_a_new_one() {
    let lab = Lab::new();
    let id = RequestId::new("press-twice").unwrap();
    let ask =
        |start| BookRequest::new(demo(), at(start), invitee("Pat")).with_request_id(id.clone());
    let first = lab.book(&ask(TEN)).id;
    lab.days_later(6);
    assert_eq!(lab.book(&ask(TEN)).id, first);
    let other = block_on(lab.scheduler.book(&caller(), &ask("2026-12-07T10:00:00Z"))).unwrap_err();
    assert_eq!(other.kind(), "request_id_reused");
    lab.days_later(7);
    assert_ne!(lab.book(&ask("2026-12-07T10:00:00Z")).id, first);
}

/// A contact who comes back is remembered from then on.
#[test]
fn who_books_again_keeps_their_last_host() {
    let lab = Lab::new();
    lab.book(&request(TEN, "Pat"));
    lab.days_later(300);
    let again = at(NOW) + TimeDelta::days(301) + TimeDelta::hours(2);
    lab.book(&BookRequest::new(demo(), again, invitee("Pat")));
    lab.days_later(400);
    assert_eq!(lab.store.count("last host"), 1);
    lab.days_later(300 + 365);
    assert_eq!(lab.store.count("last host"), 0);
}

/// Moving what was booked long ago to another host counts from now, not from the booking.
#[test]
fn who_is_moved_to_another_host_keeps_the_new_one() {
    let lab = Lab::new();
    lab.add_user("B002");
    let mut calendar = round_robin(&["A001", "B002"]);
    calendar.sharing.sticky = Sticky::LastHost;
    calendar.window = BookingWindow::Days(WindowDays::new(700).unwrap());
    block_on(lab.scheduler.put_calendar(&caller(), &calendar)).unwrap();
    let booked = lab.book(&request("2027-09-20T10:00:00Z", "Pat"));
    let other = if booked.hosts == [user("A001")] { user("B002") } else { user("A001") };
    lab.days_later(200);
    block_on(lab.scheduler.reassign(&caller(), booked.id, &other)).unwrap();
    lab.days_later(200 + 364);
    assert_eq!(lab.store.count("last host"), 1);
    lab.days_later(200 + 365);
    assert_eq!(lab.store.count("last host"), 0);
}

/// A link that was dropped while its owner was not connected waits for them; it is not forgotten alone.
#[test]
fn a_dropped_link_takes_along_that_it_waits() {
    let lab = Lab::new();
    lab.add_user("B002");
    block_on(lab.scheduler.put_calendar(&caller(), &round_robin(&["B002"]))).unwrap();
    let booked = lab.book(&request(TEN, "Pat")).id;
    assert_eq!(lab.counts(["link", "waiting"]), [1, 1]);
    block_on(lab.scheduler.delete(&caller(), booked)).unwrap();
    lab.days_later(31);
    assert_eq!(lab.counts(["link", "waiting"]), [1, 1], "30 days after the slot, not the deletion");
    lab.days_later(32);
    assert_eq!(lab.counts(["link", "waiting"]), [0, 0]);
}

#[test]
fn retention_is_checked_when_the_scheduler_is_built() {
    let lab = Lab::new();
    let build = |retention| {
        builder(lab.store.clone(), &lab.zoom, &lab.clock, 1).retention(retention).build()
    };
    let short = build(Retention::new().with_host_days(TimeDelta::hours(47))).unwrap_err();
    assert_eq!(short.to_string(), "retention of host days must be 48 hours to 3660 days");
    let short = Retention::new().with_receipts(TimeDelta::days(1)).with_history(TimeDelta::days(1));
    let scheduler = build(short).unwrap();
    block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    lab.clock.advance(TimeDelta::days(1));
    assert!(block_on(scheduler.run_due(1000)).unwrap().removed > 0);
    assert_eq!(lab.counts(["event", "message"]), [0, 0]);
}
