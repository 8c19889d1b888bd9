//! R20: a start can be booked exactly if the slot query offers it, whatever the calendar asks for;
//! and `explain` says the same, host by host.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use slotlink::ports::BusyTime;
use slotlink::rules::Reason;
use slotlink::testkit::{SimulatedBusy, block_on};
use slotlink::words::{
    AppointmentId, Buffer, Calendar, CalendarKind, CalendarRef, CollectiveHost, CollectiveHosts,
    FixedLocation, GridOffset, GridStep, Interval, Limit, Limits, LocationSetting, LocationText,
    Name, Notice, PeriodLimits, QuotaPolicy, RoundRobinHost, RoundRobinHosts, Seats, SlotLength,
    SlotSettings, UserId, WeeklyHours, Zone,
};
use slotlink::{BookRequest, Explanation, LinkWork, Slots};

use crate::world::{World, abc, at, builder, caller, demo, invitee, user};

const HOSTS: [&str; 3] = ["A001", "B002", "C003"];

/// What a calendar asks for, and what was there before.
#[derive(Clone, Debug)]
struct Case {
    kind: u8,
    zone: &'static str,
    slot: (u16, u16, u16),
    buffers: (u16, u16),
    seats: u16,
    notice: u32,
    limits: [Option<u16>; 6],
    /// Requests of the day, where they meet on Zoom and new slots beyond them are refused.
    requests: Option<u32>,
    /// Quarter hours after the first start, whose (3: the source fails for a user), how long.
    busy: Vec<(i64, usize, i64)>,
    /// Which start of the grid, and the host that is wanted, if it is one.
    booked: Vec<(usize, usize)>,
    /// Which of the booked appointments go again.
    cancelled: Vec<prop::sample::Index>,
    tried: Vec<usize>,
}

fn case() -> impl Strategy<Value = Case> {
    let limits = prop::array::uniform6(prop::option::weighted(0.25, 1_u16..4));
    let busy = prop::collection::vec((0_i64..130, 0_usize..4, 1_i64..9), 0..4);
    let zone = prop::sample::select(vec!["UTC", "Asia/Kolkata", "America/New_York"]);
    let slot = (
        prop::sample::select(vec![15_u16, 30, 60]),
        prop::sample::select(vec![15_u16, 30, 50]),
        prop::sample::select(vec![0_u16, 5]),
    );
    let notice = prop::sample::select(vec![0_u32, 900]);
    let requests = prop::option::weighted(0.5, 1_u32..4);
    let settings = (slot, (0_u16..40, 0_u16..40), 1_u16..3, notice, requests);
    let booked = prop::collection::vec((0_usize..60, 0_usize..6), 0..8);
    let cancelled = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    let tried = prop::collection::vec(0_usize..60, 1..5);
    (0_u8..3, zone, settings, limits, busy, (booked, cancelled, tried)).prop_map(
        |(kind, zone, settings, limits, busy, (booked, cancelled, tried))| {
            let (slot, buffers, seats, notice, requests) = settings;
            Case {
                kind,
                zone,
                slot,
                buffers,
                seats,
                notice,
                limits,
                requests,
                busy,
                booked,
                cancelled,
                tried,
            }
        },
    )
}

impl Case {
    fn calendar(&self) -> Calendar {
        let (length, every, offset) = self.slot;
        let (before, after) = self.buffers;
        let slot =
            SlotSettings::new(SlotLength::new(length).unwrap(), GridStep::new(every).unwrap())
                .with_offset(GridOffset::new(offset).unwrap())
                .with_buffers(Buffer::new(before).unwrap(), Buffer::new(after).unwrap())
                .with_seats(Seats::new(self.seats).unwrap());
        let (owner, name) = (CalendarRef::new(abc(), demo()), Name::new("Demo").unwrap());
        let zone = Zone::new(self.zone).unwrap();
        let mut calendar = Calendar::new(owner, name, self.kind(), zone, slot);
        calendar.notice = Notice::new(self.notice).unwrap();
        calendar.limits = self.limits();
        let there = LocationText::new("Main Street 1").unwrap();
        calendar.location = Some(LocationSetting::Fixed(FixedLocation::Text(there)));
        if self.requests.is_some() && self.kind < 2 {
            calendar.location = Some(LocationSetting::Zoom);
            calendar.quota = QuotaPolicy::Refuse;
        }
        calendar
    }

