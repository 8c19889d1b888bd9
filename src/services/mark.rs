//! Saying whether the invitee came.

use async_trait::async_trait;

use super::caller::Caller;
use super::core::{Changed, Command, Core, Plan};
use super::kept::{self, Asked};
use super::planner::Planner;
use super::records::EventKind;
use super::{journal, seats};
use crate::error::Error;
use crate::rules::Act;
use crate::words::{AppointmentId, Mark, Status};

/// Somebody of the account says whether the invitee came. Seat and link stay.
pub(crate) struct MarkAppointment<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
    pub(crate) mark: Mark,
}

#[async_trait]
impl Command for MarkAppointment<'_> {
    type Done = Changed;
    const NAME: &'static str = "mark_appointment";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        self.caller.check_staff(planner, "mark an appointment").await?;
        let act = Act::Mark(self.mark);
        let mut booked = match kept::load_for(planner, self.caller, self.id, act).await? {
            Asked::ToDo(booked) => booked,
            Asked::Done(booked) => return Ok(Plan::Nothing(Changed::nothing(booked))),
        };
        let before = std::mem::replace(&mut booked.status, self.mark.status());
        let (was, is) = (before == Status::NoShow, self.mark == Mark::NoShow);
        if was != is {
            seats::mark_no_show(planner, &booked, is).await?;
        }
        journal::appointment(planner, &mut booked, EventKind::AppointmentMarked)?;
        kept::put(planner, &booked)?;
        Ok(Plan::Commit(Changed::nothing(booked)))
    }
}
