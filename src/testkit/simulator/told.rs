//! What callers were told, and whether it is so (I2).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::deed::{Answer, Deed};
use super::watch::breach;
use crate::services::Booked;
use crate::testkit::Breach;
use crate::words::{AppointmentId, Status, Title, UserId};
use crate::{Appointment, Error, Fault};

/// A caller, and the appointment that they booked.
pub(super) type Guest = u32;

/// Everything that was asked for appointments.
#[derive(Default)]
pub(super) struct Told(Vec<Asked>);

/// Something that was asked for.
struct Asked {
    guest: Guest,
    what: What,
    began: u64,
    /// `None`: it may have its effect at any time.
    ended: Option<u64>,
    outcome: Outcome,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum What {
    Book(DateTime<Utc>),
    Confirm,
    Cancel,
    Delete,
    Move(DateTime<Utc>),
    Give(UserId),
    Name(Title),
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Outcome {
    /// It is so, and stood so.
    Yes(Option<Box<Stood>>),
    No,
    /// Nobody was told, or that nobody knows.
    Unknown,
}

/// How an appointment stood.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Stood {
    id: AppointmentId,
    place: Place,
    title: Title,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Place {
    start: DateTime<Utc>,
    hosts: BTreeSet<UserId>,
}

impl Stood {
    fn told(seen: &Appointment) -> Self {
        let hosts = seen.hosts.iter().cloned().collect();
        let place = Place { start: seen.interval.start(), hosts };
        Self { id: seen.id, place, title: seen.title.clone() }
    }

    fn is(booked: &Booked) -> Self {
        let hosts = booked.hosts().cloned().collect();
        let place = Place { start: booked.interval().start(), hosts };
        Self { id: booked.id, place, title: booked.title.clone() }
    }
}

fn what(deed: &Deed) -> Option<What> {
    Some(match deed {
        Deed::Book(_, start, _) => What::Book(*start),
        Deed::Confirm(..) => What::Confirm,
        Deed::Cancel(..) => What::Cancel,
        Deed::Delete(..) => What::Delete,
        Deed::Reschedule(.., to) => What::Move(*to),
        Deed::Reassign(.., host) => What::Give(host.clone()),
        Deed::Edit(.., title) => What::Name(title.clone()),
        _ => return None,
    })
}

impl Told {
    /// Somebody asks for something. Until they are told, nobody knows.
    pub(super) fn asks(&mut self, guest: Guest, deed: &Deed, step: u64) -> Option<usize> {
        let what = what(deed)?;
        let outcome = Outcome::Unknown;
        self.0.push(Asked { guest, what, began: step, ended: None, outcome });
        self.0.len().checked_sub(1)
    }

    /// They are told.
    pub(super) fn hears(&mut self, asked: usize, answer: &Result<Answer, Error>, step: u64) {
        let Some(asked) = self.0.get_mut(asked) else { return };
        asked.outcome = match answer {
            Ok(Answer::Appointment(seen)) => Outcome::Yes(Some(Box::new(Stood::told(seen)))),
            Ok(_) => Outcome::Yes(None),
            Err(Error::Fault(Fault::OutcomeUnknown { .. })) => Outcome::Unknown,
            Err(_) => Outcome::No,
        };
        if asked.outcome != Outcome::Unknown {
            asked.ended = Some(step);
        }
    }

    /// Whether somebody was told something that is not so.
    pub(super) fn lie(&self, appointments: &[Booked], now: DateTime<Utc>) -> Option<Breach> {
        let guests: BTreeSet<Guest> = self.0.iter().map(|asked| asked.guest).collect();
        let strangers = appointments
            .iter()
            .find(|booked| guest_of(booked).is_none_or(|guest| !guests.contains(&guest)));
        let lie = guests.into_iter().find_map(|guest| {
            let of = |booked: &&Booked| guest_of(booked) == Some(guest);
            let theirs: Vec<&Booked> = appointments.iter().filter(of).collect();
            let seen = self.of(guest).lie(&theirs, now)?;
            Some(format!("guest {guest}: {seen}"))
        });
        let stranger = || strangers.map(|booked| format!("nobody has booked {}", booked.id));
        let seen = lie.or_else(stranger)?;
        Some(breach("I2", "callers were told the truth", seen))
    }

    fn of(&self, guest: Guest) -> Theirs<'_> {
        Theirs(self.0.iter().filter(|asked| asked.guest == guest).collect())
    }
}

/// The name by which an invitee is known again.
pub(super) fn name_of(guest: Guest) -> String {
    format!("Guest {guest}")
}

pub(super) fn guest_of(booked: &Booked) -> Option<Guest> {
    let name = booked.participants.first()?.known()?.name.as_str();
    name.strip_prefix("Guest ")?.parse().ok()
}

/// All that was asked for one appointment.
struct Theirs<'a>(Vec<&'a Asked>);