    fn kind(&self) -> CalendarKind {
        let users = HOSTS.map(user);
        match self.kind {
            0 => {
                let hosts = users.into_iter().map(RoundRobinHost::new).collect();
                CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).unwrap())
            }
            1 => {
                let [first, second, third] = users;
                let required = [first, second].map(CollectiveHost::required);
                let hosts = required.into_iter().chain([CollectiveHost::optional(third)]).collect();
                CalendarKind::Collective(CollectiveHosts::new(hosts).unwrap())
            }
            _ => CalendarKind::Unassigned {
                weekly: WeeklyHours::monday_to_friday(&["09:00-17:00".parse().unwrap()]),
                overrides: Default::default(),
            },
        }
    }

    fn limits(&self) -> Limits {
        let of = |limits: &[Option<u16>]| {
            let limit = |at: usize| limits[at].map(|most| Limit::new(most).unwrap());
            let mut of = PeriodLimits::default();
            (of.per_day, of.per_week, of.per_month) = (limit(0), limit(1), limit(2));
            of
        };
        Limits::default().with_calendar(of(&self.limits[..3])).with_host(of(&self.limits[3..]))
    }

    /// A start of the grid on the first two days, or near one.
    fn start(&self, number: usize) -> DateTime<Utc> {
        let from = at("2026-11-24T08:00:00Z");
        let zone = Zone::new(self.zone).unwrap();
        let starts =
            slotlink::rules::starts(zone, &self.calendar().slot, from, from + TimeDelta::days(2));
        // Every seventh lies off the grid.
        starts[number * 3 % starts.len()] + TimeDelta::minutes(i64::from(number % 7 == 6) * 7)
    }

    fn world(&self) -> World {
        let busy = Arc::new(SimulatedBusy::new());
        for (start, whose, quarters) in &self.busy {
            let start = at("2026-11-24T08:00:00Z") + TimeDelta::minutes(15 * start);
            let end = start + TimeDelta::minutes(15 * quarters);
            match HOSTS.get(*whose) {
                Some(host) => {
                    busy.add(&user(host), BusyTime::new(Interval::new(start, end).unwrap()));
                }
                None => busy.fail(&user(HOSTS[usize::try_from(*quarters).unwrap() % 3])),
            }
        }
        let mut world = World::new(&HOSTS);
        let builder = builder(world.store.clone(), &world.zoom, &world.clock, 2);
        // Nothing is sent: what is booked waits, and what is taken back costs nothing.
        let builder = builder.link_work(LinkWork::Worker).quota_cap(self.requests.unwrap_or(100));
        world.scheduler = builder.busy_source(busy).build().unwrap();
        world.put(&self.calendar());
        world
    }

    fn request(&self, start: DateTime<Utc>, wanted: Option<&UserId>) -> BookRequest {
        let request = BookRequest::new(demo(), start, invitee("Pat"));
        wanted.into_iter().cloned().fold(request, BookRequest::with_host)
    }
}

fn asked(world: &World, start: DateTime<Utc>) -> (Slots, Explanation) {
    let (by, demo, next) = (caller(), demo(), start + TimeDelta::seconds(1));
    let slots = block_on(world.scheduler.slots(&by, &demo, start, next)).unwrap();
    (slots, block_on(world.scheduler.explain(&by, &demo, start)).unwrap())
}

/// The hosts that nothing keeps from taking a slot.
fn unhindered(told: &Explanation) -> BTreeSet<UserId> {
    // All are connected: only requests can be missing.
    let free = told.hosts.iter().filter(|one| one.reasons.is_empty());
    free.filter_map(|one| one.host.user().cloned()).collect()
}

