//! What must be true once all work is done.

use std::collections::{BTreeMap, BTreeSet};

use super::run::Run;
use super::watch::breach;
use crate::rules::link::{Link, ParkReason};
use crate::services::{Inspected, inspect};
use crate::testkit::scenario::invariants::{broken_in_rows, broken_in_world};
use crate::testkit::scenario::view::{View, always, marked};
use crate::testkit::{Breach, SimulatedMeeting, block_on};
use crate::words::{LinkId, Occupant, UserId, ZoomAccountId};
use crate::{Actor, ConnectionState};

/// More requests than all appointments of a simulation need on a day.
const ENOUGH: u32 = 100;

impl Run {
    /// Looks at all rows, at Zoom, and at what callers were told.
    pub(super) fn at_rest(&self) -> Result<(), Breach> {
        let found = self.inspect()?;
        let lie = self.told.lie(&found.appointments, self.now());
        let stuck = self.stuck(&found).or_else(|| self.still_deferred(&found));
        let stuck = stuck.or_else(|| self.mistitled(&found));
        let (exempt, dropped) = self.exempt(&found);
        let away = found.links.iter().map(|link| (link.id, link.clone())).collect();
        let view = View::of_world(self.now(), found, self.world.seats());
        let rows = broken_in_rows(&view).into_iter().next();
        let world = || {
            broken_in_world(&self.at_zoom_too(view, &away, &exempt, &dropped)).into_iter().next()
        };
        lie.or(rows).or(stuck).or_else(world).map_or(Ok(()), Err)
    }

    pub(super) fn inspect(&self) -> Result<Inspected, Breach> {
        let people = self.world.people.iter();
        let occupants: Vec<_> = people.map(|host| Occupant::User(host.user.id.clone())).collect();
        let unreadable = |error: &dyn std::error::Error| {
            breach("I15", "what is written can be read", error.to_string())
        };
        let first = self.processes.first().map(|process| process.scheduler.clone());
        let nobody = || breach("I9", "there is a process", "there is none".to_owned());
        let scheduler = first.ok_or_else(nobody)?;
        let always = always().map_err(|error| unreadable(&error))?;
        let accounts = self.world.account_ids();
        let found = block_on(inspect(scheduler.core(), &accounts, &occupants, always));
        found.map_err(|error| unreadable(&error))
    }

    /// Links that are not looked at, since nobody was told of what people did, or nobody can see it while
    /// the Zoom account is not connected; and among them those that nobody uses any more.
    fn exempt(&self, found: &Inspected) -> (BTreeSet<LinkId>, BTreeSet<LinkId>) {
        let is_out_of_sight =
            |link: &&Link| link.zoom().is_some_and(|zoom| link.waits_to_look_on(zoom));
        let out_of_sight = found.links.iter().filter(is_out_of_sight).map(|link| link.id);
        let exempt: BTreeSet<LinkId> =
            out_of_sight.chain(self.people.untold.iter().copied()).collect();
        let is_dropped = |link: &&Link| link.is_dropped() && exempt.contains(&link.id);
        let dropped = found.links.iter().filter(is_dropped).map(|link| link.id).collect();
        (exempt, dropped)
    }

    /// The same view, with what is at Zoom, and without what is not looked at.
    fn at_zoom_too(
        &self,
        view: View,
        links: &BTreeMap<LinkId, Link>,
        exempt: &BTreeSet<LinkId>,
        dropped: &BTreeSet<LinkId>,
    ) -> View {
        let is_looked_at = |link: Option<LinkId>| link.is_none_or(|link| !exempt.contains(&link));
        let mut meetings = self.ground.zoom.meetings();
        // Nobody can look at a Zoom account that is not connected: what may be there is looked for when it
        // is connected again.
        let is_out_of_reach = |meeting: &SimulatedMeeting| {
            let link = marked(meeting).and_then(|link| links.get(&link));
            let is_surplus = |link: &&Link| link.meeting_id() != Some(meeting.id);
            let surplus_of = link.filter(is_surplus);
            surplus_of.is_some_and(|link| link.waits_to_look_on(&meeting.zoom))
        };
        meetings.retain(|meeting| is_looked_at(marked(meeting)) && !is_out_of_reach(meeting));
        let mut foreign = self.people.meetings.clone();
        foreign.sort_by(|a, b| (&a.zoom, a.start, a.id).cmp(&(&b.zoom, b.start, b.id)));
        let requests = match self.strict.within_guard {
            true => self.ground.zoom.busiest_day(),
            false => Default::default(),
        };
        let mut view =
            View { meetings, foreign, requests, quota_cap: self.strict.quota_cap, ..view };
        view.links.retain(|link| !dropped.contains(&link.id));
        view.appointments.retain(|booked| is_looked_at(booked.link));
        let kept: BTreeSet<_> = view.appointments.iter().map(|booked| booked.id).collect();
        view.told.retain(|id, _| kept.contains(id));
        view
    }

