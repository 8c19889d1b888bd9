//! Who gets this booking.

use super::fairness::{Standings, choose};
use super::offer::{Offer, Place};
use crate::words::{CalendarKind, Distribution, Occupant, UserId};

/// Whom an appointment goes to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Assignment {
    /// A slot that is open already, by its owner; its hosts are fixed.
    Join { owner: Occupant },
    /// A new slot.
    New { owner: Occupant, occupants: Vec<Occupant> },
}

impl Assignment {
    /// The host who gets a turn by it.
    pub(crate) const fn turn(&self) -> Option<&UserId> {
        match self {
            Self::New { owner, .. } => owner.user(),
            Self::Join { .. } => None,
        }
    }
}

/// Who is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ask<'a> {
    /// Whoever is next.
    Anybody,
    /// This host, or nobody: they are wanted.
    Only(&'a UserId),
    /// This host first, then whoever is next: they have it now, and are to keep it.
    Keep(&'a UserId),
    /// This host first, unless they lack Zoom, then whoever is next: the contact knows them.
    Sticky(&'a UserId),
}

/// How the hosts of a calendar share its new slots. Only round robin asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shares<'a> {
    pub(crate) distribution: Distribution,
    pub(crate) standings: &'a Standings,
}

/// Chooses among those who can take the offered start. `None` if the wanted host cannot.
pub(crate) fn assign(
    kind: &CalendarKind,
    offer: &Offer,
    ask: Ask<'_>,
    shares: Shares<'_>,
) -> Option<Assignment> {
    let can = |user: &UserId| offer.hosts().any(|host| host == user);
    if let Ask::Only(wanted) = ask
        && !can(wanted)
    {
        return None;
    }
    match kind {
        CalendarKind::RoundRobin(_) => round_robin(offer, ask, shares),
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

/// Whether it takes the standings of the hosts to choose.
pub(crate) fn compares(kind: &CalendarKind, offer: &Offer, ask: Ask<'_>) -> bool {
    let is_open = || offer.places().iter().any(|(_, place)| matches!(place, Place::Join { .. }));
    let compares = match ask {
        Ask::Only(_) => false,
        Ask::Keep(host) => at(offer, host).is_none() && !is_open(),
        // Whether the host lacks Zoom is known by their standing.
        Ask::Sticky(_) => true,
        Ask::Anybody => !is_open(),
    };
    compares && matches!(kind, CalendarKind::RoundRobin(_))
}

fn round_robin(offer: &Offer, ask: Ask<'_>, shares: Shares<'_>) -> Option<Assignment> {
    match ask {
        Ask::Only(wanted) => at(offer, wanted),
        Ask::Keep(host) => at(offer, host).or_else(|| next(offer, shares)),
        Ask::Sticky(host) if !lacks_zoom(host, shares) => {
            at(offer, host).or_else(|| next(offer, shares))
        }
        // If nobody else is free, a host who lacks Zoom is next all the same.
        Ask::Sticky(_) | Ask::Anybody => next(offer, shares),
    }
}

fn lacks_zoom(host: &UserId, shares: Shares<'_>) -> bool {
    shares.standings.of(host).is_some_and(|standing| standing.lacks_zoom)
}

/// With this host, if they can: in their open slot, or in a new one.
fn at(offer: &Offer, host: &UserId) -> Option<Assignment> {
    let mut places = offer.places().iter();
    let (_, place) = places.find(|(occupant, _)| occupant.user() == Some(host))?;
    Some(match place {
        Place::Join { owner, .. } => Assignment::Join { owner: owner.clone() },
        Place::New => alone(host),
    })
}

/// A newcomer joins the open slot with the fewest seats left, then by `UserId`: that is no turn of
/// its host. If none is open, a new one is given away.
fn next(offer: &Offer, shares: Shares<'_>) -> Option<Assignment> {
    let open = offer.places().iter().filter_map(|(_, place)| match place {
        Place::Join { owner, seats_left } => Some((*seats_left, owner)),
        Place::New => None,
    });
    if let Some((_, owner)) = open.min() {
        return Some(Assignment::Join { owner: owner.clone() });
    }
    // Both are sorted by id.
    let mut standings = shares.standings.as_slice().iter().peekable();
    let free = offer.hosts().filter_map(|host| {
        while standings.next_if(|standing| standing.host < *host).is_some() {}
        standings.next_if(|standing| standing.host == *host)
    });
    choose(shares.distribution, free).map(|winner| alone(&winner.host))
}

fn alone(host: &UserId) -> Assignment {
    let owner = Occupant::User(host.clone());
    Assignment::New { owner: owner.clone(), occupants: vec![owner] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fairness::Standing;
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

    fn host(id: &str, priority: i32) -> Standing {
        Standing::new(&RoundRobinHost::new(user(id)).with_priority(priority))
    }

    /// Asks a calendar of these hosts for a seat, by availability.
    fn given(hosts: &[Standing], places: &[(&str, Place)], ask: Ask<'_>) -> Option<String> {
        let standings = Standings::new(hosts.to_vec());
        let shares = Shares { distribution: Distribution::Availability, standings: &standings };
        let kind = CalendarKind::RoundRobin(RoundRobinHosts::default());
        Some(match assign(&kind, &offer(places), ask, shares)? {
            Assignment::Join { owner } => format!("join {}", owner.user().unwrap()),
            Assignment::New { owner, .. } => owner.user().unwrap().to_string(),
        })
    }

    /// "a" is always next, and all are free.
    fn hosts() -> [Standing; 3] {
        [host("a", 9), host("b", 0), host("c", 0)]
    }

    const FREE: [(&str, Place); 3] = [("a", Place::New), ("b", Place::New), ("c", Place::New)];

    #[test]
    fn of_those_who_can_the_next_gets_a_new_slot() {
        assert_eq!(given(&hosts(), &FREE, Ask::Anybody).as_deref(), Some("a"));
        assert_eq!(given(&hosts(), &FREE[1..], Ask::Anybody).as_deref(), Some("b"));
        let [mut a, b, _] = hosts();
        a.assigned = 1;
        let standings = Standings::new(vec![a, b]);
        let shares = Shares { distribution: Distribution::Equal, standings: &standings };
        let kind = CalendarKind::RoundRobin(RoundRobinHosts::default());
        let equal = assign(&kind, &offer(&FREE), Ask::Anybody, shares).unwrap();
        assert_eq!(equal, alone(&user("b")), "as the calendar distributes");
    }

    #[test]
    fn a_newcomer_joins_the_fullest_open_slot() {
        let places = [("a", Place::New), ("b", join("b", 2)), ("c", join("c", 1))];
        assert_eq!(given(&hosts(), &places, Ask::Anybody).as_deref(), Some("join c"));
        let even = [("b", join("b", 1)), ("c", join("c", 1))];
        assert_eq!(given(&hosts(), &even, Ask::Anybody).as_deref(), Some("join b"));
    }

    #[test]
    fn a_wanted_host_is_taken_or_nobody() {
        assert_eq!(given(&hosts(), &FREE, Ask::Only(&user("b"))).as_deref(), Some("b"));
        assert_eq!(given(&hosts(), &FREE, Ask::Only(&user("x"))), None);
        let places = [("a", join("a", 1)), ("b", Place::New), ("c", join("c", 2))];
        assert_eq!(given(&hosts(), &places, Ask::Only(&user("b"))).as_deref(), Some("b"));
        assert_eq!(given(&hosts(), &places, Ask::Only(&user("c"))).as_deref(), Some("join c"));
    }

    #[test]
    fn who_is_kept_or_known_comes_first_if_free() {
        let b = user("b");
        for ask in [Ask::Keep(&b), Ask::Sticky(&b)] {
            assert_eq!(given(&hosts(), &FREE, ask).as_deref(), Some("b"), "{ask:?}");
            let busy = [("a", Place::New), ("c", Place::New)];
            assert_eq!(given(&hosts(), &busy, ask).as_deref(), Some("a"), "{ask:?}");
            let open = [("a", join("a", 1)), ("b", Place::New)];
            assert_eq!(given(&hosts(), &open, ask).as_deref(), Some("b"), "{ask:?} before joins");
        }
    }

    #[test]
    fn without_zoom_a_host_is_kept_but_no_contact_comes_back_to_them() {
        let b = user("b");
        let mut hosts = hosts();
        hosts[1].lacks_zoom = true;
        assert_eq!(given(&hosts, &FREE, Ask::Keep(&b)).as_deref(), Some("b"));
        assert_eq!(given(&hosts, &FREE, Ask::Sticky(&b)).as_deref(), Some("a"));
        let alone = [("b", Place::New)];
        assert_eq!(given(&hosts, &alone, Ask::Sticky(&b)).as_deref(), Some("b"), "nobody else");
    }
}
