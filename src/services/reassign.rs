//! Giving an appointment to another host, at the same time (R14, R29).

use async_trait::async_trait;

use super::caller::Caller;
use super::core::{Changed, Command, Core, Plan};
use super::kept::{self, Asked};
use super::planner::Planner;
use super::reschedule::hand_over;
use crate::error::Error;
use crate::rules::Act;
use crate::words::{AppointmentId, UserId};

/// An appointment goes to another host of its calendar.
pub(crate) struct Reassign<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
    pub(crate) host: &'a UserId,
}

#[async_trait]
impl Command for Reassign<'_> {
    type Done = Changed;
    const NAME: &'static str = "reassign";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        self.caller.check_staff(planner, "reassign an appointment").await?;
        let booked = match kept::load_for(planner, self.caller, self.id, Act::Reassign).await? {
            Asked::ToDo(booked) => booked,
            Asked::Done(booked) => return Ok(Plan::Nothing(Changed::nothing(booked))),
        };
        if booked.hosts().any(|present| present == self.host) {
            return Ok(Plan::Nothing(Changed::nothing(booked)));
        }
        hand_over(core, planner, booked, self.host).await.map(Plan::Commit)
    }
}
