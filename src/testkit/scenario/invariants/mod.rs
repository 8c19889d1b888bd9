//! What must be true of every world when nothing is being done: the invariants that can be seen
//! from outside.

mod counters;
mod links;
mod seats;
#[cfg(test)]
mod tests;

use super::Failure;
use super::audit::Breach;
use super::view::View;

/// An invariant: its number, what it says, and how a breach of it is found.
struct Invariant {
    number: &'static str,
    says: &'static str,
    breach: fn(&View) -> Option<String>,
}

/// Those that rows alone can break.
const OF_ROWS: [Invariant; 4] = [
    Invariant {
        number: "I1",
        says: "padded occupancies of one host do not overlap, and no slot is overfull",
        breach: seats::no_double_booking,
    },
    Invariant {
        number: "I2",
        says: "an appointment is there exactly if the time of its hosts is taken",
        breach: seats::appointments_hold_time,
    },
    Invariant {
        number: "I2",
        says: "the list has the appointments that are there, where they are",
        breach: seats::the_list_is_complete,
    },
    Invariant {
        number: "I2",
        says: "counters of limits say how many appointments are there",
        breach: counters::counters_are_right,
    },
];

/// Those that callers and Zoom can see.
const OF_THE_WORLD: [Invariant; 5] = [
    Invariant { number: "I2", says: "callers were told the truth", breach: seats::told_the_truth },
    Invariant {
        number: "I3",
        says: "every confirmed Zoom appointment has one live meeting, or a stated reason",
        breach: links::every_appointment_has_a_meeting,
    },
    Invariant {
        number: "I4",
        says: "no Zoom account has more requests on a day than the cap",
        breach: links::requests_stay_below_the_cap,
    },
    Invariant {
        number: "I7",
        says: "the meetings we made are those of links, and no other meeting is touched",
        breach: links::no_meeting_too_many,
    },
    Invariant {
        number: "I8",
        says: "two appointments share a link exactly if they share a slot",
        breach: links::a_link_for_each_slot,
    },
];

/// The invariants that are broken.
pub(super) fn broken(view: &View) -> Vec<Failure> {
    let failure = |(invariant, got): (&Invariant, String)| {
        let (path, expected) = (invariant.number.to_owned(), invariant.says.to_owned());
        Failure { step: None, path, expected, got }
    };
    breaches(OF_ROWS.iter().chain(&OF_THE_WORLD), view).map(failure).collect()
}

/// The invariants of rows that are broken.
pub(in crate::testkit) fn broken_in_rows(view: &View) -> Vec<Breach> {
    breaches(OF_ROWS.iter(), view).map(breach).collect()
}

/// The invariants that callers and Zoom can see and that are broken.
pub(in crate::testkit) fn broken_in_world(view: &View) -> Vec<Breach> {
    breaches(OF_THE_WORLD.iter(), view).map(breach).collect()
}

fn breach((invariant, seen): (&Invariant, String)) -> Breach {
    Breach { invariant: invariant.number, says: invariant.says, seen }
}

fn breaches<'a>(
    invariants: impl Iterator<Item = &'a Invariant>,
    view: &View,
) -> impl Iterator<Item = (&'a Invariant, String)> {
    invariants.filter_map(|invariant| Some((invariant, (invariant.breach)(view)?)))
}
