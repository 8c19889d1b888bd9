//! Erasing while others are at work, or crashing.

use chrono::{DateTime, Utc};
use slotlink::testkit::block_on;
use slotlink::words::Person;
use slotlink::{LinkWork, Scheduler};

use crate::erasure::{email, knee};
use crate::retention::{Lab, TEN};
use crate::steps::{Run, Stepping};
use crate::world::{at, builder, caller, request};

const NOON: &str = "2026-11-24T12:00:00Z";

/// Another instance over the lab's store, which stops at every call.
fn stepping(lab: &Lab) -> Scheduler {
    let store = std::sync::Arc::new(Stepping(lab.store.clone()));
    builder(store, &lab.zoom, &lab.clock, 2).link_work(LinkWork::Worker).build().unwrap()
}

fn assert_erased(lab: &Lab, after: usize) {
    for text in ["pat@example.com", "knee", "hurts"] {
        let kinds = lab.store.kinds_with(text);
        assert!(kinds.is_empty(), "{text} after {after} steps: {kinds:?}");
    }
    lab.store.assert_sound(DateTime::<Utc>::UNIX_EPOCH);
}

#[test]
fn who_is_cut_off_erases_once_more() {
    let mut cut_between = 0;
    for k in 0.. {
        let lab = Lab::new();
        let ids = [TEN, NOON].map(|start| lab.book(&knee(start)).id);
        let (other, by, pat) = (stepping(&lab), caller(), [email("pat")]);
        let mut erasing = Run::new(other.erase_participant(&by, &pat));
        let unfinished = erasing.steps(k);
        drop(erasing);
        let again = block_on(lab.scheduler.erase_participant(&by, &pat)).unwrap();
        cut_between += usize::from(again.appointments == 1);
        assert_eq!(again.upcoming.len(), again.appointments, "after {k} steps");
        lab.run(100);
        assert_erased(&lab, k);
        for id in ids {
            let seen = block_on(lab.scheduler.appointment(&by, id)).unwrap();
            assert_eq!(seen.participants[0], Person::Erased);
            assert!(format!("{:?}", seen.location).contains("Ready"));
        }
        assert!(lab.zoom.meetings().iter().all(|one| one.topic == "Demo"), "after {k} steps");
        if !unfinished {
            break;
        }
    }
    assert!(cut_between > 0);
}

/// Whatever comes first, the appointment is cancelled and they are erased.
#[test]
fn a_cancellation_or_an_edit_meanwhile_loses_nothing_at_every_await() {
    for cancels in [true, false] {
        for k in 0.. {
            let lab = Lab::new();
            let id = lab.book(&knee(TEN)).id;
            let (other, by, pat) = (stepping(&lab), caller(), [email("pat")]);
            let mut erasing = Run::new(other.erase_participant(&by, &pat));
            let unfinished = erasing.steps(k);
            if cancels {
                block_on(lab.scheduler.cancel(&by, id)).unwrap();
            } else {
                block_on(lab.scheduler.reschedule(&by, id, at(NOON), None)).unwrap();
            }
            assert_eq!(erasing.finish().unwrap().appointments, 1, "after {k} steps");
            lab.run(100);
            assert_erased(&lab, k);
            let seen = block_on(lab.scheduler.appointment(&by, id)).unwrap();
            assert_eq!(seen.status.to_string() == "cancelled", cancels);
            assert_eq!(lab.zoom.meetings().len(), usize::from(!cancels));
            if !unfinished {
                break;
            }
        }
    }
}

/// A booking that comes while they are being erased is whole: erased, or as it was made. The next
/// call finds it.
#[test]
fn a_booking_meanwhile_is_whole_at_every_await() {
    let mut missed = 0;
    for k in 0.. {
        let lab = Lab::new();
        lab.book(&knee(TEN));
        let (other, by, pat) = (stepping(&lab), caller(), [email("pat")]);
        let mut erasing = Run::new(other.erase_participant(&by, &pat));
        let unfinished = erasing.steps(k);
        let new = lab.book(&request(NOON, "Pat")).id;
        let erased = erasing.finish().unwrap();
        let seen = block_on(lab.scheduler.appointment(&by, new)).unwrap();
        let is_erased = seen.participants == [Person::Erased];
        assert_eq!(erased.appointments, 1 + usize::from(is_erased), "after {k} steps");
        missed += usize::from(!is_erased);
        block_on(lab.scheduler.erase_participant(&by, &pat)).unwrap();
        assert_erased(&lab, k);
        assert_eq!(lab.store.count("last host"), 0);
        if !unfinished {
            break;
        }
    }
    assert!(missed > 0);
}
