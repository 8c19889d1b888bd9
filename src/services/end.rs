//! Confirming, cancelling and deleting.

use async_trait::async_trait;

use super::caller::Caller;
use super::core::{Changed, Command, Core, Plan};
use super::days::Days;
use super::kept::{self, Asked};
use super::messages::MessageKind;
use super::planner::Planner;
use super::records::{AppointmentRow, Booked, EventKind};
use super::setup::Setup;
use super::{journal, listed, seats};
use crate::bugs::bug;
use crate::error::{Error, Fault};
use crate::rules::Act;
use crate::words::{AccountId, AppointmentId, LinkId, Status};

/// The host accepts a pending appointment; now its link is made (R10).
pub(crate) struct Confirm<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
}

#[async_trait]
impl Command for Confirm<'_> {
    type Done = Changed;
    const NAME: &'static str = "confirm";

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
        booked.lapses_at = None;
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
        Ok(Plan::Commit(Changed::new(booked, link.map(|link| link.id))))
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
    const NAME: &'static str = "cancel";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        self.caller.check(planner).await?;
        let mut booked = match kept::load_for(planner, self.caller, self.id, Act::Cancel).await? {
            Asked::ToDo(booked) => booked,
            Asked::Done(booked) => return Ok(Plan::Nothing(Changed::nothing(booked))),
        };
        call_off(planner, &mut booked).await?;
        let link = booked.link;
        Ok(Plan::Commit(Changed::new(booked, link)))
    }
}

/// Nobody has confirmed an appointment in time: it is cancelled, even if its time is over (R29).
///
/// Whoever confirms it first, if late, has confirmed it: the row is what both write.
pub(crate) struct LapseAppointment<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) id: AppointmentId,
}

#[async_trait]
impl Command for LapseAppointment<'_> {
    type Done = ();
    const NAME: &'static str = "lapse_appointment";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.appointment(self.account, self.id);
        let Some(AppointmentRow::Kept(mut booked)) = planner.load(&row).await? else {
            return Ok(Plan::Nothing(()));
        };
        if booked.lapse().is_none_or(|at| at > planner.now) {
            return Ok(Plan::Nothing(()));
        }
        call_off(planner, &mut booked).await?;
        Ok(Plan::Commit(()))
    }
}

/// Frees the seat of an appointment, and tells its people.
async fn call_off(planner: &mut Planner<'_>, booked: &mut Booked) -> Result<(), Fault> {
    give_up_seat(planner, booked).await?;
    booked.status = Status::Cancelled;
    let kind = EventKind::AppointmentCancelled;
    journal::tell(planner, booked, kind, MessageKind::Cancelled)?;
    kept::put(planner, booked)
}

/// An appointment is removed from sight, in whatever state it is.
pub(crate) struct Delete<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
}

#[async_trait]
impl Command for Delete<'_> {
    type Done = Option<LinkId>;
    const NAME: &'static str = "delete";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        self.caller.check_staff(planner, "delete an appointment").await?;
        let AppointmentRow::Kept(mut booked) = kept::load(planner, self.caller, self.id).await?
        else {
            return Ok(Plan::Nothing(None));
        };
        if booked.status.is_live() {
            give_up_seat(planner, &booked).await?;
        }
        // One that somebody marked took place, or did not, for all to see.
        let is_ahead = matches!(booked.status, Status::Pending | Status::Confirmed)
            && planner.now < booked.interval().end();
        let kind = EventKind::AppointmentDeleted;
        if is_ahead {
            journal::tell(planner, &mut booked, kind, MessageKind::Cancelled)?;
        } else {
            journal::appointment(planner, &mut booked, kind)?;
        }
        let row = planner.keys.appointment(booked.account(), booked.id);
        let until = planner.now + planner.retention.deleted;
        planner.put_until(&row, &AppointmentRow::Deleted, until)?;
        listed::leave(planner, &booked).await?;
        Ok(Plan::Commit(booked.link))
    }
}

async fn give_up_seat(planner: &mut Planner<'_>, booked: &Booked) -> Result<(), Fault> {
    let mut days = Days::default();
    let left = seats::leave(planner, &mut days, booked).await?;
    if !bug!(SeatKept) {
        days.write(planner)?;
    }
    seats::take_turn_back(planner, booked).await?;
    left.write(planner, booked, None).await
}
