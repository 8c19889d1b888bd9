//! A sound view passes, and every breach is noticed.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::super::view::{SeenLink, Told, ToldOf, View};
use super::broken;
use crate::rules::limits::{Counts, kinds};
use crate::rules::slot::SlotKey;
use crate::rules::{LinkState, ParkReason};
use crate::services::{Booked, CountingRow, ListedRow};
use crate::testkit::SimulatedMeeting;
use crate::words::{
    AccountId, AppointmentId, CalendarId, CalendarRef, Interval, JoinUrl, Limit, Limits, LinkId,
    Location, MeetingId, Name, Occupancy, Occupant, Participant, Period, PeriodLimits, Status,
    Title, UserId, Zone, ZoomAccountId,
};

const HOUR: i64 = 3600;

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn host() -> Occupant {
    Occupant::User(UserId::new("A001").unwrap())
}

fn calendar() -> CalendarRef {
    CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new("demo").unwrap())
}

/// The slot of an hour.
fn slot(hour: i64) -> SlotKey {
    let core = Interval::try_from((hour * HOUR, (hour + 1) * HOUR)).unwrap();
    SlotKey { calendar: calendar(), owner: host(), core }
}

fn url(link: u128) -> JoinUrl {
    JoinUrl::new(&format!("https://zoom.example/j/{link}")).unwrap()
}

fn booked(id: u128, hour: i64, link: u128) -> Booked {
    Booked {
        id: AppointmentId::from_uuid(uuid(id)),
        slot: slot(hour),
        occupants: vec![host()],
        status: Status::Confirmed,
        title: Title::new("Demo").unwrap(),
        notes: None,
        participants: vec![Participant::new(Name::new("Pat").unwrap()).into()],
        location: Location::Zoom,
        location_answered: false,
        link: Some(LinkId::from_uuid(uuid(link))),
        booked_at: chrono::DateTime::UNIX_EPOCH,
        lapses_at: None,
        counted: true,
        events: 1,
    }
}

fn told(booked: &[Booked]) -> Told {
    let of = |one: &Booked| ToldOf {
        status: one.status,
        when: one.interval(),
        hosts: one.hosts().cloned().collect(),
    };
    booked.iter().map(|one| (one.id, of(one))).collect()
}

fn held(hour: i64, seats_taken: u16) -> (Occupant, Occupancy) {
    let core = slot(hour).core;
    (host(), Occupancy::new(core, core, calendar(), host(), seats_taken).unwrap())
}

fn ready(link: u128, hour: i64) -> SeenLink {
    SeenLink {
        id: LinkId::from_uuid(uuid(link)),
        slot: slot(hour),
        state: LinkState::Ready { join_url: url(link) },
        is_unfinished: false,
    }
}

fn meeting(link: u128, hour: i64) -> SimulatedMeeting {
    SimulatedMeeting {
        zoom: ZoomAccountId::new("zoom-a").unwrap(),
        id: MeetingId::new(i64::try_from(link).unwrap()),
        start: slot(hour).core.start(),
        topic: "Demo".into(),
        join_url: url(link).as_str().into(),
        agenda: format!("[ref:{}]", uuid(link).simple()),
    }
}

fn theirs() -> SimulatedMeeting {
    SimulatedMeeting { agenda: "mine".into(), ..meeting(99, 20) }
}

/// Two appointments in one slot, one in another.
fn sound() -> View {
    let appointments = vec![booked(1, 10, 7), booked(2, 10, 7), booked(3, 12, 8)];
    View {
        now: slot(9).core.start(),
        quota_cap: 100,
        seats: [(calendar(), 2)].into(),
        held: vec![held(10, 2), held(12, 1)],
        told: told(&appointments),
        listed: appointments.iter().map(ListedRow::of).collect(),
        counted: Vec::new(),
        appointments,
        links: vec![ready(7, 10), ready(8, 12)],
        meetings: vec![meeting(7, 10), meeting(8, 12), theirs()],
        foreign: vec![theirs()],
        requests: [(ZoomAccountId::new("zoom-a").unwrap(), 100)].into(),
    }
}

/// The numbers of the invariants that a change of the sound view breaks.
fn after(change: impl FnOnce(&mut View)) -> BTreeSet<String> {
    let mut view = sound();
    change(&mut view);
    broken(&view).into_iter().map(|failure| failure.path).collect()
}

fn breaks(number: &str, change: impl FnOnce(&mut View)) {
    let found = after(change);
    assert!(found.contains(number), "{number} is not among {found:?}");
}