    /// I9: a day has more requests than a simulation needs, unless it has a small cap.
    fn still_deferred(&self, found: &Inspected) -> Option<Breach> {
        let has_enough = self.strict.quota_cap == ENOUGH;
        let is_over = |link: &Link| link.slot.core.end() <= self.now();
        let mut deferred = found.links.iter().filter(|link| link.is_deferred() && !is_over(link));
        let link = deferred.find(|link| has_enough && !link.is_idle())?;
        let seen = format!("link {} of {:?} is deferred", link.id, link.slot.core);
        Some(breach("I9", "all work is done by the next reset", seen))
    }

    /// How a user's connection is, as any process sees it.
    pub(super) fn connection(&self, user: &UserId) -> Option<ConnectionState> {
        let scheduler = &self.processes.first()?.scheduler;
        let seen = block_on(scheduler.zoom_connection(&Actor::System, user));
        seen.ok().map(|connection| connection.state)
    }

    fn is_connected(&self, user: &UserId) -> bool {
        matches!(self.connection(user), Some(ConnectionState::Connected { .. }))
    }

    /// I3, I9: a link that is wanted, and stands still though nothing is in its way.
    fn stuck(&self, found: &Inspected) -> Option<Breach> {
        let now = self.now();
        let wanted =
            found.links.iter().filter(|link| !link.is_dropped() && link.slot.core.start() > now);
        for link in wanted.filter(|link| link.join_url().is_none()) {
            let owner = link.slot.owner.user();
            let is_connected = owner.is_some_and(|owner| self.is_connected(owner));
            let why = match link.parked_for() {
                Some(ParkReason::RefusedByZoom) => "Zoom refuses it",
                Some(ParkReason::NotConnected | ParkReason::NeedsReconnect) if is_connected => {
                    "its owner is connected"
                }
                None if link.outgoing().is_some() => "nobody asks what became of it",
                None if !link.is_deferred() => "nothing holds it",
                _ => continue,
            };
            let seen = format!("link {} of {:?} is not made: {why}", link.id, link.slot.core);
            return Some(breach("I3", "every link that is wanted is made, or says why not", seen));
        }
        self.undeleted(found)
    }

    /// I7, I9: the meeting of a dropped link is deleted, if it can be.
    fn undeleted(&self, found: &Inspected) -> Option<Breach> {
        let meetings = self.ground.zoom.meetings();
        let waited_for: BTreeSet<LinkId> =
            found.links.iter().flat_map(|link| link.replaced().iter().copied()).collect();
        let mut dropped = found.links.iter().filter(|link| {
            let is_ahead = link.slot.core.start() > self.now();
            let is_free = !link.is_deferred() && !waited_for.contains(&link.id);
            link.is_dropped() && is_ahead && is_free && !self.people.untold.contains(&link.id)
        });
        let is_left = |link: &&Link| {
            let owner = link.slot.owner.user();
            let is_connected = |zoom| owner.is_some_and(|owner| self.is_connected_to(owner, zoom));
            let mut theirs = meetings.iter().filter(|meeting| marked(meeting) == Some(link.id));
            theirs.any(|meeting| is_connected(&meeting.zoom))
        };
        let link = dropped.find(is_left)?;
        let seen = format!("link {} is dropped, and its meeting is there", link.id);
        Some(breach("I7", "meetings of dropped links are deleted", seen))
    }

    /// R12: Zoom shows the name that it is to show, unless a person changed it.
    fn mistitled(&self, found: &Inspected) -> Option<Breach> {
        let meetings = self.ground.zoom.meetings();
        let now = self.now();
        let known = found.links.iter().filter(|link| link.slot.core.start() > now);
        let mut kept = known.filter(|link| !self.people.retitled.contains(&link.id));
        kept.find_map(|link| {
            let (wanted, url) = (link.topic()?, link.join_url()?);
            let owner = link.slot.owner.user()?;
            if !self.is_connected_to(owner, link.zoom()?) || link.is_deferred() {
                return None;
            }
            let meeting = meetings.iter().find(|meeting| meeting.join_url == url.as_str())?;
            let seen = format!("link {} is called {:?}, not {wanted}", link.id, meeting.topic);
            let says = "Zoom shows the name that it is to show";
            (meeting.topic != wanted.as_str()).then(|| breach("I3", says, seen))
        })
    }

    /// R6: who is not connected has no tokens at Zoom either.
    pub(super) fn leaked(&self) -> Option<Breach> {
        let is_held = |zoom: &ZoomAccountId| {
            let mut people = self.world.people.iter();
            people.any(|host| self.is_connected_to(&host.user.id, zoom))
        };
        let zooms = self.world.people.iter().map(|host| &host.zoom);
        let mut leaked =
            zooms.filter(|zoom| self.ground.zoom.has_live_grant(zoom) && !is_held(zoom));
        let zoom = leaked.next().filter(|_| self.strict.nothing_kills)?;
        let seen = format!("tokens of {zoom} live on, and nobody has them");
        Some(breach("I10", "tokens that are given up are revoked", seen))
    }

    fn is_connected_to(&self, user: &UserId, zoom: &ZoomAccountId) -> bool {
        let seen = self.connection(user);
        matches!(seen, Some(ConnectionState::Connected { zoom: theirs, .. }) if theirs == *zoom)
    }
}
