//! Which account a step is for, if it does not say so.

use std::collections::{BTreeMap, BTreeSet};

use super::problem::InvalidScenario;
use super::steps::{Act, Step};
use super::world::{Person, World};
use crate::words::{AccountId, Calendar, CalendarId, CalendarRef, UserId};

/// Finds the account of each step: its own, or that of the calendar or appointment it names.
pub(super) struct Accounts {
    /// The accounts of the world.
    accounts: Vec<AccountId>,
    /// The calendars of the world, and those that earlier steps put.
    calendars: BTreeSet<CalendarRef>,
    /// The accounts of users who belong to one only.
    users: BTreeMap<UserId, AccountId>,
    /// The accounts of the appointments that earlier steps make.
    made: BTreeMap<String, AccountId>,
}

impl Accounts {
    pub(super) fn new(world: &World) -> Self {
        Self {
            accounts: world.accounts.iter().map(|account| account.id.clone()).collect(),
            calendars: world.calendars.iter().map(Calendar::as_ref).collect(),
            users: world.people.iter().filter_map(of_one_account).collect(),
            made: BTreeMap::new(),
        }
    }

    /// Writes the account into the step.
    pub(super) fn settle(&mut self, step: &mut Step) -> Result<(), InvalidScenario> {
        // Some steps are the host application's own, or a user's, and for no account.
        let default = match &step.act {
            Act::Slots(given) => self.of_calendar(&given.calendar),
            Act::Explain(given) => self.of_calendar(&given.calendar),
            Act::Book(given) => self.of_calendar(&given.calendar),
            Act::SetCalendarLocation(given) => self.of_calendar(&given.calendar),
            Act::PutCalendar(given) => Some(given.account.clone()),
            Act::Appointments(given) => match &given.calendar {
                Some(calendar) => self.of_calendar(calendar),
                None => self.only(),
            },
            Act::Mark(given) => self.of_appointment(&given.appointment),
            Act::Confirm(given)
            | Act::Cancel(given)
            | Act::Delete(given)
            | Act::Appointment(given) => self.of_appointment(&given.appointment),
            Act::Edit(given) => self.of_appointment(&given.appointment),
            Act::Reschedule(given) => self.of_appointment(&given.appointment),
            Act::Reassign(given) => self.of_appointment(&given.appointment),
            Act::SetDefaultLocation(given) => self.of_user(&given.user),
            Act::ConnectZoom(_)
            | Act::DisconnectZoom(_)
            | Act::ReleaseZoom(_)
            | Act::TransferZoom(_)
            | Act::Connection(_) => return Ok(()),
            Act::RestoreUser(given) => {
                let account = self.users.get(&given.user).cloned();
                self.users.extend(account.map(|account| (given.new_id.clone(), account)));
                return Ok(());
            }
            Act::DeleteUser(_)
            | Act::Busy(_)
            | Act::ZoomFault(_)
            | Act::ZoomEvent(_)
            | Act::ZoomState(_)
            | Act::Advance(_)
            | Act::Settle(_) => return Ok(()),
        };
        let Some(account) = step.account.clone().or(default) else {
            let why = "it cannot be told which account the step is for";
            return Err(InvalidScenario::illegal("account", why));
        };
        if let (Some(name), Act::Book(_)) = (&step.makes, &step.act) {
            self.made.insert(name.clone(), account.clone());
        }
        if let Act::PutCalendar(given) = &step.act {
            self.calendars.insert(given.as_ref().as_ref());
        }
        step.account = Some(account);
        Ok(())
    }

    fn of_calendar(&self, calendar: &CalendarId) -> Option<AccountId> {
        let mut known = self.calendars.iter().filter(|known| known.calendar() == calendar);
        match (known.next(), known.next()) {
            (Some(one), None) => Some(one.account().clone()),
            (Some(_), Some(_)) => None,
            (None, _) => self.only(),
        }
    }

    fn of_user(&self, user: &UserId) -> Option<AccountId> {
        self.users.get(user).cloned().or_else(|| self.only())
    }

    fn of_appointment(&self, name: &str) -> Option<AccountId> {
        self.made.get(name).cloned().or_else(|| self.only())
    }

    /// What is nowhere can only be looked for in the world's one account.
    fn only(&self) -> Option<AccountId> {
        match self.accounts.as_slice() {
            [account] => Some(account.clone()),
            _ => None,
        }
    }
}

fn of_one_account(person: &Person) -> Option<(UserId, AccountId)> {
    match person.accounts.as_slice() {
        [account] => Some((person.user.id.clone(), account.clone())),
        _ => None,
    }
}
