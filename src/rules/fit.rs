//! Whether an appointment still fits the calendar that it was booked on (R29).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::open_time::open_times;
use super::slot::SlotKey;
use crate::words::{Calendar, CalendarKind, Hours, Interval, Occupant, User, UserId};

/// Why an appointment no longer fits its calendar. It stays as it is all the same.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Misfit {
    /// One of its hosts is no host of the calendar any more.
    HostGone,
    /// Slots of the calendar have another length.
    OtherLength,
    /// It does not lie inside one open interval of its host, of one of the required hosts who sit
    /// in it (collective), or of the calendar (unassigned). Time off is not open.
    OutsideHours,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostGone => "host_gone",
            Self::OtherLength => "other_length",
            Self::OutsideHours => "outside_hours",
        })
    }
}

/// What a calendar asks of the slots that were booked on it.
pub(crate) struct Fit<'a> {
    calendar: &'a Calendar,
    hosts: BTreeSet<&'a UserId>,
    /// Optional hosts never block, so nobody looks at their hours.
    optional: BTreeSet<UserId>,
    /// The hosts of the calendar.
    users: &'a BTreeMap<UserId, User>,
    own_hours: Option<Hours>,
}

impl<'a> Fit<'a> {
    pub(crate) fn new(calendar: &'a Calendar, users: &'a BTreeMap<UserId, User>) -> Self {
        Self {
            calendar,
            hosts: calendar.kind.users().into_iter().collect(),
            optional: match &calendar.kind {
                CalendarKind::Collective(hosts) => hosts.optional(),
                CalendarKind::RoundRobin(_) | CalendarKind::Unassigned { .. } => BTreeSet::new(),
            },
            users,
            own_hours: calendar.own_hours(),
        }
    }

    /// All that is wrong with an appointment, by its slot and those who give time to it.
    pub(crate) fn misfits(&self, slot: &SlotKey, occupants: &[Occupant]) -> BTreeSet<Misfit> {
        let users = || occupants.iter().filter_map(Occupant::user);
        let length = self.calendar.slot.length().elapsed();
        let found = [
            (users().any(|user| !self.hosts.contains(user)), Misfit::HostGone),
            (slot.core.length() != length, Misfit::OtherLength),
            (occupants.iter().any(|one| self.is_shut(one, slot.core)), Misfit::OutsideHours),
        ];
        found.into_iter().filter_map(|(holds, misfit)| holds.then_some(misfit)).collect()
    }

    /// Whether the slot lies outside the hours of somebody who has to be there. The hours of hosts
    /// who are gone are nobody's business.
    fn is_shut(&self, occupant: &Occupant, core: Interval) -> bool {
        let hours = match occupant {
            Occupant::Calendar(_) => self.own_hours.as_ref(),
            Occupant::User(user) if self.optional.contains(user) => None,
            Occupant::User(user) if !self.hosts.contains(user) => None,
            Occupant::User(user) => self.users.get(user).map(|user| &user.hours),
        };
        // Cut to the slot, the time in which somebody is open is all of it or not.
        hours.is_some_and(|hours| open_times(hours, core) != [core])
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;

    use super::Misfit::{HostGone, OtherLength, OutsideHours};
    use super::*;
    use crate::words::{
        AccountId, CalendarId, CalendarRef, CollectiveHost, CollectiveHosts, Email, GridStep, Name,
        RoundRobinHost, RoundRobinHosts, SlotLength, SlotSettings, WeeklyHours, Zone,
    };

    /// From midnight of a Thursday on, the first of 1970.
    fn core(from_minute: i64, to_minute: i64) -> Interval {
        Interval::try_from((from_minute * 60, to_minute * 60)).unwrap()
    }

    fn id(id: &str) -> UserId {
        UserId::new(id).unwrap()
    }

    fn host(user: &str) -> Occupant {
        Occupant::User(id(user))
    }

    fn demo() -> CalendarRef {
        CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new("demo").unwrap())
    }

    fn on_thursday(windows: &[&str]) -> WeeklyHours {
        let windows = windows.iter().map(|window| window.parse().unwrap()).collect();
        WeeklyHours::new().with(Weekday::Thu, windows)
    }

    /// A is open from 1 to 3, B from 2 to 4, C never.
    fn users() -> BTreeMap<UserId, User> {
        let user = |name: &str, windows: &[&str]| {
            let hours = Hours::new(Zone::UTC).with_weekly(on_thursday(windows));
            let email = Email::new("a@example.com").unwrap();
            (id(name), User::new(id(name), Name::new(name).unwrap(), email, hours))
        };
        [user("A", &["01:00-03:00"]), user("B", &["02:00-04:00"]), user("C", &[])].into()
    }

