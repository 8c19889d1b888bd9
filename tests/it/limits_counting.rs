//! Counting under concurrency: calls stopped or dropped at every await, and the count in the
//! background between them.

use std::sync::Arc;

use chrono::TimeDelta;
use slotlink::testkit::block_on;
use slotlink::words::{AppointmentId, Calendar, Limits};
use slotlink::{BookRequest, Scheduler};

use crate::limits_lab::{Lab, limits, round_robin_of};
use crate::steps::{Run, Stepping};
use crate::world::{at, caller, demo, invitee, user};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

fn request(start: &str, host: &str) -> BookRequest {
    BookRequest::new(demo(), at(start), invitee("Pat")).with_host(user(host))
}

fn two(limits: Limits) -> Calendar {
    round_robin_of(&["A001", "B002"], limits)
}

fn none() -> Limits {
    limits([0; 3], [0; 3])
}

/// A calendar on which one appointment is booked. Its counters are made, or not yet.
fn lab(before: Limits, now: Limits, made: bool) -> (Lab, AppointmentId) {
    let lab = Lab::new(&["A001", "B002"]);
    lab.put(&two(before));
    let first = lab.book("2026-11-24T08:00:00Z");
    lab.put(&two(now));
    if made {
        lab.settle();
    }
    (lab, first)
}

fn stepping(lab: &Lab) -> Scheduler {
    lab.instance(Arc::new(Stepping(lab.store.clone())), 77)
}

fn live(lab: &Lab) -> usize {
    let rows = lab.store.rows("appointment");
    rows.iter().filter(|row| row["kept"]["status"] == "confirmed").count()
}

/// In the end counters are made, right, and alone.
fn sound(lab: &Lab) {
    for _ in 0..3 {
        let _tried_again_later = block_on(lab.scheduler.run_due(1000)).unwrap();
        lab.clock.advance(TimeDelta::minutes(2));
    }
    assert!(lab.store.is_made());
    lab.agree();
    assert_eq!(lab.store.strays(), 0);
}

/// Runs two calls in every order that can be told apart: `k` awaits of the first, `j` of the second,
/// then the first to its end, then the second.
fn in_all_orders<A, B>(
    make: impl Fn() -> Lab,
    first: impl for<'s> Fn(&'s Scheduler) -> Run<'s, A>,
    second: impl for<'s> Fn(&'s Scheduler) -> Run<'s, B>,
    check: impl Fn(&Lab, A, B),
) {
    for k in 0.. {
        let mut in_first = true;
        for j in 0.. {
            let lab = make();
            let (one, other) =
                (stepping(&lab), lab.instance(Arc::new(Stepping(lab.store.clone())), 78));
            let (mut one, mut other) = (first(&one), second(&other));
            in_first = one.steps(k);
            let in_second = other.steps(j);
            check(&lab, one.finish(), other.finish());
            if !in_second {
                break;
            }
        }
        if !in_first {
            break;
        }
    }
}

fn kind<T>(answer: &Result<T, slotlink::Error>) -> &'static str {
    answer.as_ref().map_or_else(slotlink::Error::kind, |_| "ok")
}

fn book<'s>(
    scheduler: &'s Scheduler,
    start: &'static str,
    host: &'static str,
) -> Run<'s, &'static str> {
    Run::new(async move { kind(&scheduler.book(&caller(), &request(start, host)).await) })
}

/// Of different hosts, so that only a counter, or the row of counting, keeps one of them out.
#[test]
fn the_last_place_is_given_once() {
    for made in [true, false] {
        in_all_orders(
            || lab(none(), limits([2, 0, 0], [0; 3]), made).0,
            |scheduler| book(scheduler, TEN, "A001"),
            |scheduler| book(scheduler, NOON, "B002"),
            |lab, first, second| {
                let mut kinds = [first, second];
                kinds.sort_unstable();
                assert_eq!(kinds, ["ok", "slot_unavailable"]);
                assert_eq!(live(lab), 2);
                sound(lab);
            },
        );
    }
}

/// A booking never misses that a limit came: either it was before, and counts, or it is refused.
#[test]
fn a_booking_while_a_limit_is_set_counts() {
    in_all_orders(
        || {
            let lab = Lab::new(&["A001", "B002"]);
            lab.put(&two(none()));
            lab.book("2026-11-24T08:00:00Z");
            lab
        },
        |scheduler| book(scheduler, TEN, "A001"),
        |scheduler| {
            Run::new(async move {
                let limited = two(limits([1, 0, 0], [1, 0, 0]));
                kind(&scheduler.put_calendar(&caller(), &limited).await)
            })
        },
        |lab, booked, put| {
            assert!(["ok", "slot_unavailable"].contains(&booked), "{booked}");
            assert_eq!(put, "ok");
            sound(lab);
            lab.refused("2026-11-24T15:00:00Z");
        },
    );
}

