//! Editing: title, notes and participants. Start, end and link stay (R12).

use async_trait::async_trait;

use super::book::MAX_PARTICIPANTS;
use super::caller::Caller;
use super::core::{Changed, Command, Core, Plan};
use super::kept::{self, Asked};
use super::planner::Planner;
use super::records::{Booked, EventKind};
use super::setup::Setup;
use super::{journal, queued, seats};
use crate::error::{Error, Fault, InvalidInput, Refusal};
use crate::rules::Act;
use crate::words::{AppointmentId, Email, LinkId, Notes, Participant, Person, Title};

/// What changes of an appointment. What is not named stays.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Edit {
    title: Option<Title>,
    notes: Option<Option<Notes>>,
    add: Vec<Participant>,
    remove: Vec<Email>,
}

impl Edit {
    /// Changes nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With another title.
    #[must_use]
    pub fn with_title(mut self, title: Title) -> Self {
        self.title = Some(title);
        self
    }

    /// With other notes for the host.
    #[must_use]
    pub fn with_notes(mut self, notes: Notes) -> Self {
        self.notes = Some(Some(notes));
        self
    }

    /// Without notes.
    #[must_use]
    pub fn without_notes(mut self) -> Self {
        self.notes = Some(None);
        self
    }

    /// With one more participant. Somebody with the e-mail address of a participant takes their
    /// place.
    #[must_use]
    pub fn adding(mut self, participant: Participant) -> Self {
        self.add.push(participant);
        self
    }

    /// Without the participant of this e-mail address.
    #[must_use]
    pub fn removing(mut self, email: Email) -> Self {
        self.remove.push(email);
        self
    }

    fn apply(&self, booked: &mut Booked) -> Result<(), InvalidInput> {
        if let Some(title) = &self.title {
            booked.title = title.clone();
        }
        if let Some(notes) = &self.notes {
            booked.notes = notes.clone();
        }
        for email in &self.remove {
            remove(&mut booked.participants, email)?;
        }
        for participant in &self.add {
            add(&mut booked.participants, participant);
        }
        let (given, allowed) = (booked.participants.len(), MAX_PARTICIPANTS);
        if given > allowed {
            return Err(InvalidInput::TooManyParticipants { given, allowed });
        }
        Ok(())
    }
}

fn remove(participants: &mut Vec<Person>, email: &Email) -> Result<(), InvalidInput> {
    let is_theirs = |person: &Person| email_of(person) == Some(email);
    match participants.iter().position(is_theirs) {
        None => Err(InvalidInput::NoSuchParticipant),
        Some(0) => Err(InvalidInput::InviteeStays),
        Some(at) => {
            participants.remove(at);
            Ok(())
        }
    }
}

fn add(participants: &mut Vec<Person>, new: &Participant) {
    let same = |held: &&mut Person| new.email.is_some() && email_of(held) == new.email.as_ref();
    match participants.iter_mut().find(same) {
        Some(held) => *held = new.clone().into(),
        None => participants.push(new.clone().into()),
    }
}

fn email_of(person: &Person) -> Option<&Email> {
    person.known().and_then(|known| known.email.as_ref())
}

pub(crate) struct EditAppointment<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
    pub(crate) edit: &'a Edit,
}

#[async_trait]
impl Command for EditAppointment<'_> {
    type Done = Changed;
    const NAME: &'static str = "edit_appointment";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        self.caller.check(planner).await?;
        let old = match kept::load_for(planner, self.caller, self.id, Act::Edit).await? {
            Asked::ToDo(booked) => booked,
            Asked::Done(booked) => return Ok(Plan::Nothing(Changed::nothing(booked))),
        };
        let mut booked = old.clone();
        self.edit.apply(&mut booked).map_err(Refusal::from)?;
        if booked == old {
            return Ok(Plan::Nothing(Changed::nothing(booked)));
        }
        let renamed = match booked.link {
            Some(id) if booked.title != old.title => rename(planner, &booked, id).await?,
            _ => None,
        };
        journal::appointment(planner, &mut booked, EventKind::AppointmentEdited)?;
        kept::put_input(planner, &booked)?;
        Ok(Plan::Commit(Changed::new(booked, renamed)))
    }
}

/// Zoom hears of a new title only if it shows it: with one seat (R12).
async fn rename(
    planner: &mut Planner<'_>,
    booked: &Booked,
    id: LinkId,
) -> Result<Option<LinkId>, Error> {
    let setup = Setup::peek(planner, booked.calendar()).await?;
    if setup.calendar.slot.seats().seats() != 1 {
        return Ok(None);
    }
    let row = planner.keys.link(booked.account(), id);
    let lost = Fault::Inconsistent("an appointment uses a link that is not there");
    let mut link = planner.load(&row).await?.ok_or(lost)?;
    link.rename(seats::topic(&setup.calendar, booked), planner.now);
    if link.misses_create() {
        // One that Zoom refused is tried again.
        queued::settle(planner, &link).await?;
    }
    planner.put(&row, &link)?;
    Ok(Some(id))
}
