//! The slot query (R20).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::caller::Caller;
use super::core::{Command, Core, Plan};
use super::counting::full_in;
use super::planner::Planner;
use super::setup::Setup;
use super::{busy, queued};
use crate::error::{Error, Fault, InvalidInput, Refusal};
use crate::rules::host_day::{HostDay, days_touched};
use crate::rules::quota::{UsedUp, used_up};
use crate::rules::{InvalidRange, Slots, slots};
use crate::words::{CalendarId, CalendarRef, Interval, Occupancy, Occupant};

pub(crate) struct FindSlots<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) calendar: &'a CalendarId,
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

#[async_trait]
impl Command for FindSlots<'_> {
    type Done = Slots;
    const NAME: &'static str = "find_slots";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let invalid = |error| Refusal::from(InvalidInput::from(error));
        self.caller.check(planner).await?;
        let calendar = CalendarRef::new(self.caller.account().clone(), self.calendar.clone());
        let setup = Setup::peek(planner, &calendar).await?;
        let rules = setup.rules();
        let starts =
            Interval::new(self.from, self.to).map_err(InvalidRange::from).map_err(invalid)?;
        let reach = rules.reach(self.from, self.to).map_err(invalid)?;
        let mut full = full_in(core, planner, &setup.calendar, starts).await?;
        let mut occupied = BTreeMap::new();
        for occupant in &setup.occupants {
            let found = occupancies(core, occupant, reach).await?;
            occupied.insert(occupant, found);
        }
        let hosts =
            setup.host_times(|occupant| occupied.remove(occupant).unwrap_or_default().into());
        let users = hosts.iter().filter_map(|host| host.occupant().user().cloned());
        let mut busy = busy::ask(core, users.collect(), reach).await;
        let rules = rules.with_full_dates(std::mem::take(&mut full.calendar));
        let refused = match used_up(&setup.calendar) {
            UsedUp::TakesNone => queued::all_used_up(core, planner, &setup).await?,
            UsedUp::Nothing | UsedUp::PassedOver => BTreeSet::new(),
        };
        let tell = |host| queued::tell(busy.tell(full.tell(host)), &refused);
        let hosts: Vec<_> = hosts.into_iter().map(tell).collect();
        let hosts = if setup.lacks_required_host() { Vec::new() } else { hosts };
        let found = slots(&rules, &hosts, self.from, self.to, planner.now).map_err(invalid)?;
        Ok(Plan::Nothing(found))
    }
}

/// What a host has given away around a range, each slot once. A stale read is caught by the
/// commit of the booking.
pub(crate) async fn occupancies(
    core: &Core,
    occupant: &Occupant,
    reach: Interval,
) -> Result<Vec<Occupancy>, Fault> {
    let days = days_touched(reach);
    let scan = core.keys.host_days(occupant, *days.start(), *days.end());
    let days: Vec<Arc<HostDay>> = core.scan_shared(&scan).await?;
    let found: BTreeSet<&Occupancy> = days.iter().flat_map(|day| day.occupancies()).collect();
    Ok(found.into_iter().cloned().collect())
}
