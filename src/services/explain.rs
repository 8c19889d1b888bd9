//! Why a slot can or cannot be booked, host by host.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::caller::Caller;
use super::core::{Command, Core, Plan};
use super::counting;
use super::days::Days;
use super::planner::Planner;
use super::scene::{Scene, When};
use super::setup::Setup;
use super::standings::{lacking_zoom, standings};
use super::{busy, queued};
use crate::error::{Error, InvalidInput, Refusal};
use crate::rules::quota::{UsedUp, used_up};
use crate::rules::{Reason, Standing, reasons_at};
use crate::words::{CalendarId, CalendarRef, Occupant, UserId, check_instant};

/// What can be said of one start of a calendar.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// Whether the slot query offers it (R20).
    pub bookable: bool,
    /// The hosts of the calendar, by id; of an unassigned calendar the calendar itself.
    pub hosts: Vec<HostExplanation>,
}

/// What can be said of one host.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct HostExplanation {
    /// Whom it is about.
    pub host: Occupant,
    /// All reasons why they cannot take the slot; none if they can.
    /// [`Reason::ZoomNotReady`] alone does not keep them from it: they are asked last; unless their
    /// requests of the day are used up, and the calendar refuses new slots then (R16).
    pub reasons: BTreeSet<Reason>,
    /// The numbers by which a host of a round robin calendar is chosen.
    pub standing: Option<Standing>,
}

pub(crate) struct Explain<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) calendar: &'a CalendarId,
    pub(crate) start: DateTime<Utc>,
}

#[async_trait]
impl Command for Explain<'_> {
    type Done = Explanation;
    const NAME: &'static str = "explain";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        self.caller.check_staff(planner, "see why a slot is missing").await?;
        // The second after it is an instant, too.
        let after = self.start.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(self.start);
        for at in [self.start, after] {
            check_instant(at).map_err(|error| Refusal::from(InvalidInput::from(error)))?;
        }
        let calendar = CalendarRef::new(self.caller.account().clone(), self.calendar.clone());
        let setup = Setup::peek(planner, &calendar).await?;
        let mut days = Days::default();
        let mut scene = self.scene(core, planner, &setup, &mut days).await?;
        let out = queued::all_used_up(core, planner, &setup).await?;
        let standings = standings(planner, &setup, None, &out).await?;
        let mut not_ready = lacking_zoom(planner, &setup).await?;
        match used_up(&setup.calendar) {
            UsedUp::TakesNone => scene = scene.with_refused(&out),
            UsedUp::Nothing | UsedUp::PassedOver => not_ready.extend(out),
        }
        let explain = |occupant: &Occupant| {
            let user = occupant.user();
            let mut reasons = reasons(&scene, occupant);
            if user.is_some_and(|user| not_ready.contains(user)) {
                reasons.insert(Reason::ZoomNotReady);
            }
            let standing = user.and_then(|user| standings.of(user)).cloned();
            HostExplanation { host: occupant.clone(), reasons, standing }
        };
        let hosts = setup.occupants.iter().map(explain).collect();
        Ok(Plan::Nothing(Explanation { bookable: scene.offer().is_some(), hosts }))
    }
}

/// Somebody who left the account, or was deleted, is never open.
fn reasons(scene: &Scene<'_>, occupant: &Occupant) -> BTreeSet<Reason> {
    match scene.hosts.iter().find(|host| host.occupant() == occupant) {
        Some(host) => reasons_at(&scene.rules, host, scene.start, scene.now),
        None => BTreeSet::from([Reason::NotOpen]),
    }
}

impl Explain<'_> {
    /// All that is known of all hosts.
    async fn scene<'s>(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        setup: &'s Setup,
        days: &'s mut Days,
    ) -> Result<Scene<'s>, Error> {
        let when = When::Start(self.start);
        days.want(planner.keys, &setup.occupants, when.reach(&setup.rules())?);
        let scene = Scene::look(planner, setup, days, when).await?;
        let users = scene.hosts.iter().filter_map(|host| host.occupant().user().cloned());
        let users: Vec<UserId> = users.collect();
        let at = (scene.start, None);
        let full = counting::full_at(core, planner, &setup.calendar, &users, at).await?;
        let busy = busy::ask(core, users, scene.reach).await;
        Ok(scene.with_full(full).with_busy(busy))
    }
}