    fn calendar(kind: CalendarKind) -> Calendar {
        let slot = SlotSettings::new(SlotLength::new(60).unwrap(), GridStep::new(60).unwrap());
        Calendar::new(demo(), Name::new("Demo").unwrap(), kind, Zone::UTC, slot)
    }

    fn round_robin(hosts: &[&str]) -> Calendar {
        let hosts = hosts.iter().map(|host| RoundRobinHost::new(id(host))).collect();
        calendar(CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).unwrap()))
    }

    #[track_caller]
    fn assert_misfits(calendar: &Calendar, hosts: &[&str], core: Interval, expected: &[Misfit]) {
        let occupants: Vec<_> = hosts.iter().map(|user| host(user)).collect();
        let owner = occupants.first().cloned().unwrap_or(Occupant::Calendar(demo()));
        let occupants = if hosts.is_empty() { vec![owner.clone()] } else { occupants };
        let slot = SlotKey { calendar: demo(), owner, core };
        let users = users();
        let found = Fit::new(calendar, &users).misfits(&slot, &occupants);
        assert_eq!(found, expected.iter().copied().collect(), "{hosts:?} {core}");
    }

    #[test]
    fn r29_each_reason_is_told() {
        let calendar = round_robin(&["A", "B"]);
        assert_misfits(&calendar, &["A"], core(60, 120), &[]);
        assert_misfits(&calendar, &["A"], core(120, 180), &[]);
        assert_misfits(&calendar, &["A"], core(121, 181), &[OutsideHours]);
        assert_misfits(&calendar, &["A"], core(59, 119), &[OutsideHours]);
        assert_misfits(&calendar, &["A"], core(60, 119), &[OtherLength]);
        assert_misfits(&calendar, &["B"], core(60, 121), &[OtherLength, OutsideHours]);
        assert_misfits(&round_robin(&["B"]), &["A"], core(60, 120), &[HostGone]);
        assert_misfits(&round_robin(&["B"]), &["A"], core(0, 30), &[HostGone, OtherLength]);
    }

    #[test]
    fn r29_it_must_lie_inside_one_open_interval_and_time_off_is_not_open() {
        let calendar = round_robin(&["A"]);
        let mut users = users();
        let slot = SlotKey { calendar: demo(), owner: host("A"), core: core(90, 150) };
        let mut with = |hours: Hours| {
            users.get_mut(&id("A")).unwrap().hours = hours;
            Fit::new(&calendar, &users).misfits(&slot, &[host("A")])
        };
        let weekly = |windows: &[&str]| Hours::new(Zone::UTC).with_weekly(on_thursday(windows));
        assert_eq!(with(weekly(&["01:00-02:00", "02:00-03:00"])), BTreeSet::new());
        assert_eq!(with(weekly(&["01:00-02:00", "02:01-03:00"])), [OutsideHours].into());
        let off = weekly(&["01:00-03:00"]).with_time_off(core(149, 200));
        assert_eq!(with(off), [OutsideHours].into());
    }

    #[test]
    fn r29_all_required_hosts_who_sit_in_a_collective_slot_are_asked() {
        let team = |hosts: Vec<CollectiveHost>| {
            calendar(CalendarKind::Collective(CollectiveHosts::new(hosts).unwrap()))
        };
        let (a, b) = (CollectiveHost::required(id("A")), CollectiveHost::required(id("B")));
        let c = CollectiveHost::optional(id("C"));
        let all = team(vec![a.clone(), b, c]);
        assert_misfits(&all, &["A", "B", "C"], core(120, 180), &[]);
        assert_misfits(&all, &["A", "B", "C"], core(60, 120), &[OutsideHours]);
        // B does not sit in it: whoever is new to the calendar is not asked.
        assert_misfits(&all, &["A", "C"], core(60, 120), &[]);
        assert_misfits(&team(vec![a]), &["A", "B"], core(60, 120), &[HostGone]);
    }

    #[test]
    fn r29_an_unassigned_calendar_has_hours_of_its_own() {
        let weekly = on_thursday(&["01:00-03:00"]);
        let own = calendar(CalendarKind::Unassigned { weekly, overrides: BTreeMap::new() });
        assert_misfits(&own, &[], core(60, 120), &[]);
        assert_misfits(&own, &[], core(0, 60), &[OutsideHours]);
    }
}