/// A booking that began with the settings of before does not get what the new ones refuse.
#[test]
fn a_booking_that_began_before_a_limit_is_refused_after_it() {
    let zone = |mut calendar: Calendar| {
        calendar.zone = slotlink::words::Zone::new("Australia/Brisbane").unwrap();
        calendar
    };
    // In Brisbane all three are on the 25th; in UTC the limit is reached, too.
    let (first, tried) = ("2026-11-24T23:30:00Z", "2026-11-24T15:00:00Z");
    let day = || two(limits([1, 0, 0], [0; 3]));
    for (before, after) in [(two(none()), day()), (day(), zone(day()))] {
        for k in 0.. {
            let lab = Lab::new(&["A001", "B002"]);
            lab.put(&before);
            lab.book(first);
            let instance = stepping(&lab);
            let mut booking = book(&instance, tried, "A001");
            let unfinished = booking.steps(k);
            lab.put(&after);
            lab.settle();
            let was_first = live(&lab) == 2;
            assert_eq!(booking.finish() == "ok", was_first, "after {k} steps");
            sound(&lab);
            if !unfinished {
                break;
            }
        }
    }
}

/// Who is cancelled by counters that no longer count is not lost for those that do.
#[test]
fn a_cancellation_while_limits_change_is_counted() {
    let id = lab(none(), limits([1, 0, 0], [0; 3]), true).1;
    for k in 0.. {
        let (lab, _) = lab(none(), limits([1, 0, 0], [0; 3]), true);
        let instance = stepping(&lab);
        let mut cancelling =
            Run::new(async { instance.cancel(&caller(), id).await.map(|_| ()).unwrap() });
        let unfinished = cancelling.steps(k);
        lab.put(&two(limits([0, 1, 0], [0; 3])));
        lab.settle();
        cancelling.finish();
        sound(&lab);
        lab.book(TEN);
        if !unfinished {
            break;
        }
    }
}

/// Of more counters than one commit writes, one is gone when the count is made anew.
#[test]
fn what_goes_during_a_long_count_is_not_counted() {
    for k in (0..).step_by(2) {
        let (lab, first) = lab(none(), none(), true);
        for day in 0..82 {
            lab.book_at(at(NOON) + TimeDelta::days(day), None).unwrap();
        }
        lab.put(&two(limits([2, 0, 0], [0; 3])));
        let instance = stepping(&lab);
        let mut count = run_due(&instance);
        let unfinished = count.steps(k);
        lab.cancel(first);
        let early = lab.store.rows("appointment").into_iter().find(|row| {
            let start = row["kept"]["slot"]["core"][0].as_i64();
            start == Some((at(NOON) + TimeDelta::days(1)).timestamp())
        });
        let early = serde_json::from_value(early.unwrap()["kept"]["id"].clone()).unwrap();
        lab.cancel(early);
        count.finish();
        sound(&lab);
        if !unfinished {
            break;
        }
    }
}

fn run_due(scheduler: &Scheduler) -> Run<'_, ()> {
    // What failed, since others were at work, is tried again later.
    Run::new(async move { _ = scheduler.run_due(1000).await.unwrap() })
}

#[test]
fn who_books_during_the_count_is_counted() {
    in_all_orders(
        || lab(none(), limits([3, 0, 2], [2, 9, 0]), false).0,
        run_due,
        |scheduler| book(scheduler, TEN, "A001"),
        |lab, (), booked| {
            assert_eq!(booked, "ok");
            sound(lab);
            lab.refused(NOON);
        },
    );
}

#[test]
fn who_cancels_or_moves_during_the_count_is_counted() {
    let first = |lab: &Lab| {
        let booked = lab.store.rows("appointment").remove(0)["kept"]["id"].clone();
        serde_json::from_value::<AppointmentId>(booked).unwrap()
    };
    // Ids are the same in every run, since randomness is seeded.
    let id = lab(none(), limits([1, 0, 1], [0; 3]), false).1;
    for moves in [true, false] {
        in_all_orders(
            || lab(none(), limits([1, 0, 1], [0; 3]), false).0,
            run_due,
            |scheduler| {
                Run::new(async move {
                    let to = at("2026-12-24T10:00:00Z");
                    if moves {
                        scheduler.reschedule(&caller(), id, to, None).await.unwrap();
                    } else {
                        scheduler.cancel(&caller(), id).await.unwrap();
                    }
                })
            },
            |lab, (), ()| {
                assert_eq!(first(lab), id);
                sound(lab);
                lab.book(NOON);
                lab.refused(TEN);
            },
        );
    }
}

/// The limits change again while they are counted.
#[test]
fn limits_that_change_during_the_count_are_counted_anew() {
    for next in [limits([2, 0, 0], [0, 2, 0]), none()] {
        in_all_orders(
            || lab(limits([1, 0, 0], [0; 3]), limits([0, 2, 0], [1, 0, 0]), false).0,
            run_due,
            |scheduler| {
                Run::new(async move {
                    scheduler.put_calendar(&caller(), &two(next)).await.unwrap();
                })
            },
            |lab, (), ()| sound(lab),
        );
    }
}

