//! Moving an appointment to another time or host.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::ahead::Wanted;
use super::book::location;
use super::caller::{Actor, Caller};
use super::core::{Changed, Command, Core, Plan};
use super::counting::{self, Step};
use super::days::Days;
use super::kept::{self, Asked};
use super::messages::MessageKind;
use super::planner::Planner;
use super::records::{Booked, EventKind};
use super::scene::{When, unavailable};
use super::search::{Seat, Wish, search};
use super::seats::{self, Left};
use super::setup::Setup;
use super::{journal, listed, sticky};
use crate::error::{Error, Fault, InvalidInput, Refusal};
use crate::rules::Act;
use crate::rules::assign::Ask;
use crate::words::{
    AppointmentId, Calendar, CalendarKind, Location, RescheduleHost, UserId, check_instant,
};

/// An appointment moves. What it leaves does not stand in its way (R19).
pub(crate) struct Reschedule<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
    pub(crate) start: DateTime<Utc>,
    pub(crate) host: Option<&'a UserId>,
}

#[async_trait]
impl Command for Reschedule<'_> {
    type Done = Changed;
    const NAME: &'static str = "reschedule";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        self.caller.check(planner).await?;
        check_instant(self.start).map_err(|error| Refusal::from(InvalidInput::from(error)))?;
        let booked = match kept::load_for(planner, self.caller, self.id, Act::Reschedule).await? {
            Asked::ToDo(booked) => booked,
            Asked::Done(booked) => return Ok(Plan::Nothing(Changed::nothing(booked))),
        };
        if self.stays(&booked) {
            return Ok(Plan::Nothing(Changed::nothing(booked)));
        }
        let same_start = booked.interval().start() == self.start;
        // Invitees do not hand over: for them it is a slot like any other.
        let hands_over = same_start && *self.caller.actor() != Actor::Invitee;
        if let (Some(host), true) = (self.host, hands_over) {
            return hand_over(core, planner, booked, host).await.map(Plan::Commit);
        }
        let when = When::Start(self.start);
        let mut days = Days::default();
        let ask = self.host.map_or(Ask::Anybody, Ask::Only);
        let mut wanted = Wanted { when, ask, days: &mut days };
        planner.note_turns(booked.calendar());
        let setup = Setup::peek_around(planner, booked.calendar(), &mut wanted).await?;
        let ask = self.host.map_or_else(|| ask_for(&booked, &setup.calendar), Ask::Only);
        let wish = Wish { when, ask, moved: Some(&booked) };
        relocate(core, planner, &setup, days, &booked, &wish).await.map(Plan::Commit)
    }
}

/// Gives an appointment to another host, at the time that it has.
pub(crate) async fn hand_over(
    core: &Core,
    planner: &mut Planner<'_>,
    booked: Booked,
    host: &UserId,
) -> Result<Changed, Error> {
    let (when, ask) = (When::Kept(booked.interval()), Ask::Only(host));
    let mut days = Days::default();
    let mut wanted = Wanted { when, ask, days: &mut days };
    let setup = Setup::peek_around(planner, booked.calendar(), &mut wanted).await?;
    if !matches!(setup.calendar.kind, CalendarKind::RoundRobin(_)) {
        // The hosts of a collective slot are fixed, and the wanted one is not among them.
        return Err(unavailable(booked.interval().start()).into());
    }
    let wish = Wish { when, ask, moved: Some(&booked) };
    relocate(core, planner, &setup, days, &booked, &wish).await
}

/// Moves an appointment to the seat that is wished for.
async fn relocate(
    core: &Core,
    planner: &mut Planner<'_>,
    setup: &Setup,
    mut days: Days,
    booked: &Booked,
    wish: &Wish<'_>,
) -> Result<Changed, Error> {
    let left = seats::leave(planner, &mut days, booked).await?;
    let seat = search(core, planner, setup, &mut days, wish).await?;
    move_to(core, planner, setup, days, booked, left, seat).await
}

impl Reschedule<'_> {
    /// Moving to the same start and host is no move: even the link stays (R12).
    fn stays(&self, booked: &Booked) -> bool {
        let same_host = |host: &UserId| booked.hosts().any(|present| present == host);
        booked.interval().start() == self.start && self.host.is_none_or(same_host)
    }
}

/// Whom to ask if no host is wanted. Other calendars than round robins have no choice.
fn ask_for<'b>(booked: &'b Booked, calendar: &Calendar) -> Ask<'b> {
    match (&calendar.kind, booked.slot.owner.user(), calendar.sharing.on_reschedule) {
        (CalendarKind::RoundRobin(_), Some(host), RescheduleHost::KeepIfFree) => Ask::Keep(host),
        (CalendarKind::RoundRobin(_), Some(host), RescheduleHost::Keep) => Ask::Only(host),
        _ => Ask::Anybody,
    }
}

async fn move_to(
    core: &Core,
    planner: &mut Planner<'_>,
    setup: &Setup,
    mut days: Days,
    old: &Booked,
    left: Left,
    seat: Seat,
) -> Result<Changed, Error> {
    let Seat { key, mut slot, counts } = seat;
    let occupied = |_| Fault::Inconsistent("a free host is occupied");
    days.take(&key, &slot.occupants, slot.padded).map_err(occupied)?;
    days.write(planner)?;
    seats::take_turn_back(planner, old).await?;

    let mut booked = Booked {
        occupants: seats::owner_first(&key.owner, &slot.occupants),
        counted: counts,
        location: location_at(setup, old, &key.owner)?,
        slot: key,
        ..old.clone()
    };
    slot.appointments.insert(booked.id);
    let mut link = seats::use_link(core, planner, &setup.calendar, &mut slot, &mut booked).await?;
    left.write(planner, old, link.as_mut()).await?;
    if let Some(link) = &link {
        planner.put(&planner.keys.link(booked.account(), link.id), link)?;
    }
    seats::write_slot(planner, &booked.slot, &slot)?;
    seats::give_turn(planner, &setup.calendar, &booked).await?;
    counting::count(planner, &booked, Step::Up).await?;
    if booked.slot.owner != old.slot.owner {
        sticky::remember(planner, &setup.calendar, &booked).await?;
    }
    let kind = EventKind::AppointmentRescheduled;
    journal::tell(planner, &mut booked, kind, MessageKind::Rescheduled)?;
    kept::put(planner, &booked)?;
    listed::shift(planner, old, &booked).await?;
    Ok(Changed::new(booked, link.map(|link| link.id).or(old.link)))
}

/// With the same owner the location stays as it was fixed (R9). With another one theirs counts
/// (R7); what the invitee once answered is kept.
fn location_at(
    setup: &Setup,
    old: &Booked,
    owner: &crate::words::Occupant,
) -> Result<Location, Refusal> {
    if *owner == old.slot.owner {
        return Ok(old.location.clone());
    }
    let answered = match &old.location {
        Location::Fixed(place) if old.location_answered => Some(place.clone()),
        _ => None,
    };
    match location(setup, owner, answered) {
        Err(Refusal::InvalidInput(InvalidInput::LocationNotAsked)) => location(setup, owner, None),
        // The new host asks, and nobody can answer now.
        Err(Refusal::InvalidInput(InvalidInput::LocationMissing)) => Ok(Location::Unset),
        settled => settled,
    }
}
