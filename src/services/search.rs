//! Finding a seat: what booking and moving share.

use std::collections::BTreeSet;

use super::core::Core;
use super::counting;
use super::days::Days;
use super::planner::Planner;
use super::records::Booked;
use super::scene::{Scene, When, newcomers, users};
use super::setup::Setup;
use super::standings::standings;
use super::under_way::Turns;
use super::{busy, queued};
use crate::error::{Conflict, Error, Refusal};
use crate::rules::assign::{Ask, Assignment, Shares, assign, compares};
use crate::rules::quota::{UsedUp, used_up};
use crate::rules::slot::{BookedSlot, SlotKey};
use crate::rules::{Offer, Standings};
use crate::words::{Calendar, CalendarKind, Interval, UserId};

/// A seat that was found, and not yet taken.
pub(crate) struct Seat {
    pub(crate) key: SlotKey,
    pub(crate) slot: BookedSlot,
    /// Whether round robin counts it: nobody sits in the slot yet.
    pub(crate) counts: bool,
}

/// What is asked of a search.
pub(crate) struct Wish<'a> {
    pub(crate) when: When,
    pub(crate) ask: Ask<'a>,
    /// Has left its seat already.
    pub(crate) moved: Option<&'a Booked>,
}

/// Finds a seat at a start, by the rule that the slot query uses too (R20).
///
/// A conflict means that rows which were read one after the other do not fit together: others are
/// at work, and it is planned anew.
pub(crate) async fn search(
    core: &Core,
    planner: &mut Planner<'_>,
    setup: &Setup,
    days: &mut Days,
    wish: &Wish<'_>,
) -> Result<Seat, Error> {
    let scene = scene(core, planner, setup, days, wish).await?;
    let (interval, assignment) = choose(core, planner, setup, scene, wish).await?;
    let seat = seat(planner, setup, interval, assignment).await?;
    // A slot may have hosts who have since left the calendar.
    days.peek(planner, &seat.slot.occupants, seat.slot.padded).await?;
    Ok(seat)
}

/// Chooses who gets the seat. Whether the host of a new slot has Zoom requests left is asked of the one
/// who would get it, then of the next: of most calendars nobody, of the others mostly one (R16).
async fn choose(
    core: &Core,
    planner: &mut Planner<'_>,
    setup: &Setup,
    mut scene: Scene<'_>,
    wish: &Wish<'_>,
) -> Result<(Interval, Assignment), Error> {
    let (start, busy_unknown) = (wish.when.start(), scene.busy_unknown());
    let mut refusal = Refusal::SlotUnavailable { start, busy_unknown };
    let mut out = BTreeSet::new();
    loop {
        let Some(offer) = scene.offer() else { return Err(refusal.into()) };
        let standings = if compares(&setup.calendar.kind, offer, wish.ask) {
            standings(planner, setup, wish.moved, &out).await?
        } else {
            Standings::default()
        };
        let Some(given) = give(planner, setup, offer, wish.ask, &standings) else {
            return Err(refusal.into());
        };
        let asked = given.turn().filter(|host| !out.contains(*host));
        let Some(host) = asked else { return Ok((offer.interval(), given)) };
        if !queued::is_used_up(core, planner, setup, host).await? {
            return Ok((offer.interval(), given));
        }
        out.insert(host.clone());
        if used_up(&setup.calendar) == UsedUp::TakesNone {
            // They would have got it: nothing else was in the way.
            let until = queued::free_at(core, planner, host).await?;
            refusal = Refusal::QuotaExhausted { until };
            scene = scene.with_refused(&out);
        }
    }
}

/// Gives the seat to somebody. Of a round robin, who is about to get a turn by another change has had
/// it.
fn give(
    planner: &mut Planner<'_>,
    setup: &Setup,
    offer: &Offer,
    ask: Ask<'_>,
    standings: &Standings,
) -> Option<Assignment> {
    let Calendar { kind, sharing, .. } = &setup.calendar;
    let distribution = sharing.distribution;
    if !matches!(kind, CalendarKind::RoundRobin(_)) {
        return assign(kind, offer, ask, Shares { distribution, standings });
    }
    let now = planner.now;
    let choose = |turns: &Turns| {
        let standings = standings.after(turns, now);
        assign(kind, offer, ask, Shares { distribution, standings: &standings })
    };
    planner.choose(&setup.calendar.as_ref(), choose, Assignment::turn)
}

/// All that decides on a start. Limits and busy times are only asked of those who could else take
/// it.
async fn scene<'s>(
    core: &Core,
    planner: &mut Planner<'_>,
    setup: &'s Setup,
    days: &'s mut Days,
    wish: &Wish<'_>,
) -> Result<Scene<'s>, Error> {
    let scene = Scene::look(planner, setup, days, wish.when).await?;
    let Some(free) = scene.offer() else { return Ok(scene) };
    let at = (scene.start, wish.moved.map(|moved| moved.id));
    let full = counting::full_at(core, planner, &setup.calendar, &users(free), at).await?;
    let scene = scene.with_full(full);
    let Some(free) = scene.offer() else { return Ok(scene) };
    let busy = busy::ask(core, asked(setup, free, wish.ask), scene.reach).await;
    Ok(scene.with_busy(busy))
}

/// Whose busy times matter: of a round robin where a host is wanted, theirs alone.
fn asked(setup: &Setup, free: &Offer, ask: Ask<'_>) -> Vec<UserId> {
    let mut users = newcomers(free);
    if let (CalendarKind::RoundRobin(_), Ask::Only(wanted)) = (&setup.calendar.kind, ask) {
        users.retain(|user| user == wanted);
    }
    users
}

async fn seat(
    planner: &mut Planner<'_>,
    setup: &Setup,
    core: Interval,
    assignment: Assignment,
) -> Result<Seat, Error> {
    let calendar = setup.calendar.as_ref();
    let (owner, occupants) = match assignment {
        Assignment::Join { owner } => (owner, None),
        Assignment::New { owner, occupants } => (owner, Some(occupants)),
    };
    let key = SlotKey { calendar, owner, core };
    let found = planner.load(&planner.keys.slot(&key)).await?;
    // Others have no turns; a row for them would be one too many of a large change.
    let counts = found.is_none() && matches!(setup.calendar.kind, CalendarKind::RoundRobin(_));
    let padded = setup.calendar.slot.padded(core);
    let slot = match (found, occupants, padded) {
        (Some(slot), None, _) => slot,
        (None, Some(occupants), Some(padded)) => BookedSlot::new(padded, occupants),
        _ => return Err(Conflict::Contended { tries: 1 }.into()),
    };
    Ok(Seat { key, slot, counts })
}
