//! What can be done with an appointment in which state: the state table.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::words::{Interval, Status};

/// Something done with an appointment.
///
/// | | pending | confirmed | cancelled | showed, no_show |
/// | --- | --- | --- | --- | --- |
/// | confirm | becomes confirmed | no change | wrong state | wrong state |
/// | edit | yes | yes | wrong state | wrong state |
/// | reschedule | yes | yes | wrong state | wrong state |
/// | cancel | becomes cancelled | becomes cancelled | no change | wrong state |
/// | delete | yes | yes | yes | yes |
///
/// After the end of an appointment it is too late to confirm, reschedule or cancel it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Act {
    /// The host accepts a pending appointment.
    Confirm,
    /// Title, notes or participants change.
    Edit,
    /// It moves to another time or host.
    Reschedule,
    /// It is called off.
    Cancel,
    /// It is removed from sight.
    Delete,
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Confirm => "confirm",
            Self::Edit => "edit",
            Self::Reschedule => "reschedule",
            Self::Cancel => "cancel",
            Self::Delete => "delete",
        })
    }
}

/// What the state table says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// Go on.
    Go,
    /// It is so already: answer with success and change nothing.
    AlreadySo,
    /// Not in this state.
    WrongState,
    /// The appointment is over.
    TooLate,
}

/// Looks an act up in the state table.
///
/// The state is asked before the time: repeating what is already so is no mistake, however late.
#[must_use]
pub(crate) fn verdict(act: Act, status: Status, when: Interval, now: DateTime<Utc>) -> Verdict {
    let by_state = by_state(act, status);
    let binds_to_end = matches!(act, Act::Confirm | Act::Reschedule | Act::Cancel);
    if by_state == Verdict::Go && binds_to_end && now >= when.end() {
        return Verdict::TooLate;
    }
    by_state
}

const fn by_state(act: Act, status: Status) -> Verdict {
    match (act, status) {
        (Act::Confirm, Status::Confirmed) | (Act::Cancel, Status::Cancelled) => Verdict::AlreadySo,
        (Act::Delete, _)
        | (Act::Confirm, Status::Pending)
        | (Act::Edit | Act::Reschedule | Act::Cancel, Status::Pending | Status::Confirmed) => {
            Verdict::Go
        }
        _ => Verdict::WrongState,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table, row by row: pending, confirmed, cancelled, showed, no_show.
    #[test]
    fn the_state_table_holds_before_the_end() {
        use Verdict::{AlreadySo as So, Go, WrongState as No};
        let states =
            [Status::Pending, Status::Confirmed, Status::Cancelled, Status::Showed, Status::NoShow];
        let table = [
            (Act::Confirm, [Go, So, No, No, No]),
            (Act::Edit, [Go, Go, No, No, No]),
            (Act::Reschedule, [Go, Go, No, No, No]),
            (Act::Cancel, [Go, Go, So, No, No]),
            (Act::Delete, [Go, Go, Go, Go, Go]),
        ];
        let when = Interval::try_from((1000, 2000)).unwrap();
        let now = DateTime::from_timestamp(1999, 0).unwrap();
        for (act, row) in table {
            for (status, expected) in states.into_iter().zip(row) {
                assert_eq!(verdict(act, status, when, now), expected, "{act} {status}");
            }
        }
    }

    #[test]
    fn after_the_end_only_edit_and_delete_are_left() {
        let when = Interval::try_from((1000, 2000)).unwrap();
        let end = when.end();
        for act in [Act::Confirm, Act::Reschedule, Act::Cancel] {
            assert_eq!(verdict(act, Status::Pending, when, end), Verdict::TooLate, "{act}");
        }
        assert_eq!(verdict(Act::Edit, Status::Confirmed, when, end), Verdict::Go);
        assert_eq!(verdict(Act::Delete, Status::Confirmed, when, end), Verdict::Go);
        assert_eq!(verdict(Act::Cancel, Status::Cancelled, when, end), Verdict::AlreadySo);
    }
}
