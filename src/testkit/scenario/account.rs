//! Which account a step is for, if it does not say so.

use std::collections::BTreeMap;

use super::problem::InvalidScenario;
use super::steps::{Act, Step};
use super::world::World;
use crate::words::{AccountId, CalendarId};

/// Finds the account of each step: its own, or that of the calendar or appointment it names.
pub(super) struct Accounts<'a> {
    world: &'a World,
    /// The accounts of the appointments that earlier steps make.
    made: BTreeMap<String, AccountId>,
}

impl<'a> Accounts<'a> {
    pub(super) const fn new(world: &'a World) -> Self {
        Self { world, made: BTreeMap::new() }
    }

    /// Writes the account into the step.
    pub(super) fn settle(&mut self, step: &mut Step) -> Result<(), InvalidScenario> {
        let default = match &step.act {
            Act::Slots(given) => self.of_calendar(&given.calendar),
            Act::Book(given) => self.of_calendar(&given.calendar),
            Act::SetCalendarLocation(given) => self.of_calendar(&given.calendar),
            Act::Confirm(given)
            | Act::Cancel(given)
            | Act::Delete(given)
            | Act::Appointment(given) => self.of_appointment(&given.appointment),
            Act::Edit(given) => self.of_appointment(&given.appointment),
            Act::Reschedule(given) => self.of_appointment(&given.appointment),
            Act::ConnectZoom(_) => return refuse("account", step.account.is_some()),
            Act::DeleteUser(_)
            | Act::RestoreUser(_)
            | Act::ZoomFault(_)
            | Act::ZoomState(_)
            | Act::Advance(_)
            | Act::Settle(_) => {
                refuse("account", step.account.is_some())?;
                return refuse("actor", step.actor.is_some());
            }
        };
        let Some(account) = step.account.clone().or(default) else {
            let why = "it cannot be told which account the step is for";
            return Err(InvalidScenario::illegal("account", why));
        };
        if let (Some(name), Act::Book(_)) = (&step.makes, &step.act) {
            self.made.insert(name.clone(), account.clone());
        }
        step.account = Some(account);
        Ok(())
    }

    fn of_calendar(&self, calendar: &CalendarId) -> Option<AccountId> {
        let calendars = self.world.calendars.iter();
        let mut known = calendars.filter(|known| known.id == *calendar);
        match (known.next(), known.next()) {
            (Some(one), None) => Some(one.account.clone()),
            (Some(_), Some(_)) => None,
            (None, _) => self.only(),
        }
    }

    fn of_appointment(&self, name: &str) -> Option<AccountId> {
        self.made.get(name).cloned().or_else(|| self.only())
    }

    /// What is nowhere can only be looked for in the world's one account.
    fn only(&self) -> Option<AccountId> {
        match self.world.accounts.as_slice() {
            [account] => Some(account.id.clone()),
            _ => None,
        }
    }
}

fn refuse(field: &str, given: bool) -> Result<(), InvalidScenario> {
    let why = "such a step is the host application's own, and for no account";
    match given {
        true => Err(InvalidScenario::illegal(field, why)),
        false => Ok(()),
    }
}
