//! The hosts of a calendar change while a booking is under way, and another booking of the same
//! scheduler already remembers the new ones.

use slotlink::testkit::{audit, block_on};
use slotlink::words::{Calendar, FixedLocation, LocationSetting, LocationText};

use crate::interleaving::stepping;
use crate::steps::Run;
use crate::world::{World, abc, caller, request, round_robin};

const ALL: [&str; 3] = ["A001", "B002", "C003"];
const ELEVEN: &str = "2026-11-24T11:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

fn calendar(hosts: &[&str]) -> Calendar {
    let mut calendar = round_robin(hosts);
    let there = LocationText::new("Main Street 1").unwrap();
    calendar.location = Some(LocationSetting::Fixed(FixedLocation::Text(there)));
    calendar
}

/// All have something else to do on the day.
fn busy_morning() -> World {
    let world = World::new(&[]);
    ALL.iter().for_each(|id| world.add_user(id));
    world.put(&calendar(&ALL));
    for start in ["2026-11-24T09:00:00Z", "2026-11-24T09:30:00Z", "2026-11-24T10:00:00Z"] {
        block_on(world.scheduler.book(&caller(), &request(start, "Pat"))).unwrap();
    }
    world
}

/// Stops a booking after `k` awaits, changes the hosts, books again, and goes on with the first.
/// Says whether it had so many.
fn interrupted(k: usize, before: &[&str], after: &[&str], second: &str) -> bool {
    let world = busy_morning();
    world.put(&calendar(before));
    let (scheduler, by) = (stepping(&world), caller());
    // The scheduler knows the calendar.
    let early = request("2026-11-24T10:30:00Z", "Early");
    Run::new(scheduler.book(&by, &early)).finish().unwrap();
    let (pat, sam) = (request(ELEVEN, "Pat"), request(second, "Sam"));
    let mut first = Run::new(scheduler.book(&by, &pat));
    let unfinished = first.steps(k);
    world.put(&calendar(after));
    Run::new(scheduler.book(&by, &sam)).finish().unwrap();
    first.finish().unwrap();
    let broken = block_on(audit(&world.scheduler, &[abc()])).unwrap();
    assert_eq!(broken, [], "{before:?} to {after:?} after {k} steps");
    unfinished
}

#[test]
fn no_host_is_booked_twice_whose_calendar_changes_at_any_await() {
    let [a, b, c] = ALL;
    let changes: [(&[&str], &[&str]); 5] =
        [(&ALL, &[b, c]), (&ALL, &[a, c]), (&ALL, &[a, b]), (&[b, c], &ALL), (&[a, c], &[c, b])];
    for (before, after) in changes {
        for second in [ELEVEN, NOON] {
            assert!(interrupted(0, before, after, second), "it has awaits");
            let all = (1..).take_while(|k| interrupted(*k, before, after, second)).count();
            assert!(all > 5, "{all} awaits");
        }
    }
}
