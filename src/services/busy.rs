//! What the busy source says of hosts (R21).

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::core::Core;
use crate::ports::{BusyQuestion, BusyTime, BusyTimes};
use crate::rules::HostTimes;
use crate::trace;
use crate::words::{Interval, UserId};

/// When those who were asked about are busy elsewhere; `None`: it is not known. Echoes of our own
/// appointments are left out: our own rows say whether the host still has them.
#[derive(Default)]
pub(crate) struct Busy(BTreeMap<UserId, Option<Vec<Interval>>>);

/// Asks for all users at once. A source that fails, or does not answer for each of them, leaves all
/// of them unknown.
pub(crate) async fn ask(core: &Core, users: Vec<UserId>, within: Interval) -> Busy {
    let Some(source) = core.busy.as_ref().filter(|_| !users.is_empty()) else {
        return Busy::default();
    };
    let deadline = core.now() + core.settings.call_deadline;
    let question = BusyQuestion { users, within, deadline };
    let asked = question.users.len();
    let answer = source.busy_times(&question).await;
    let failed_before = core.busy_fails.swap(answer.is_err(), Ordering::Relaxed);
    let unknown = || vec![BusyTimes::Unknown; asked];
    let answer = match answer {
        Ok(answer) if answer.len() == asked => answer,
        Ok(answer) => {
            trace::busy_source_mixed_up(asked, answer.len());
            unknown()
        }
        Err(error) => {
            trace::busy_source_failed(&error, asked, !failed_before);
            unknown()
        }
    };
    Busy(question.users.into_iter().zip(answer.into_iter().map(known)).collect())
}

fn known(times: BusyTimes) -> Option<Vec<Interval>> {
    match times {
        BusyTimes::Unknown => None,
        BusyTimes::Known(times) => {
            let foreign = times.iter().filter(|time| time.echo_of().is_none());
            Some(foreign.map(BusyTime::interval).collect())
        }
    }
}

impl Busy {
    /// Whether nobody was asked about.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells what is known of a host. Who was not asked about is not busy.
    pub(crate) fn tell<'a>(&mut self, host: HostTimes<'a>) -> HostTimes<'a> {
        match host.occupant().user().and_then(|user| self.0.remove(user)) {
            None => host,
            Some(None) => host.with_busy_unknown(),
            Some(Some(busy)) => host.with_busy(busy),
        }
    }
}