#[test]
fn two_counts_at_once_leave_one_set_of_counters() {
    in_all_orders(
        || lab(limits([0, 9, 0], [9, 0, 0]), limits([2, 0, 0], [0, 2, 0]), false).0,
        run_due,
        run_due,
        |lab, (), ()| sound(lab),
    );
}

/// A crash is a dropped future.
#[test]
fn a_count_that_is_cut_off_is_made_again() {
    for k in 0.. {
        let (lab, _) = lab(limits([9, 0, 0], [0; 3]), limits([2, 0, 0], [2, 2, 2]), false);
        let instance = stepping(&lab);
        let mut dropped = run_due(&instance);
        let unfinished = dropped.steps(k);
        drop(dropped);
        lab.book(TEN);
        lab.refused(NOON);
        sound(&lab);
        lab.refused(NOON);
        if !unfinished {
            assert!(k > 10, "{k}");
            break;
        }
    }
}

/// Days of their own: nothing to wait for but changes of limits.
#[test]
fn bookings_of_different_days_do_not_meet() {
    in_all_orders(
        || {
            let (lab, _) = lab(none(), limits([2, 0, 0], [2, 0, 0]), true);
            lab.store.conflicts();
            lab
        },
        |scheduler| book(scheduler, TEN, "A001"),
        |scheduler| book(scheduler, "2026-11-25T12:00:00Z", "B002"),
        |lab, first, second| {
            assert_eq!((first, second), ("ok", "ok"));
            assert_eq!(lab.store.conflicts(), 0);
        },
    );
}

/// Somebody books between any few steps of the count. It still comes to its end.
#[test]
fn a_busy_calendar_is_counted_too() {
    let (lab, _) = lab(none(), limits([0, 0, 900], [900, 900, 0]), false);
    for day in 1..29 {
        lab.book(&format!("2026-12-{day:02}T08:00:00Z"));
    }
    let instance = stepping(&lab);
    let mut bookings = (0..).map(|n| at("2027-01-04T00:00:00Z") + TimeDelta::minutes(30 * n));
    for _run in 0..4 {
        let mut count = run_due(&instance);
        // A booking for every 8 calls of the store.
        while count.steps(16) {
            lab.book_at(bookings.next().unwrap(), None).unwrap();
        }
        if lab.store.is_made() {
            break;
        }
        lab.clock.advance(TimeDelta::minutes(1));
    }
    assert!(lab.store.is_made(), "{} bookings came between", bookings.next().unwrap());
    sound(&lab);
}

/// More of them than one page, or one commit, has.
#[test]
fn all_old_counters_are_removed() {
    let day = limits([5, 0, 0], [5, 0, 0]);
    let lab = Lab::new(&["A001", "B002"]);
    lab.put(&two(day));
    for day in 0..110 {
        lab.book_at(at(TEN) + TimeDelta::days(day), None).unwrap();
    }
    assert_eq!(lab.store.rows("counter").len(), 220);
    lab.put(&two(limits([0, 0, 90], [0; 3])));
    sound(&lab);
    assert_eq!(lab.store.rows("counter").len(), 5);
    lab.put(&two(day));
    sound(&lab);
    assert_eq!(lab.store.rows("counter").len(), 220);
    lab.put(&two(none()));
    sound(&lab);
    assert_eq!(lab.store.rows("counter").len(), 0);
    assert_eq!(lab.store.counting(), None);
}

#[test]
fn counters_of_periods_that_are_over_go_after_a_while() {
    let lab = Lab::new(&["A001", "B002"]);
    lab.put(&two(limits([5, 0, 0], [0; 3])));
    for day in 0..60 {
        lab.book_at(at(TEN) + TimeDelta::days(day), None).unwrap();
    }
    // Until then links that nobody can make wait for their hosts to connect, and receipts age.
    let next = block_on(lab.scheduler.run_due(100)).unwrap().next;
    assert_eq!(next, Some(at(TEN) + TimeDelta::minutes(30)));
    lab.clock.set(at(TEN) + TimeDelta::days(31));
    sound(&lab);
    assert!(lab.store.rows("counter").len() < 40, "{}", lab.store.rows("counter").len());
}

/// Where the clock of the instance that counts is ahead, another one still books on the day before.
#[test]
fn a_clock_that_is_ahead_forgets_nothing() {
    let lab = Lab::new(&["A001", "B002"]);
    lab.clock.set(at("2026-11-30T22:00:00Z"));
    lab.put(&two(none()));
    lab.book("2026-11-30T22:30:00Z");
    lab.put(&two(limits([1, 0, 1], [0; 3])));
    lab.clock.set(at("2026-12-01T00:10:00Z"));
    lab.settle();
    lab.clock.set(at("2026-11-30T23:20:00Z"));
    lab.refused("2026-11-30T23:30:00Z");
    lab.agree();
}
