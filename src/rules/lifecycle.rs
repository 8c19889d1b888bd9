//! What can be done with an appointment in which state: the state table.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::words::{Calendar, Interval, Mark, Notice, Status};

/// Something done with an appointment.
///
/// | | pending | confirmed | cancelled | showed, no_show |
/// | --- | --- | --- | --- | --- |
/// | confirm | becomes confirmed | no change | wrong state | wrong state |
/// | edit | yes | yes | wrong state | wrong state |
/// | reschedule, reassign | yes | yes | wrong state | wrong state |
/// | cancel | becomes cancelled | becomes cancelled | no change | wrong state |
/// | mark | wrong state | becomes showed or no-show | wrong state | becomes the other, or no change |
/// | delete | yes | yes | yes | yes |
///
/// After the end of an appointment it is too late to confirm, reschedule, reassign or cancel it,
/// for everybody; for an invitee it may be too late before, by the notices of the calendar (R29). An
/// appointment can be marked from its start on, however long it is over.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Act {
    /// The host accepts a pending appointment.
    Confirm,
    /// Title, notes or participants change.
    Edit,
    /// It moves to another time or host.
    Reschedule,
    /// It goes to another host, at the same time.
    Reassign,
    /// It is called off.
    Cancel,
    /// Somebody says whether the invitee came.
    Mark(Mark),
    /// It is removed from sight.
    Delete,
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Confirm => "confirm",
            Self::Edit => "edit",
            Self::Reschedule => "reschedule",
            Self::Reassign => "reassign",
            Self::Cancel => "cancel",
            Self::Mark(_) => "mark",
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
    /// The appointment has not begun.
    TooEarly,
    /// The appointment is over.
    TooLate,
    /// It was possible until then: the calendar asks for notice (R29).
    TooLateSince(DateTime<Utc>),
}

/// How long before the start an invitee can last do this (R29). Nobody else is bound by it.
#[must_use]
pub(crate) const fn notice(act: Act, calendar: &Calendar) -> Notice {
    match act {
        Act::Cancel => calendar.cancel_notice,
        Act::Reschedule => calendar.move_notice,
        Act::Confirm | Act::Edit | Act::Reassign | Act::Mark(_) | Act::Delete => Notice::NONE,
    }
}

/// Looks an act up in the state table. `notice` is what binds whoever asks.
///
/// The state is asked before the time: repeating what is already so is no mistake, however late.
#[must_use]
pub(crate) fn verdict(
    act: Act,
    status: Status,
    when: Interval,
    notice: Notice,
    now: DateTime<Utc>,
) -> Verdict {
    match by_state(act, status) {
        Verdict::Go => by_time(act, when, notice, now),
        other => other,
    }
}

fn by_time(act: Act, when: Interval, notice: Notice, now: DateTime<Utc>) -> Verdict {
    match act {
        Act::Mark(_) if now < when.start() => Verdict::TooEarly,
        Act::Confirm | Act::Reschedule | Act::Reassign | Act::Cancel if now >= when.end() => {
            Verdict::TooLate
        }
        // No notice is no limit at the start: then it is possible until the end.
        _ if notice == Notice::NONE => Verdict::Go,
        _ => {
            let last = when.start() - notice.elapsed();
            if now <= last { Verdict::Go } else { Verdict::TooLateSince(last) }
        }
    }
}