fn is_fine(change: impl FnOnce(&mut View)) {
    let found = after(change);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_sound_world_breaks_nothing() {
    is_fine(|_| {});
}

#[test]
fn i1_overlaps_of_one_host_are_noticed() {
    let padded = Interval::try_from((9 * HOUR, 12 * HOUR + 1)).unwrap();
    let wide = Occupancy::new(slot(10).core, padded, calendar(), host(), 2).unwrap();
    breaks("I1", |view| view.held[0].1 = wide.clone());
    let other = Occupant::User(UserId::new("B002").unwrap());
    let found = after(|view| view.held.push((other, wide)));
    assert!(!found.contains("I1"), "another host's time is not in the way");
}

#[test]
fn i1_a_day_that_tells_another_count_of_seats_is_noticed() {
    breaks("I1", |view| view.held.push(held(10, 1)));
}

#[test]
fn i1_too_many_seats_are_noticed() {
    breaks("I1", |view| {
        view.seats.insert(calendar(), 1);
    });
}

#[test]
fn i2_an_appointment_without_its_hosts_time_is_noticed() {
    breaks("I2", |view| {
        view.held.pop();
    });
    breaks("I2", |view| view.held[0] = held(10, 1));
}

#[test]
fn i2_time_that_nobody_uses_is_noticed() {
    breaks("I2", |view| view.held.push(held(14, 1)));
    breaks("I2", |view| {
        view.appointments[2].status = Status::Cancelled;
        view.told = told(&view.appointments);
    });
}

#[test]
fn i2_a_list_that_lacks_one_or_has_one_too_many_is_noticed() {
    breaks("I2", |view| {
        view.listed.pop_first();
    });
    breaks("I2", |view| {
        view.listed.insert(ListedRow::of(&booked(4, 16, 9)));
    });
}

/// As if the calendar had a limit of each sort.
fn count(view: &mut View) -> &mut (CountingRow, Counts) {
    let each = |limit| PeriodLimits::default().with_per_day(limit).with_per_week(limit);
    let each = each(Limit::new(9).unwrap()).with_per_month(Limit::new(9).unwrap());
    let counting = CountingRow {
        calendar: calendar(),
        kinds: kinds(&Limits::default().with_calendar(each).with_host(each)),
        zone: Zone::UTC,
        counters: Some(uuid(5)),
        revision: uuid(5),
        due: None,
    };
    let counts = counting.counts(&view.appointments);
    view.counted.push((counting, counts));
    view.counted.last_mut().unwrap()
}

#[test]
fn i2_counters_that_are_wrong_are_noticed() {
    is_fine(|view| _ = count(view));
    breaks("I2", |view| *count(view).1.values_mut().next().unwrap() += 1);
    breaks("I2", |view| *count(view).1.values_mut().last().unwrap() -= 1);
    breaks("I2", |view| _ = count(view).1.pop_first());
    breaks("I2", |view| count(view).0.counters = None);
    is_fine(|view| {
        // A day later the day's counter may be gone; the week's may not.
        count(view).1.retain(|counter, _| counter.period != Period::Day);
        view.now += chrono::TimeDelta::days(1);
    });
}

#[test]
fn i2_untruths_are_noticed() {
    breaks("I2", |view| view.told.clear());
    breaks("I2", |view| {
        let unknown = booked(4, 16, 9);
        view.told.extend(told(&[unknown]));
    });
    breaks("I2", |view| {
        view.told.values_mut().for_each(|told| told.status = Status::Pending);
    });
}

#[test]
fn i2_only_what_was_to_lapse_may_be_cancelled_unasked() {
    let lapsed = |at: Option<i64>| {
        move |view: &mut View| {
            let id = view.appointments[2].id;
            view.told.get_mut(&id).unwrap().status = Status::Pending;
            view.appointments[2].status = Status::Cancelled;
            view.appointments[2].lapses_at = at.map(|hour| slot(hour).core.start());
            view.held.pop();
            view.meetings.remove(1);
            view.links.pop();
        }
    };
    assert_eq!(after(lapsed(Some(9))), BTreeSet::new());
    breaks("I2", lapsed(None));
    breaks("I2", lapsed(Some(10)));
    breaks("I2", |view| {
        lapsed(Some(9))(view);
        view.told.values_mut().for_each(|told| told.status = Status::Confirmed);
    });
}

#[test]
fn i3_a_missing_link_is_noticed() {
    breaks("I3", |view| view.appointments[2].link = None);
    breaks("I3", |view| view.links[1].state = LinkState::Dropped);
    breaks("I3", |view| view.links[1].state = LinkState::Pending);
    breaks("I3", |view| view.links[1].state = LinkState::Ready { join_url: url(9) });
    breaks("I3", |view| {
        view.meetings.remove(1);
    });
    breaks("I3", |view| view.meetings.insert(0, meeting(8, 12)));
}

#[test]
fn i3_a_stated_reason_will_do() {
    let until = slot(24).core.start();
    for state in [LinkState::Deferred { until }, LinkState::Parked { reason: ParkReason::Quota }] {
        is_fine(|view| {
            view.links[1].state = state;
            view.links[1].is_unfinished = true;
            view.meetings.remove(1);
        });
    }
    is_fine(|view| {
        view.links[1].state = LinkState::Pending;
        view.links[1].is_unfinished = true;
        view.meetings.remove(1);
    });
}

#[test]
fn i4_too_many_requests_are_noticed() {
    breaks("I4", |view| view.requests.values_mut().for_each(|most| *most += 1));
    breaks("I4", |view| view.quota_cap = 99);
}

#[test]
fn i7_extra_meetings_are_noticed() {
    breaks("I7", |view| view.meetings.insert(0, meeting(9, 14)));
    breaks("I7", |view| view.meetings.insert(0, meeting(8, 12)));
    breaks("I7", |view| {
        view.appointments.pop();
        view.held.pop();
        view.links[1].state = LinkState::Dropped;
    });
}

#[test]
fn i7_a_deletion_may_wait() {
    is_fine(|view| {
        let gone = view.appointments.pop().unwrap();
        view.told.remove(&gone.id);
        view.listed.remove(&ListedRow::of(&gone));
        view.held.pop();
        view.links[1].state = LinkState::Dropped;
        view.links[1].is_unfinished = true;
    });
}

#[test]
fn i7_meddling_with_other_meetings_is_noticed() {
    breaks("I7", |view| view.meetings[2].topic = "Ours now".into());
    breaks("I7", |view| {
        view.meetings.pop();
    });
}

#[test]
fn i8_links_that_are_shared_wrongly_are_noticed() {
    breaks("I8", |view| view.appointments[2].link = view.appointments[0].link);
    breaks("I8", |view| view.links[1].state = LinkState::Ready { join_url: url(7) });
    breaks("I8", |view| {
        view.appointments[1].link = view.appointments[2].link;
    });
}
