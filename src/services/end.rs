//! Confirming, cancelling and deleting.

use async_trait::async_trait;

use super::caller::Caller;
use super::core::{Changed, Command, Core, Plan};
use super::days::Days;
use super::kept::{self, Asked};
use super::planner::Planner;
use super::records::{AppointmentRow, Booked, EventKind, MessageKind};
use super::setup::Setup;
use super::{journal, seats};
use crate::error::{Error, Fault};
use crate::rules::Act;
use crate::words::{AppointmentId, LinkId, Status};

/// The host accepts a pending appointment; now its link is made (R10).
pub(crate) struct Confirm<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
}

#[async_trait]
impl Command for Confirm<'_> {
    type Done = Changed;

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        self.caller.check_staff(planner, "confirm an appointment").await?;
        let mut booked = match kept::load_for(planner, self.caller, self.id, Act::Confirm).await? {
            Asked::ToDo(booked) => booked,
            Asked::Done(booked) => return Ok(Plan::Nothing(Changed::nothing(booked))),
        };
        booked.status = Status::Confirmed;
        let setup = Setup::peek(planner, booked.calendar()).await?;
        let row = planner.keys.slot(&booked.slot);
        let lost = Fault::Inconsistent("a pending appointment holds no slot");
        let mut slot = planner.load(&row).await?.ok_or(lost)?;
        let link = seats::use_link(core, planner, &setup.calendar, &mut slot, &mut booked).await?;
        if let Some(link) = &link {
            planner.put(&planner.keys.link(booked.account(), link.id), link)?;
            planner.put(&row, &slot)?;
        }
        let kind = EventKind::AppointmentConfirmed;
        journal::tell(planner, &mut booked, kind, MessageKind::Confirmed)?;
        kept::put(planner, &booked)?;
        Ok(Plan::Commit(Changed { booked, link: link.map(|link| link.id) }))
    }
}

/// An appointment is called off: its seat is free, its link goes by R13.
pub(crate) struct Cancel<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
}

#[async_trait]
impl Command for Cancel<'_> {
    type Done = Changed;

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        self.caller.check(planner).await?;
        let mut booked = match kept::load_for(planner, self.caller, self.id, Act::Cancel).await? {
            Asked::ToDo(booked) => booked,
            Asked::Done(booked) => return Ok(Plan::Nothing(Changed::nothing(booked))),
        };
        give_up_seat(planner, &booked).await?;
        booked.status = Status::Cancelled;
        let kind = EventKind::AppointmentCancelled;
        journal::tell(planner, &mut booked, kind, MessageKind::Cancelled)?;
        let link = booked.link;
        kept::put(planner, &booked)?;
        Ok(Plan::Commit(Changed { booked, link }))
    }
}

/// An appointment is removed from sight, in whatever state it is.
pub(crate) struct Delete<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
}

#[async_trait]
impl Command for Delete<'_> {
    type Done = Option<LinkId>;

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        self.caller.check_staff(planner, "delete an appointment").await?;
        let AppointmentRow::Kept(mut booked) = kept::load(planner, self.caller, self.id).await?
        else {
            return Ok(Plan::Nothing(None));
        };
        if booked.status.is_live() {
            give_up_seat(planner, &booked).await?;
        }
        let is_upcoming = booked.status.is_live() && planner.now < booked.interval().end();
        let kind = EventKind::AppointmentDeleted;
        if is_upcoming {
            journal::tell(planner, &mut booked, kind, MessageKind::Cancelled)?;
        } else {
            journal::appointment(planner, &mut booked, kind)?;
        }
        let row = planner.keys.appointment(booked.account(), booked.id);
        planner.put(&row, &AppointmentRow::Deleted)?;
        Ok(Plan::Commit(booked.link))
    }
}

async fn give_up_seat(planner: &mut Planner<'_>, booked: &Booked) -> Result<(), Fault> {
    let mut days = Days::default();
    let left = seats::leave(planner, &mut days, booked).await?;
    days.write(planner)?;
    seats::count(planner, booked, false).await?;
    left.write(planner, booked, None)
}