const fn by_state(act: Act, status: Status) -> Verdict {
    match (act, status) {
        (Act::Confirm, Status::Confirmed)
        | (Act::Cancel, Status::Cancelled)
        | (Act::Mark(Mark::Showed), Status::Showed)
        | (Act::Mark(Mark::NoShow), Status::NoShow) => Verdict::AlreadySo,
        (Act::Delete, _)
        | (Act::Mark(_), Status::Confirmed | Status::Showed | Status::NoShow)
        | (Act::Confirm, Status::Pending)
        | (
            Act::Edit | Act::Reschedule | Act::Reassign | Act::Cancel,
            Status::Pending | Status::Confirmed,
        ) => Verdict::Go,
        _ => Verdict::WrongState,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{
        AccountId, CalendarId, CalendarKind, CalendarRef, GridStep, Name, RoundRobinHosts,
        SlotLength, SlotSettings, Zone,
    };

    const SHOWED: Act = Act::Mark(Mark::Showed);
    const NO_SHOW: Act = Act::Mark(Mark::NoShow);

    fn when() -> Interval {
        Interval::try_from((10_000, 20_000)).unwrap()
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn without_notice(act: Act, status: Status, now: i64) -> Verdict {
        verdict(act, status, when(), Notice::NONE, at(now))
    }

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
            (Act::Reassign, [Go, Go, No, No, No]),
            (Act::Cancel, [Go, Go, So, No, No]),
            (SHOWED, [No, Go, No, So, Go]),
            (NO_SHOW, [No, Go, No, Go, So]),
            (Act::Delete, [Go, Go, Go, Go, Go]),
        ];
        for (act, row) in table {
            for (status, expected) in states.into_iter().zip(row) {
                assert_eq!(without_notice(act, status, 19_999), expected, "{act} {status}");
            }
        }
    }

    #[test]
    fn after_the_end_only_edit_mark_and_delete_are_left() {
        for act in [Act::Confirm, Act::Reschedule, Act::Reassign, Act::Cancel] {
            assert_eq!(without_notice(act, Status::Pending, 20_000), Verdict::TooLate, "{act}");
        }
        for act in [Act::Edit, SHOWED, NO_SHOW, Act::Delete] {
            assert_eq!(without_notice(act, Status::Confirmed, 99_999), Verdict::Go, "{act}");
        }
        assert_eq!(without_notice(Act::Cancel, Status::Cancelled, 20_000), Verdict::AlreadySo);
    }

    #[test]
    fn an_appointment_is_marked_from_its_start_on() {
        for act in [SHOWED, NO_SHOW] {
            assert_eq!(without_notice(act, Status::Confirmed, 9_999), Verdict::TooEarly);
            assert_eq!(without_notice(act, Status::Confirmed, 10_000), Verdict::Go);
            // What is wrong whenever it is asked is said first.
            assert_eq!(without_notice(act, Status::Pending, 9_999), Verdict::WrongState);
        }
    }

    #[test]
    fn r29_notice_is_kept_if_it_is_given_to_the_second() {
        let notice = Notice::new(60).unwrap();
        for act in [Act::Cancel, Act::Reschedule] {
            let asked = |now| verdict(act, Status::Confirmed, when(), notice, at(now));
            assert_eq!(asked(6_400), Verdict::Go, "{act}");
            assert_eq!(asked(6_401), Verdict::TooLateSince(at(6_400)), "{act}");
            assert_eq!(asked(10_001), Verdict::TooLateSince(at(6_400)), "{act}");
            assert_eq!(asked(20_000), Verdict::TooLate, "{act}");
        }
        let again = verdict(Act::Cancel, Status::Cancelled, when(), notice, at(19_000));
        assert_eq!(again, Verdict::AlreadySo);
    }

    #[test]
    fn r29_no_notice_is_possible_until_the_end() {
        for act in [Act::Cancel, Act::Reschedule] {
            assert_eq!(without_notice(act, Status::Confirmed, 19_999), Verdict::Go, "{act}");
        }
    }

    #[test]
    fn r29_each_act_has_its_own_notice() {
        let id = |text: &str| CalendarId::new(text).unwrap();
        let of = CalendarRef::new(AccountId::new("abc").unwrap(), id("demo"));
        let kind = CalendarKind::RoundRobin(RoundRobinHosts::default());
        let slot = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(30).unwrap());
        let mut calendar = Calendar::new(of, Name::new("Demo").unwrap(), kind, Zone::UTC, slot);
        calendar.cancel_notice = Notice::new(1).unwrap();
        calendar.move_notice = Notice::new(2).unwrap();
        assert_eq!(notice(Act::Cancel, &calendar).minutes(), 1);
        assert_eq!(notice(Act::Reschedule, &calendar).minutes(), 2);
        for act in [Act::Confirm, Act::Edit, SHOWED, Act::Delete] {
            assert_eq!(notice(act, &calendar), Notice::NONE, "{act}");
        }
    }
}
