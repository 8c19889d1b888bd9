//! Who gets this booking.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::fairness::Tally;
use super::offer::{Offer, Place};
use crate::words::{CalendarKind, Occupant, UserId};

/// Whom an appointment goes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Assignment {
    /// A slot that is open already, by its owner; its hosts are fixed.
    Join { owner: Occupant },
    /// A new slot.
    New { owner: Occupant, occupants: Vec<Occupant> },
}

/// What round robin knows of its hosts.
pub(crate) type Tallies = BTreeMap<UserId, Tally>;

/// Chooses among those who can take the offered start. `None` if the wanted host cannot.
pub(crate) fn assign(
    kind: &CalendarKind,
    offer: &Offer,
    wanted: Option<&UserId>,
    tallies: &Tallies,
) -> Option<Assignment> {
    let can = |user: &UserId| offer.hosts().any(|host| host == user);
    if wanted.is_some_and(|user| !can(user)) {
        return None;
    }
    match kind {
        CalendarKind::RoundRobin(hosts) => {
            let hosts = hosts.as_slice().iter();
            let priorities = hosts.map(|host| (&host.user, host.priority)).collect();
            round_robin(offer, wanted, tallies, &priorities)
        }
        CalendarKind::Collective(hosts) => {
            Some(together(offer, Occupant::User(hosts.primary().clone())))
        }
        CalendarKind::Unassigned { .. } => {
            let (calendar, _) = offer.places().first()?;
            Some(together(offer, calendar.clone()))
        }
    }
}

/// All places of the offer make one slot: open already, or new and owned by `owner`.
fn together(offer: &Offer, owner: Occupant) -> Assignment {
    match offer.places().first() {
        Some((_, Place::Join { owner, .. })) => Assignment::Join { owner: owner.clone() },
        _ => Assignment::New {
            owner,
            occupants: offer.places().iter().map(|(occupant, _)| occupant.clone()).collect(),
        },
    }
}

/// A newcomer joins the open slot with the fewest seats left, then by `UserId`. If none is open,
/// `Availability` assigns a new host: one who can make links, if any is free; highest priority, then longest since the last assignment
/// (never is longest), then fewest assigned in the interval, then `UserId`.
fn round_robin(
    offer: &Offer,
    wanted: Option<&UserId>,
    tallies: &Tallies,
    priorities: &BTreeMap<&UserId, i32>,
) -> Option<Assignment> {
    let places = offer.places().iter().filter_map(|(occupant, place)| {
        let user = occupant.user()?;
        (wanted.is_none_or(|wanted| wanted == user)).then_some((user, place))
    });
    let open = places.clone().filter_map(|(user, place)| match place {
        Place::Join { owner, seats_left } => Some((*seats_left, user, owner)),
        Place::New => None,
    });
    if let Some((_, _, owner)) = open.min() {
        return Some(Assignment::Join { owner: owner.clone() });
    }
    let rank = |user: &&UserId| {
        let tally = tallies.get(*user).copied().unwrap_or_default();
        // `None < Some`: never assigned comes before every time.
        let priority = Reverse(priorities.get(*user));
        let (last, count) = (tally.last_assigned, tally.assigned_in_interval);
        (tally.lacks_zoom, priority, last, count, (*user).clone())
    };
    let winner = Occupant::User(places.map(|(user, _)| user).min_by_key(rank)?.clone());
    Some(Assignment::New { owner: winner.clone(), occupants: vec![winner] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Interval, RoundRobinHost, RoundRobinHosts};

    fn user(id: &str) -> UserId {
        UserId::new(id).unwrap()
    }

    fn offer(places: &[(&str, Place)]) -> Offer {
        let occupant = |id: &str| Occupant::User(user(id));
        let places = places.iter().map(|(id, place)| (occupant(id), place.clone())).collect();
        Offer::new(Interval::try_from((0, 1800)).unwrap(), places, 9)
    }

    fn join(owner: &str, seats_left: u32) -> Place {
        Place::Join { owner: Occupant::User(user(owner)), seats_left }
    }

    fn calendar(hosts: &[(&str, i32)]) -> CalendarKind {
        let host =
            |(id, priority): &(&str, i32)| RoundRobinHost::new(user(id)).with_priority(*priority);
        CalendarKind::RoundRobin(RoundRobinHosts::new(hosts.iter().map(host).collect()).unwrap())
    }

    fn tallies(known: &[(&str, i64, u32)]) -> Tallies {
        let tally = |(id, last, count): &(&str, i64, u32)| {
            (
                user(id),
                Tally {
                    last_assigned: Some(*last),
                    assigned_in_interval: *count,
                    lacks_zoom: false,
                },
            )
        };
        known.iter().map(tally).collect()
    }

    fn winner(kind: &CalendarKind, places: &[(&str, Place)], known: &Tallies) -> String {
        match assign(kind, &offer(places), None, known).unwrap() {
            Assignment::Join { owner } => format!("join {}", owner.user().unwrap()),
            Assignment::New { owner, .. } => owner.user().unwrap().to_string(),
        }
    }

    #[test]
    fn availability_asks_priority_then_idle_time_then_count_then_id() {
        let free =
            |ids: &[&'static str]| ids.iter().map(|id| (*id, Place::New)).collect::<Vec<_>>();
        let kind = calendar(&[("a", 0), ("b", 0), ("c", 1), ("d", 0)]);
        let known = tallies(&[("a", 50, 9), ("b", 40, 9), ("c", 90, 9)]);
        assert_eq!(winner(&kind, &free(&["a", "b", "c", "d"]), &known), "c", "priority");
        assert_eq!(winner(&kind, &free(&["a", "b", "d"]), &known), "d", "never assigned");
        assert_eq!(winner(&kind, &free(&["a", "b"]), &known), "b", "longest idle");
        let even = tallies(&[("a", 50, 2), ("b", 50, 1)]);
        assert_eq!(winner(&kind, &free(&["a", "b"]), &even), "b", "fewest assigned");
        let mut no_zoom = even.clone();
        no_zoom.entry(user("b")).or_default().lacks_zoom = true;
        assert_eq!(winner(&kind, &free(&["a", "b"]), &no_zoom), "a", "can make links");
        assert_eq!(winner(&kind, &free(&["b"]), &no_zoom), "b", "nobody else is free");
        let tie = tallies(&[("a", 50, 1), ("b", 50, 1)]);
        assert_eq!(winner(&kind, &free(&["b", "a"]), &tie), "a", "by id");
    }

    #[test]
    fn a_newcomer_joins_the_fullest_open_slot() {
        let kind = calendar(&[("a", 9), ("b", 0), ("c", 0)]);
        let places = [("a", Place::New), ("b", join("b", 2)), ("c", join("c", 1))];
        assert_eq!(winner(&kind, &places, &Tallies::new()), "join c");
        let even = [("b", join("b", 1)), ("c", join("c", 1))];
        assert_eq!(winner(&kind, &even, &Tallies::new()), "join b");
    }

    #[test]
    fn a_wanted_host_is_taken_or_nobody() {
        let kind = calendar(&[("a", 9), ("b", 0)]);
        let places = offer(&[("a", Place::New), ("b", Place::New)]);
        let taken = assign(&kind, &places, Some(&user("b")), &Tallies::new()).unwrap();
        assert!(matches!(taken, Assignment::New { owner, .. } if owner.user() == Some(&user("b"))));
        assert_eq!(assign(&kind, &places, Some(&user("x")), &Tallies::new()), None);
    }
}
