//! Links that stand still: the staff have them tried again, or give them up.

use async_trait::async_trait;

use super::caller::Caller;
use super::core::{Changed, Command, Core, Plan};
use super::parking::forget_waiting;
use super::planner::Planner;
use super::records::AppointmentRow;
use super::{journal, kept, queued};
use crate::error::{Error, Thing, missing};
use crate::words::AppointmentId;

/// What is to become of the link of an appointment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Decision {
    Retry,
    Abandon,
}

impl Decision {
    const fn act(self) -> &'static str {
        match self {
            Self::Retry => "have a link tried again",
            Self::Abandon => "give up a link",
        }
    }
}

/// Has the link of an appointment tried again, or gives it up.
pub(crate) struct DecideLink<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) id: AppointmentId,
    pub(crate) decision: Decision,
}

#[async_trait]
impl Command for DecideLink<'_> {
    type Done = Changed;
    const NAME: &'static str = "decide_link";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        self.caller.check_staff(planner, self.decision.act()).await?;
        let AppointmentRow::Kept(booked) = kept::load(planner, self.caller, self.id).await? else {
            return Err(missing(Thing::Appointment(self.id)));
        };
        let Some(id) = booked.link else { return Ok(Plan::Nothing(Changed::nothing(*booked))) };
        let row = planner.keys.link(booked.account(), id);
        // That of a cancelled appointment may be gone by age.
        let Some(before) = planner.load(&row).await? else {
            return Ok(Plan::Nothing(Changed::nothing(*booked)));
        };
        let mut link = before.clone();
        match self.decision {
            Decision::Retry => link.retry(planner.now),
            Decision::Abandon => {
                let news = link.abandon(planner.now);
                journal::news(planner, &mut link, news)?;
            }
        }
        // A row of an older version may be in doubt, and not say when to look: written anew it does.
        if link == before && self.decision == Decision::Abandon {
            return Ok(Plan::Nothing(Changed::nothing(*booked)));
        }
        queued::settle(planner, &link).await?;
        if before.waits_for_owner() && !link.waits_for_owner() {
            forget_waiting(planner, &link).await?;
        }
        planner.put(&row, &link)?;
        Ok(Plan::Commit(Changed::new(*booked, Some(id))))
    }
}