impl Theirs<'_> {
    fn any(&self, test: impl Fn(&What) -> bool, outcome: impl Fn(&Outcome) -> bool) -> bool {
        self.0.iter().any(|asked| test(&asked.what) && outcome(&asked.outcome))
    }

    fn was_done(&self, test: impl Fn(&What) -> bool) -> bool {
        self.any(test, |outcome| matches!(outcome, Outcome::Yes(_)))
    }

    fn may_be_done(&self, test: impl Fn(&What) -> bool) -> bool {
        self.any(test, |outcome| *outcome != Outcome::No)
    }

    fn lie(&self, booked: &[&Booked], now: DateTime<Utc>) -> Option<String> {
        let is_booking = |what: &What| matches!(what, What::Book(_));
        let is_delete = |what: &What| *what == What::Delete;
        match booked {
            [] if self.was_done(is_booking) && !self.may_be_done(is_delete) => {
                Some("was told of an appointment that is not there".to_owned())
            }
            [] => None,
            [_] if !self.may_be_done(is_booking) => {
                Some("has an appointment that was refused".to_owned())
            }
            [_] if self.was_done(is_delete) => Some("deleted it, and it is there".to_owned()),
            [one] => self
                .of_status(one, now)
                .or_else(|| self.of_place(one))
                .or_else(|| self.of_title(one)),
            _ => Some(format!("has {} appointments for one request", booked.len())),
        }
    }

    fn of_status(&self, booked: &Booked, now: DateTime<Utc>) -> Option<String> {
        let is_cancel = |what: &What| *what == What::Cancel;
        let is_confirm = |what: &What| *what == What::Confirm;
        let waits = booked.lapses_at.is_some();
        let has_lapsed = booked.lapses_at.is_some_and(|at| at <= now);
        let status = booked.status;
        let is_so = match status {
            Status::Cancelled => self.may_be_done(is_cancel) || has_lapsed,
            Status::Pending => !self.was_done(is_confirm) && !self.was_done(is_cancel),
            _ => (!waits || self.may_be_done(is_confirm)) && !self.was_done(is_cancel),
        };
        (!is_so).then(|| format!("{} is {status}, which nobody was told", booked.id))
    }

    /// What was told last, by somebody whom nobody followed, is so.
    fn of_place(&self, booked: &Booked) -> Option<String> {
        let is = Stood::is(booked).place;
        let may_be = self.0.iter().any(|asked| match (&asked.outcome, &asked.what) {
            (Outcome::Yes(Some(stood)), _) => stood.place == is && !self.is_followed(asked),
            (Outcome::Unknown, What::Book(to) | What::Move(to)) => *to == is.start,
            (Outcome::Unknown, What::Give(host)) => is.hosts.contains(host),
            _ => false,
        });
        (!may_be).then(|| format!("{} is at {is:?}, which nobody was told", booked.id))
    }

    fn of_title(&self, booked: &Booked) -> Option<String> {
        let is = &booked.title;
        let may_be = self.0.iter().any(|asked| match (&asked.outcome, &asked.what) {
            (Outcome::Yes(Some(stood)), _) => stood.title == *is && !self.is_followed(asked),
            (Outcome::Unknown, What::Name(title)) => title == is,
            (Outcome::Unknown, What::Book(_)) => true,
            _ => false,
        });
        (!may_be).then(|| format!("{} is called {is:?}, which nobody was told", booked.id))
    }

    /// Whether somebody was told of it who asked after this one was told.
    fn is_followed(&self, asked: &Asked) -> bool {
        let Some(ended) = asked.ended else { return false };
        let tells =
            |other: &&&Asked| other.began > ended && matches!(other.outcome, Outcome::Yes(Some(_)));
        self.0.iter().any(|other| tells(&other))
    }
}
