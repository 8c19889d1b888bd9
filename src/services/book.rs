//! Booking.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ahead::{self, Wanted};
use super::caller::Caller;
use super::core::{Changed, Command, Core, Plan};
use super::counting::{self, Step};
use super::days::Days;
use super::digest::sha256_hex;
use super::keys::{Keys, RowKey};
use super::messages::MessageKind;
use super::planner::Planner;
use super::records::{AppointmentRow, Booked, EventKind, RequestRow};
use super::scene::When;
use super::search::{Seat, Wish, search};
use super::seats;
use super::setup::Setup;
use super::{journal, kept, listed, sticky};
use crate::bugs::bug;
use crate::error::{Error, Fault, InvalidInput, Refusal, Thing, missing};
use crate::rules::assign::Ask;
use crate::rules::location::{AnswerMismatch, setting, settle};
use crate::words::{
    AppointmentId, CalendarId, CalendarRef, Confirmation, FixedLocation, Location, Notes, Occupant,
    Participant, Person, RequestId, Status, Title, UserId, check_instant, instant,
};

/// The most participants of an appointment, the invitee included.
pub(crate) const MAX_PARTICIPANTS: usize = 100;

/// Room for most requests.
const REQUEST_BYTES: usize = 512;

/// What an invitee asks for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct BookRequest {
    calendar: CalendarId,
    #[serde(serialize_with = "instant::serialize")]
    start: DateTime<Utc>,
    participants: Vec<Participant>,
    title: Option<Title>,
    notes: Option<Notes>,
    location: Option<FixedLocation>,
    host: Option<UserId>,
    #[serde(skip)]
    request_id: Option<RequestId>,
}

impl BookRequest {
    /// A booking of one slot by one invitee.
    #[must_use]
    pub fn new(calendar: CalendarId, start: DateTime<Utc>, invitee: Participant) -> Self {
        Self {
            calendar,
            start,
            participants: vec![invitee],
            title: None,
            notes: None,
            location: None,
            host: None,
            request_id: None,
        }
    }

    /// With others whom the invitee brings along; at most 100 people in all.
    #[must_use]
    pub fn with_participants(mut self, others: impl IntoIterator<Item = Participant>) -> Self {
        self.participants.extend(others);
        self
    }

    /// With a title; else the appointment is called like its calendar.
    #[must_use]
    pub fn with_title(mut self, title: Title) -> Self {
        self.title = Some(title);
        self
    }

    /// With notes for the host.
    #[must_use]
    pub fn with_notes(mut self, notes: Notes) -> Self {
        self.notes = Some(notes);
        self
    }

    /// With the place that the invitee chose, on a calendar that asks for it (R7).
    #[must_use]
    pub fn with_location(mut self, location: FixedLocation) -> Self {
        self.location = Some(location);
        self
    }

    /// With a host who is wanted: they get it, or the slot is unavailable.
    #[must_use]
    pub fn with_host(mut self, host: UserId) -> Self {
        self.host = Some(host);
        self
    }

    /// With an id by which the request is known: sent twice, it books once. It is known for a week,
    /// unless [`Retention`](crate::Retention) says otherwise.
    #[must_use]
    pub fn with_request_id(mut self, request: RequestId) -> Self {
        self.request_id = Some(request);
        self
    }

    /// SHA-256 of what is asked for, in hex.
    fn digest(&self) -> Result<String, Fault> {
        let mut json = Vec::with_capacity(REQUEST_BYTES);
        serde_json::to_writer(&mut json, self).map_err(Fault::Unwritable)?;
        Ok(sha256_hex(json))
    }
}

pub(crate) struct Book<'a> {
    caller: &'a Caller,
    request: &'a BookRequest,
    /// Where it is kept that the request was done, if it has an id.
    done: Option<Done>,
}

struct Done {
    row: RowKey<RequestRow>,
    digest: String,
}

impl<'a> Book<'a> {
    pub(crate) fn new(
        keys: &Keys,
        caller: &'a Caller,
        request: &'a BookRequest,
    ) -> Result<Self, Fault> {
        let done = match &request.request_id {
            Some(id) => {
                let row = keys.request(caller.account(), id);
                Some(Done { row, digest: request.digest()? })
            }
            None => None,
        };
        Ok(Self { caller, request, done })
    }
}

#[async_trait]
impl Command for Book<'_> {
    type Done = Changed;
    const NAME: &'static str = "book";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let request = self.request;
        let calendar = CalendarRef::new(self.caller.account().clone(), request.calendar.clone());
        let when = When::Start(request.start);
        let ask = request.host.as_ref().map_or(Ask::Anybody, Ask::Only);
        planner.note_turns(&calendar);
        let done = self.done.as_ref().map(|done| &done.row);
        let mut days = Days::default();
        let mut wanted = Wanted { when, ask, days: &mut days };
        ahead::of_booking(planner, self.caller, &calendar, done, &mut wanted).await?;
        self.caller.check(planner).await?;
        if let Some(booked) = self.done_before(planner).await? {
            return Ok(Plan::Nothing(Changed::nothing(booked)));
        }
        self.check_input()?;
        let setup = Setup::peek_around(planner, &calendar, &mut wanted).await?;
        let last_host = self.last_host(planner, &setup).await?;
        let ask = match (&request.host, &last_host) {
            (Some(wanted), _) => Ask::Only(wanted),
            (None, Some(last)) => Ask::Sticky(last),
            (None, None) => Ask::Anybody,
        };
        let wish = Wish { when, ask, moved: None };
        let seat = search(core, planner, &setup, &mut days, &wish).await?;
        let booked = self.draft(core, planner.now, &setup, &seat)?;
        let changed = self.write(core, planner, &setup, days, seat, booked).await?;
        Ok(Plan::Commit(changed))
    }
}