/// The hosts who lack but requests.
fn lacking_requests(told: &Explanation) -> BTreeSet<UserId> {
    let lacking = BTreeSet::from([Reason::ZoomNotReady]);
    let hosts = told.hosts.iter().filter(|one| one.reasons == lacking);
    hosts.filter_map(|one| one.host.user().cloned()).collect()
}

/// Books, and takes it back at once: what is asked next is asked of the same world.
fn can_book(world: &World, request: &BookRequest, lacks_requests: bool) -> bool {
    match block_on(world.scheduler.book(&caller(), request)) {
        Ok(booked) => {
            block_on(world.scheduler.delete(&caller(), booked.id)).unwrap();
            true
        }
        Err(error) => {
            let kind = if lacks_requests { "quota_exhausted" } else { "slot_unavailable" };
            assert_eq!(error.kind(), kind, "{error}");
            false
        }
    }
}

fn check(case: &Case, world: &World, start: DateTime<Utc>) -> Result<bool, TestCaseError> {
    let (slots, told) = asked(world, start);
    let offered: BTreeSet<UserId> = slots.iter().flat_map(|slot| slot.hosts().cloned()).collect();
    prop_assert_eq!(told.bookable, !slots.is_empty(), "{} {:?}", start, told);
    let lacking = lacking_requests(&told);
    let lacks_requests = match case.kind {
        0 => !told.bookable && !lacking.is_empty(),
        // All others who are required are free, and the primary host lacks requests.
        _ => {
            let others = told.hosts.get(1).is_some_and(|second| second.reasons.is_empty());
            lacking.contains(&user(HOSTS[0])) && others
        }
    };
    let can = can_book(world, &case.request(start, None), lacks_requests);
    prop_assert_eq!(can, told.bookable, "{}", start);
    if case.kind == 0 {
        prop_assert_eq!(&offered, &unhindered(&told), "{} {:?}", start, told);
        for host in HOSTS.map(user) {
            let can = can_book(world, &case.request(start, Some(&host)), lacking.contains(&host));
            prop_assert_eq!(can, offered.contains(&host), "{} {}", start, host);
        }
    }
    if case.kind == 1 {
        // The third host is optional, and never blocks.
        let required = [user(HOSTS[0]), user(HOSTS[1])];
        let free = unhindered(&told);
        let all = required.iter().all(|host| free.contains(host));
        prop_assert_eq!(all, told.bookable, "{} {:?}", start, told);
    }
    if case.kind == 2 {
        prop_assert_eq!(told.hosts[0].reasons.is_empty(), told.bookable, "{} {:?}", start, told);
    }
    Ok(told.bookable)
}

#[test]
fn r20_what_is_offered_is_what_can_be_booked_and_explain_agrees() {
    let config = ProptestConfig { cases: 250, failure_persistence: None, ..Default::default() };
    let tally = std::cell::RefCell::new([0_u32; 2]);
    proptest::test_runner::TestRunner::new(config)
        .run(&case(), |case| {
            let world = case.world();
            let mut made: Vec<AppointmentId> = Vec::new();
            for (number, host) in &case.booked {
                let wanted = HOSTS.get(*host).filter(|_| case.kind == 0).map(|id| user(id));
                let request = case.request(case.start(*number), wanted.as_ref());
                made.extend(block_on(world.scheduler.book(&caller(), &request)).map(|one| one.id));
            }
            for gone in &case.cancelled {
                if !made.is_empty() {
                    let gone = made.remove(gone.index(made.len()));
                    block_on(world.scheduler.cancel(&caller(), gone)).unwrap();
                }
            }
            let booked_before = case.booked.iter().map(|(number, _)| *number);
            for number in case.tried.iter().copied().chain(booked_before) {
                let is_bookable = check(&case, &world, case.start(number))?;
                tally.borrow_mut()[usize::from(is_bookable)] += 1;
            }
            Ok(())
        })
        .unwrap();
    let [refused, bookable] = *tally.borrow();
    assert!(refused > 100 && bookable > 100, "{refused} refused, {bookable} bookable");
}
