//! Several who change one calendar at once, stopped at every await: nobody writes over what they have
//! not seen (R29).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use slotlink::testkit::block_on;
use slotlink::words::{Calendar, CalendarKind, LocationSetting};
use slotlink::{Error, Scheduler};

use crate::interleaving::{stepping, stepping_with};
use crate::revisions::{load, named};
use crate::steps::{Run, Trouble, TroubledStore};
use crate::world::{World, builder, caller, demo, one_host, round_robin, user};

/// Whether it was done: a refusal of a stale revision is the only other answer.
fn is_done<T>(answer: Result<T, Error>, context: &str) -> bool {
    let answer = answer.map_err(|error| error.kind());
    assert!(matches!(answer, Ok(_) | Err("calendar_changed")), "{context}: {:?}", answer.err());
    answer.is_ok()
}

/// Of one process, or of two.
fn schedulers(world: &World, count: usize) -> [Arc<Scheduler>; 2] {
    let one = Arc::new(stepping(world));
    let other = if count == 1 { one.clone() } else { Arc::new(stepping_with(world, 78)) };
    [one, other]
}

/// Runs one change for `k` awaits, the other for `j`, then the first to its end, then the other: every
/// order that can be told apart. Answers with who won in them.
fn winners_in_every_order(processes: usize) -> Vec<usize> {
    let mut winners = Vec::new();
    for k in 0.. {
        let mut in_first = true;
        for j in 0.. {
            let world = one_host();
            let (seen, revision) = load(&world);
            let [one, other] = schedulers(&world, processes);
            let (by, named) = (caller(), ["First", "Second"].map(|name| named(&seen, name)));
            let mut first = Run::new(one.replace_calendar(&by, &named[0], revision));
            let mut second = Run::new(other.replace_calendar(&by, &named[1], revision));
            in_first = first.steps(k);
            let in_second = second.steps(j);
            let context = format!("after {k} and {j} steps");
            let done = [first.finish(), second.finish()].map(|answer| is_done(answer, &context));
            assert_ne!(done[0], done[1], "not one winner {context}");
            let winner = usize::from(done[1]);
            assert_eq!(load(&world).0, named[winner], "{context}");
            winners.push(winner);
            if !in_second {
                break;
            }
        }
        if !in_first {
            break;
        }
    }
    winners
}

#[test]
fn r29_of_two_with_one_revision_exactly_one_wins_at_every_await() {
    for processes in [1, 2] {
        let winners = winners_in_every_order(processes);
        assert!(winners.len() > 200, "{} orders", winners.len());
        let of_second: usize = winners.iter().sum();
        assert!(of_second > 20 && winners.len() - of_second > 20, "{of_second} of {winners:?}");
    }
}

/// Stops the change of somebody who has seen the calendar at every await, while another changes it.
fn while_another(change: impl Fn(&World, &Calendar), check: impl Fn(&Calendar, bool)) {
    let mut seen_done = BTreeSet::new();
    for k in 0.. {
        let world = one_host();
        let (seen, revision) = load(&world);
        let scheduler = stepping(&world);
        let (by, renamed) = (caller(), named(&seen, "Renamed"));
        let mut run = Run::new(scheduler.replace_calendar(&by, &renamed, revision));
        let unfinished = run.steps(k);
        change(&world, &seen);
        let done = is_done(run.finish(), &format!("after {k} steps"));
        check(&load(&world).0, done);
        seen_done.insert(done);
        if !unfinished {
            break;
        }
    }
    assert_eq!(seen_done, BTreeSet::from([false, true]));
}

/// The host application's own change stands, as it always did.
#[test]
fn r29_a_calendar_that_is_put_stands_whoever_replaces_it_at_every_await() {
    while_another(
        |world, seen| world.put(&named(seen, "Put")),
        |now, _| assert_eq!(now.name.as_str(), "Put"),
    );
}

#[test]
fn r7_a_location_that_is_set_meanwhile_is_kept_at_every_await() {
    let ask = LocationSetting::Ask;
    for host in [None, Some(user("A001"))] {
        let set = |world: &World, _: &Calendar| {
            let (by, id) = (caller(), demo());
            let set = world.scheduler.set_calendar_location(&by, &id, host.as_ref(), &ask);
            block_on(set).unwrap();
        };
        while_another(set, |now, done| {
            let CalendarKind::RoundRobin(hosts) = &now.kind else { panic!("{now:?}") };
            let of_host = hosts.as_slice()[0].location.as_ref();
            let found = if host.is_some() { of_host } else { now.location.as_ref() };
            assert_eq!(found, Some(&ask), "{now:?}");
            assert_eq!(now.name.as_str() == "Renamed", done);
        });
    }
}

/// The future of a call is dropped at every await: all of it is done, or nothing, and a revision says
/// which.
#[test]
fn r29_a_change_that_was_dropped_is_done_or_not_at_every_await() {
    let mut seen_done = BTreeSet::new();
    for k in 0.. {
        let world = one_host();
        let before = load(&world);
        let scheduler = stepping(&world);
        let (by, renamed) = (caller(), named(&before.0, "Renamed"));
        let mut dropped = Run::new(scheduler.replace_calendar(&by, &renamed, before.1));
        let unfinished = dropped.steps(k);
        drop(dropped);
        let now = load(&world);
        let done = now.0 == renamed;
        assert!(done || now == before, "after {k} steps: {now:?}");
        let again = block_on(world.scheduler.replace_calendar(&by, &renamed, before.1));
        assert_eq!(is_done(again, &format!("after {k} steps")), !done);
        seen_done.insert(done);
        if !unfinished {
            break;
        }
    }
    assert_eq!(seen_done, BTreeSet::from([false, true]));
}

/// A store that does not know what became of the commit is asked again: one's own change is not taken
/// for somebody else's.
#[test]
fn r29_an_unknown_outcome_is_not_taken_for_a_change_of_another() {
    for trouble in [Trouble::UnknownApplied, Trouble::UnknownLost] {
        let world = one_host();
        let (seen, revision) = load(&world);
        let (store, before) = (world.store.clone(), AtomicU32::new(0));
        let store = Arc::new(TroubledStore { store, trouble, before });
        let scheduler = builder(store, &world.zoom, &world.clock, 5).build().unwrap();
        let renamed = named(&seen, "Renamed");
        block_on(scheduler.replace_calendar(&caller(), &renamed, revision)).unwrap();
        assert_eq!(load(&world).0, renamed, "{trouble:?}");
    }
}

/// The hosts of a large calendar stand in several rows: who reads them while they are changed gets the
/// revision of what they get.
#[test]
fn r29_a_calendar_is_read_with_its_own_revision_at_every_await() {
    let world = World::new(&[]);
    let ids = |kind: char, count| (0..count).map(move |n| format!("{kind}{n:0>127}"));
    let (old, new): (Vec<String>, Vec<String>) = (ids('o', 330).collect(), ids('n', 700).collect());
    for id in old.iter().chain(&new) {
        world.add_user(id);
    }
    let put = |ids: &[String]| {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        world.put(&round_robin(&ids));
        load(&world)
    };
    let scheduler = stepping(&world);
    let (by, id) = (caller(), demo());
    let mut seen = BTreeSet::new();
    for k in 0.. {
        let before = put(&old);
        let mut read = Run::new(scheduler.calendar_with_revision(&by, &id));
        let unfinished = read.steps(k);
        let after = put(&new);
        let found = read.finish().unwrap();
        assert!(found == before || found == after, "after {k} steps: {}", found.1);
        seen.insert(found == after);
        if !unfinished {
            break;
        }
    }
    assert_eq!(seen, BTreeSet::from([false, true]));
}
