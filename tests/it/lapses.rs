//! Appointments that nobody confirms.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use slotlink::testkit::block_on;
use slotlink::words::{AppointmentId, Confirmation, Lapse, Status};

use crate::interleaving::stepping;
use crate::services::counting;
use crate::steps::{Run, Trouble, TroubledStore};
use crate::world::{World, at, builder, caller, request, round_robin};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

/// Somebody booked, nobody confirmed, and the hour for it has just ended. Nothing else is due.
fn lapsing() -> (World, AppointmentId) {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.confirmation = Confirmation::ByHost;
    calendar.lapse = Some(Lapse::new(60).unwrap());
    world.put(&calendar);
    let booked = block_on(world.scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap();
    assert_eq!(booked.status, Status::Pending);
    world.clock.advance(TimeDelta::minutes(59));
    world.settle();
    world.clock.advance(TimeDelta::minutes(1));
    (world, booked.id)
}

fn status(world: &World, id: AppointmentId) -> Status {
    block_on(world.scheduler.appointment(&caller(), id)).unwrap().status
}

fn is_free(world: &World, start: &str) -> bool {
    let end = at(start) + TimeDelta::seconds(1);
    let demo = crate::world::demo();
    !block_on(world.scheduler.slots(&caller(), &demo, at(start), end)).unwrap().is_empty()
}

#[test]
fn r29_background_work_is_due_at_the_very_second() {
    let (world, id) = lapsing();
    world.clock.set(at("2026-11-23T08:59:59Z"));
    let report = block_on(world.scheduler.run_due(10)).unwrap();
    assert_eq!((report.done, report.next), (0, Some(at("2026-11-23T09:00:00Z"))));
    assert_eq!(status(&world, id), Status::Pending);
    world.clock.advance(TimeDelta::seconds(1));
    let (store, scheduler) = counting(&world);
    let report = block_on(scheduler.run_due(10)).unwrap();
    // Next, the host's tokens are refreshed once more.
    let refresh = Some(at("2026-11-23T09:48:59Z"));
    assert_eq!((report.done, report.failed, report.next), (1, 0, refresh));
    let kinds = store.kinds.lock().unwrap().clone();
    for told in ["event", "message"] {
        assert_eq!(kinds.iter().filter(|kind| *kind == told).count(), 1, "{kinds:?}");
    }
    assert_eq!(status(&world, id), Status::Cancelled);
    assert!(is_free(&world, TEN));
    assert_eq!(block_on(scheduler.run_due(10)).unwrap().done, 0, "once is enough");
}

#[test]
fn r29_a_move_keeps_the_instant_and_a_confirmation_ends_it() {
    let (world, moved) = lapsing();
    world.clock.set(at("2026-11-23T08:30:00Z"));
    let by = caller();
    let kept = block_on(world.scheduler.book(&by, &request(NOON, "Sam"))).unwrap().id;
    block_on(world.scheduler.confirm(&by, kept)).unwrap();
    block_on(world.scheduler.reschedule(&by, moved, at("2026-11-24T14:00:00Z"), None)).unwrap();
    world.clock.set(at("2026-11-23T09:00:00Z"));
    world.settle();
    assert_eq!(status(&world, moved), Status::Cancelled);
    world.clock.set(at("2026-11-23T23:00:00Z"));
    world.settle();
    assert_eq!(status(&world, kept), Status::Confirmed);
}

#[test]
fn r29_it_lapses_even_if_its_time_is_over() {
    let (world, id) = lapsing();
    world.clock.set(at("2026-11-30T00:00:00Z"));
    let report = block_on(world.scheduler.run_due(10)).unwrap();
    // Tokens are refreshed, and the question is forgotten by which the host connected to Zoom.
    assert_eq!((report.done, report.failed, report.removed), (3, 0, 1));
    assert_eq!(status(&world, id), Status::Cancelled);
}

/// The host confirms while the worker lapses it, stopped at every await of both: one of them wins,
/// the seat is held or free accordingly, and whoever confirmed was told the truth.
#[test]
fn r29_a_lapse_and_a_confirmation_have_one_winner_at_every_await() {
    let (mut runs, mut lapsed, mut confirmed) = (0, 0, 0);
    for k in 0.. {
        let mut in_first = true;
        for j in 0.. {
            let (world, id) = lapsing();
            let (scheduler, by) = (stepping(&world), caller());
            let mut first = Run::new(scheduler.run_due(1));
            let mut second = Run::new(scheduler.confirm(&by, id));
            in_first = first.steps(k);
            let in_second = second.steps(j);
            let report = first.finish().unwrap();
            let answer = second.finish();
            assert_eq!(report.failed, 0, "after {k} and {j} steps");
            match status(&world, id) {
                Status::Confirmed => {
                    answer.unwrap();
                    confirmed += 1;
                }
                Status::Cancelled => {
                    assert_eq!(answer.unwrap_err().kind(), "wrong_state");
                    lapsed += 1;
                }
                other => panic!("{other} after {k} and {j} steps"),
            }
            world.clock.advance(TimeDelta::minutes(1));
            world.settle();
            let is_confirmed = status(&world, id) == Status::Confirmed;
            assert_eq!(is_free(&world, TEN), !is_confirmed, "after {k} and {j} steps");
            assert_eq!(world.zoom.meetings().len(), usize::from(is_confirmed));
            runs += 1;
            if !in_second {
                break;
            }
        }
        if !in_first {
            break;
        }
    }
    assert!(lapsed > 20 && confirmed > 20, "{lapsed} and {confirmed} of {runs}");
}

/// Any number of instances do background work at once.
#[test]
fn r29_two_workers_lapse_it_once_at_every_await() {
    for k in 0.. {
        let (world, id) = lapsing();
        let scheduler = stepping(&world);
        let mut first = Run::new(scheduler.run_due(1));
        let unfinished = first.steps(k);
        let (store, second) = counting(&world);
        let reports = [block_on(second.run_due(1)).unwrap(), first.finish().unwrap()];
        assert_eq!(reports.map(|report| report.failed), [0, 0], "after {k} steps");
        assert!(store.commits.load(Ordering::Relaxed) <= 1);
        assert_eq!(status(&world, id), Status::Cancelled);
        assert!(is_free(&world, TEN));
        if !unfinished {
            break;
        }
    }
}

#[test]
fn r29_a_lapse_whose_outcome_is_unknown_is_done_once() {
    for trouble in [Trouble::UnknownApplied, Trouble::UnknownLost, Trouble::Unavailable] {
        let (world, id) = lapsing();
        let (store, before) = (world.store.clone(), AtomicU32::new(0));
        let store = Arc::new(TroubledStore { store, trouble, before });
        let scheduler = builder(store, &world.zoom, &world.clock, 5).build().unwrap();
        let report = block_on(scheduler.run_due(10)).unwrap();
        let failed = u32::from(matches!(trouble, Trouble::Unavailable));
        assert_eq!(report.failed, failed, "{trouble:?}");
        if failed > 0 {
            assert!(report.next.is_some(), "it is tried again");
        }
        block_on(scheduler.run_due(10)).unwrap();
        assert_eq!(status(&world, id), Status::Cancelled, "{trouble:?}");
        assert!(is_free(&world, TEN));
    }
}