impl Book<'_> {
    /// The appointment that the same request made before, as it is now.
    async fn done_before(&self, planner: &mut Planner<'_>) -> Result<Option<Booked>, Error> {
        let (Some(request), Some(own)) = (&self.request.request_id, &self.done) else {
            return Ok(None);
        };
        let Some(done) = planner.load(&own.row).await? else { return Ok(None) };
        if done.digest != own.digest {
            return Err(Refusal::RequestIdReused { request: request.clone() }.into());
        }
        match kept::load(planner, self.caller, done.appointment).await? {
            AppointmentRow::Kept(booked) => Ok(Some(*booked)),
            AppointmentRow::Deleted => Err(missing(Thing::Appointment(done.appointment))),
        }
    }

    /// Who hosted the invitee last, if that is asked for.
    async fn last_host(
        &self,
        planner: &mut Planner<'_>,
        setup: &Setup,
    ) -> Result<Option<UserId>, Fault> {
        match (&self.request.host, self.request.participants.first()) {
            (None, Some(invitee)) => sticky::last_host(planner, &setup.calendar, invitee).await,
            _ => Ok(None),
        }
    }

    fn check_input(&self) -> Result<(), Refusal> {
        check_instant(self.request.start).map_err(InvalidInput::from)?;
        let (given, allowed) = (self.request.participants.len(), MAX_PARTICIPANTS);
        if given > allowed {
            return Err(InvalidInput::TooManyParticipants { given, allowed }.into());
        }
        Ok(())
    }

    fn draft(
        &self,
        core: &Core,
        now: DateTime<Utc>,
        setup: &Setup,
        seat: &Seat,
    ) -> Result<Booked, Error> {
        let request = self.request;
        let calendar = &setup.calendar;
        let (status, lapse) = match calendar.confirmation {
            Confirmation::Automatic => (Status::Confirmed, None),
            Confirmation::ByHost => (Status::Pending, calendar.lapse),
        };
        Ok(Booked {
            id: AppointmentId::from_uuid(core.mint()?),
            slot: seat.key.clone(),
            occupants: seats::owner_first(&seat.key.owner, &seat.slot.occupants),
            status,
            title: request.title.clone().unwrap_or_else(|| calendar.name.clone().into()),
            notes: request.notes.clone(),
            participants: request.participants.iter().cloned().map(Person::Known).collect(),
            location: location(setup, &seat.key.owner, request.location.clone())?,
            location_answered: request.location.is_some(),
            link: None,
            booked_at: now,
            lapses_at: lapse.map(|lapse| now + lapse.elapsed()),
            counted: seat.counts,
            events: 0,
        })
    }

    async fn write(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        setup: &Setup,
        mut days: Days,
        seat: Seat,
        mut booked: Booked,
    ) -> Result<Changed, Error> {
        let Seat { key, mut slot, .. } = seat;
        let occupied = |_| Fault::Inconsistent("a free host is occupied");
        days.take(&key, &slot.occupants, slot.padded).map_err(occupied)?;
        days.write(planner)?;
        slot.appointments.insert(booked.id);
        let link = seats::use_link(core, planner, &setup.calendar, &mut slot, &mut booked).await?;
        let mut state = None;
        if let (Some(link), Some(owner)) = (&link, key.owner.user()) {
            planner.put(&planner.keys.link(booked.account(), link.id), link)?;
            let connected = planner.share(&planner.keys.connected(owner)).await?;
            let connected = connected.filter(|row| row.is_live);
            state = Some(link.state(connected.as_ref().map(|row| &row.zoom)));
        }
        seats::write_slot(planner, &key, &slot)?;
        seats::give_turn(planner, &setup.calendar, &booked).await?;
        counting::count(planner, &booked, Step::Up).await?;
        sticky::remember(planner, &setup.calendar, &booked).await?;
        journal::tell(planner, &mut booked, EventKind::AppointmentBooked, MessageKind::Booked)?;
        self.remember(planner, booked.id)?;
        kept::put_input(planner, &booked)?;
        listed::enter(planner, &booked)?;
        Ok(Changed { state, ..Changed::new(booked, link.map(|link| link.id)) })
    }

    fn remember(&self, planner: &mut Planner<'_>, appointment: AppointmentId) -> Result<(), Fault> {
        let done = self.done.as_ref().filter(|_| !bug!(RequestForgotten));
        let Some(Done { row, digest }) = done else { return Ok(()) };
        let digest = digest.clone();
        planner.put(row, &RequestRow { appointment, digest, at: planner.now })
    }
}

/// Where the appointment takes place (R7).
pub(crate) fn location(
    setup: &Setup,
    owner: &Occupant,
    answer: Option<FixedLocation>,
) -> Result<Location, Refusal> {
    let owner = setup.user(owner);
    settle(setting(&setup.account, &setup.calendar, owner), answer).map_err(|mismatch| {
        Refusal::from(match mismatch {
            AnswerMismatch::Missing => InvalidInput::LocationMissing,
            AnswerMismatch::NotAsked => InvalidInput::LocationNotAsked,
        })
    })
}
