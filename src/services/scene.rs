//! What is known around one start: the calendar's rules, and the time of its hosts.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::busy::Busy;
use super::days::Days;
use super::planner::Planner;
use super::queued;
use super::setup::Setup;
use crate::error::{Error, Refusal};
use crate::rules::limits::FullDates;
use crate::rules::{HostTimes, Offer, Place, SlotRules, offer_at};
use crate::words::{Interval, UserId};

/// For which start a seat is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// Somebody wants to come then.
    Start(DateTime<Utc>),
    /// An appointment keeps its time, and only its host changes: what holds for newcomers (grid,
    /// notice, window, the calendar's limits) is not asked again.
    Kept(Interval),
}

impl When {
    pub(crate) fn start(self) -> DateTime<Utc> {
        match self {
            Self::Start(start) => start,
            Self::Kept(core) => core.start(),
        }
    }

    pub(crate) fn rules(self, rules: SlotRules) -> SlotRules {
        match self {
            Self::Start(_) => rules,
            Self::Kept(core) => rules.for_slot(core),
        }
    }

    /// The time around it that matters to a calendar of these rules.
    pub(crate) fn reach(self, rules: &SlotRules) -> Result<Interval, Refusal> {
        let start = self.start();
        let after = start.checked_add_signed(TimeDelta::seconds(1)).unwrap_or(start);
        // An instant that is out of bounds is in no slot.
        rules.reach(start, after).map_err(|_| unavailable(start))
    }
}

/// A start, and what may be booked then.
pub(crate) struct Scene<'a> {
    pub(crate) rules: SlotRules,
    pub(crate) hosts: Vec<HostTimes<'a>>,
    pub(crate) start: DateTime<Utc>,
    pub(crate) now: DateTime<Utc>,
    /// The time that matters around the start.
    pub(crate) reach: Interval,
    keeps_time: bool,
    /// Somebody is missing without whom there are no slots.
    is_void: bool,
    /// What can be booked, as far as is known.
    offer: Option<Offer>,
}

impl<'a> Scene<'a> {
    /// The hosts with what they have given away on the days that are [`wanted`](Days::want): as if
    /// there were neither limits nor other calendars.
    pub(crate) async fn look(
        planner: &mut Planner<'_>,
        setup: &'a Setup,
        days: &'a mut Days,
        when: When,
    ) -> Result<Self, Error> {
        let start = when.start();
        let rules = when.rules(setup.rules());
        let now = match when {
            When::Start(_) => planner.now,
            // As if it were asked for at its start.
            When::Kept(_) => start,
        };
        let reach = when.reach(&rules)?;
        days.read(planner).await?;
        // Both are sorted by host.
        let mut occupied = days.occupied(reach).peekable();
        let hosts = setup.host_times(|host| {
            while occupied.next_if(|(other, _)| *other < host).is_some() {}
            let own = occupied.next_if(|(other, _)| *other == host);
            own.map_or_else(Cow::default, |(_, occupied)| occupied)
        });
        let keeps_time = matches!(when, When::Kept(_));
        let is_void = setup.lacks_required_host();
        let scene = Self { rules, hosts, start, now, reach, keeps_time, is_void, offer: None };
        Ok(scene.decided())
    }

    fn decided(mut self) -> Self {
        let offer = offer_at(&self.rules, &self.hosts, self.start, self.now);
        self.offer = offer.filter(|_| !self.is_void);
        self
    }

    /// What can be booked, as far as is known.
    pub(crate) const fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// With limits.
    #[must_use]
    pub(crate) fn with_full(mut self, mut full: FullDates) -> Self {
        if full.is_none() {
            return self;
        }
        if !self.keeps_time {
            self.rules = self.rules.with_full_dates(std::mem::take(&mut full.calendar));
        }
        self.hosts = self.hosts.into_iter().map(|host| full.tell(host)).collect();
        self.decided()
    }

    /// The hosts of whom it is not known when they are busy.
    pub(crate) fn busy_unknown(&self) -> Vec<UserId> {
        let unknown = self.hosts.iter().filter(|host| host.busy().is_none());
        unknown.filter_map(|host| host.occupant().user().cloned()).collect()
    }

    /// With hosts who take no new slot.
    #[must_use]
    pub(crate) fn with_refused(mut self, refused: &BTreeSet<UserId>) -> Self {
        if refused.is_empty() {
            return self;
        }
        self.hosts = self.hosts.into_iter().map(|host| queued::tell(host, refused)).collect();
        self.decided()
    }

    /// With what the busy source says.
    #[must_use]
    pub(crate) fn with_busy(mut self, mut busy: Busy) -> Self {
        if busy.is_none() {
            return self;
        }
        self.hosts = self.hosts.into_iter().map(|host| busy.tell(host)).collect();
        self.decided()
    }
}

/// The start is not bookable.
pub(crate) const fn unavailable(start: DateTime<Utc>) -> Refusal {
    Refusal::SlotUnavailable { start, busy_unknown: Vec::new() }
}

/// The hosts of an offer.
pub(crate) fn users(offer: &Offer) -> Vec<UserId> {
    offer.hosts().cloned().collect()
}

/// The hosts of an offer who would take a new slot: those of open ones are not asked whether they
/// are busy.
pub(crate) fn newcomers(offer: &Offer) -> Vec<UserId> {
    let places = offer.places().iter().filter(|(_, place)| *place == Place::New);
    places.filter_map(|(occupant, _)| occupant.user().cloned()).collect()
}
