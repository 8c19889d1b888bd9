//! Rows of hosts, Zoom accounts and appointments.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::super::probe::{Probe, Probes};
use super::breach;
use crate::ports::Key;
use crate::rules::host_day::HostDay;
use crate::services::{Booked, Observed};
use crate::testkit::Breach;
use crate::testkit::scenario::view::Seats;
use crate::words::{AppointmentId, Status, UserId, ZoomAccountId};

/// What was charged, by Zoom account and UTC day.
pub(super) type Quotas = BTreeMap<(Vec<u8>, i64), u32>;

/// Rows as they stand now.
#[derive(Debug)]
pub(super) struct Rows {
    seats: Seats,
    requests: BTreeMap<Key, AppointmentId>,
    news: BTreeSet<Key>,
    claims: BTreeMap<Key, UserId>,
    connections: BTreeMap<Key, (UserId, ZoomAccountId, bool)>,
    lanes: BTreeMap<Key, Option<Uuid>>,
    statuses: BTreeMap<Key, Status>,
    quotas: Quotas,
    /// How many days the present change set charges.
    charged: u32,
}

impl Rows {
    pub(super) const fn new(seats: Seats) -> Self {
        Self {
            seats,
            requests: BTreeMap::new(),
            news: BTreeSet::new(),
            claims: BTreeMap::new(),
            connections: BTreeMap::new(),
            lanes: BTreeMap::new(),
            statuses: BTreeMap::new(),
            quotas: BTreeMap::new(),
            charged: 0,
        }
    }

    pub(super) const fn quotas(&self) -> &Quotas {
        &self.quotas
    }

    /// A change set is over.
    pub(super) fn charged(&mut self, probes: &mut Probes) {
        if std::mem::take(&mut self.charged) > 1 {
            probes.hit(Probe::ChargedTwice);
        }
    }

    pub(super) fn removed(&mut self, key: &Key) {
        self.claims.remove(key);
        self.connections.remove(key);
        self.requests.remove(key);
    }

    pub(super) fn put(
        &mut self,
        key: &Key,
        observed: Observed,
        probes: &mut Probes,
    ) -> Option<Breach> {
        match observed {
            Observed::Day(day) => self.day(&day, probes),
            Observed::Quota { zoom, day, used } => self.quota((zoom, day), used, probes),
            Observed::Lane { holder, rests } => {
                if rests {
                    probes.hit(Probe::ZoomRested);
                }
                self.lane(key, holder, probes)
            }
            Observed::Claim(user) => self.claim(key, user),
            Observed::Connection { user, zoom, is_live } => {
                self.connection(key, (user, zoom, is_live), probes)
            }
            Observed::Request(appointment) => self.request(key, appointment),
            Observed::Appointment(booked) => self.appointment(key, booked.as_deref(), probes),
            Observed::News => self.news(key),
            Observed::Link(_) | Observed::Other => None,
        }
    }

    /// Two intervals that share an instant share its day: they meet in a row.
    fn day(&self, day: &HostDay, probes: &mut Probes) -> Option<Breach> {
        let held = day.occupancies();
        for (at, first) in held.iter().enumerate() {
            if first.seats_taken() > 1 {
                probes.hit(Probe::SeatShared);
            }
            if self.seats.get(first.calendar()).is_some_and(|seats| first.seats_taken() > *seats) {
                let seen = format!("{} seats are taken at {}", first.seats_taken(), first.core());
                return Some(breach("I1", "no slot is overfull", seen));
            }
            let mut others = held.iter().skip(at.saturating_add(1));
            if let Some(other) = others.find(|other| first.padded().overlaps(other.padded())) {
                let seen = format!("taken at {} and at {}", first.padded(), other.padded());
                return Some(breach("I1", "padded occupancies of a host do not overlap", seen));
            }
        }
        None
    }

    fn quota(&mut self, key: (Vec<u8>, i64), used: u32, probes: &mut Probes) -> Option<Breach> {
        let before = self.quotas.insert(key, used).unwrap_or_default();
        if used > before {
            self.charged = self.charged.saturating_add(1);
        } else if used < before {
            probes.hit(Probe::Refunded);
        }
        None
    }

    fn lane(&mut self, key: &Key, holder: Option<Uuid>, probes: &mut Probes) -> Option<Breach> {
        let before = self.lanes.insert(key.clone(), holder).flatten();
        if before.is_some() && holder.is_some() && before != holder {
            probes.hit(Probe::LaneTakenOver);
        }
        None
    }

    fn claim(&mut self, key: &Key, user: UserId) -> Option<Breach> {
        let before = self.claims.insert(key.clone(), user.clone()).filter(|before| *before != user);
        let seen = |before| format!("a Zoom account of {before} was given to {user}");
        before.map(|before| breach("I13", "a Zoom account belongs to one user", seen(before)))
    }

    fn connection(
        &mut self,
        key: &Key,
        row: (UserId, ZoomAccountId, bool),
        probes: &mut Probes,
    ) -> Option<Breach> {
        let (user, zoom, is_live) = row.clone();
        let before = self.connections.insert(key.clone(), row);
        if before.as_ref().is_some_and(|(.., was_live)| *was_live && !is_live) {
            probes.hit(Probe::TokensDied);
        }
        if before.is_some_and(|(_, before, _)| before != zoom) {
            probes.hit(Probe::ZoomReplaced);
        }
        let mut others = self.connections.values().filter(|(other, ..)| *other != user);
        let (other, ..) = others.find(|(_, theirs, _)| *theirs == zoom)?;
        let seen = format!("{zoom} is connected by {user} and by {other}");
        Some(breach("I13", "a Zoom account belongs to one user", seen))
    }

    fn request(&mut self, key: &Key, appointment: AppointmentId) -> Option<Breach> {
        let first = *self.requests.entry(key.clone()).or_insert(appointment);
        let seen = || format!("one request made {first} and {appointment}");
        (first != appointment).then(|| breach("I5", "a request id books once", seen()))
    }

    fn appointment(
        &mut self,
        key: &Key,
        booked: Option<&Booked>,
        probes: &mut Probes,
    ) -> Option<Breach> {
        let Some(booked) = booked else {
            self.statuses.remove(key);
            return None;
        };
        let before = self.statuses.insert(key.clone(), booked.status);
        let has_lapse = booked.lapses_at.is_some();
        if before == Some(Status::Pending) && booked.status == Status::Cancelled && has_lapse {
            probes.hit(Probe::Lapsed);
        }
        let is_back = before == Some(Status::Cancelled) && booked.status != Status::Cancelled;
        let seen = || format!("{} was cancelled, and is {}", booked.id, booked.status);
        is_back.then(|| breach("I2", "what is cancelled stays so", seen()))
    }

    fn news(&mut self, key: &Key) -> Option<Breach> {
        let is_new = self.news.insert(key.clone());
        let seen = || format!("{key:?} was written twice");
        (!is_new).then(|| breach("I12", "events and messages have ids of their own", seen()))
    }
}
