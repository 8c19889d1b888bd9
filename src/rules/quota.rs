//! What the quota of Zoom requests means to a new slot (R16).

use crate::words::{Calendar, CalendarKind, QuotaPolicy};

/// What it means to a calendar that a host of a new slot has no requests left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum UsedUp {
    /// Nothing: the link waits.
    Nothing,
    /// They are passed over, like a host who lacks Zoom.
    PassedOver,
    /// They take no new slot.
    TakesNone,
}

/// What a calendar says. Only a round robin has another host to prefer.
pub(crate) const fn used_up(calendar: &Calendar) -> UsedUp {
    match (calendar.quota, &calendar.kind) {
        (QuotaPolicy::PreferAnother, CalendarKind::RoundRobin(_)) => UsedUp::PassedOver,
        (QuotaPolicy::Refuse, CalendarKind::RoundRobin(_) | CalendarKind::Collective(_)) => {
            UsedUp::TakesNone
        }
        _ => UsedUp::Nothing,
    }
}

/// Whether one more create could be sent today, after those that wait.
pub(crate) fn has_left(left_today: u32, queued: usize) -> bool {
    usize::try_from(left_today).is_ok_and(|left| left > queued)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::words::{
        CalendarRef, CollectiveHost, CollectiveHosts, GridStep, Name, RoundRobinHosts, SlotLength,
        SlotSettings, UserId, WeeklyHours, Zone,
    };

    fn on(kind: CalendarKind, quota: QuotaPolicy) -> UsedUp {
        let id = CalendarRef::new(
            "abc".to_owned().try_into().unwrap(),
            "demo".to_owned().try_into().unwrap(),
        );
        let slot = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(30).unwrap());
        let mut calendar = Calendar::new(id, Name::new("Demo").unwrap(), kind, Zone::UTC, slot);
        calendar.quota = quota;
        used_up(&calendar)
    }

    #[test]
    fn who_waits_takes_part_is_passed_over_or_takes_none() {
        let host = CollectiveHost::required(UserId::new("a").unwrap());
        let kinds = [
            CalendarKind::RoundRobin(RoundRobinHosts::default()),
            CalendarKind::Collective(CollectiveHosts::new(vec![host]).unwrap()),
            CalendarKind::Unassigned { weekly: WeeklyHours::default(), overrides: BTreeMap::new() },
        ];
        let of = |quota| kinds.clone().map(|kind| on(kind, quota));
        assert_eq!(of(QuotaPolicy::Defer), [UsedUp::Nothing; 3]);
        assert_eq!(
            of(QuotaPolicy::PreferAnother),
            [UsedUp::PassedOver, UsedUp::Nothing, UsedUp::Nothing]
        );
        let refuse = [UsedUp::TakesNone, UsedUp::TakesNone, UsedUp::Nothing];
        assert_eq!(of(QuotaPolicy::Refuse), refuse);
    }

    #[test]
    fn what_waits_counts_as_used() {
        let cases = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1), (100, 99), (100, 100)];
        let left = cases.map(|(left, queued)| has_left(left, queued));
        assert_eq!(left, [false, false, true, false, true, true, false]);
    }
}
