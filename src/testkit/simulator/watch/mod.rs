//! What is looked at after every step: the changes that were applied since, and the requests that
//! reached Zoom.

mod links;
mod requests;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use self::links::Links;
use self::requests::Requests;
use self::rows::Rows;
use super::ground::TaskId;
use super::probe::{Probe, Probes};
use crate::ports::{ChangeSet, HttpRequest, Key, Operation, Row, Write, ZoomCall};
use crate::services::{Observed, account_of, observe};
use crate::testkit::scenario::view::{Seats, marked};
use crate::testkit::{Breach, SimulatedMeeting, SimulatedZoom};
use crate::words::{AccountId, MeetingId, ZoomAccountId};

/// What holds at every moment, and what is known to tell.
#[derive(Debug)]
pub(super) struct Watch {
    /// Accounts on whose behalf tasks read and write; others have none, or many.
    pub(super) accounts: BTreeMap<TaskId, AccountId>,
    /// Meetings that people made.
    pub(super) made_by_hand: BTreeSet<MeetingId>,
    applied: BTreeSet<uuid::Uuid>,
    rows: Rows,
    links: Links,
    requests: Requests,
    strict: Strictness,
    breach: Option<Breach>,
    /// The most operations of a change set, and the longest row.
    pub(super) most: (usize, usize),
}

/// What may be asked of every moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strictness {
    /// Clocks and lateness keep within the guard around midnight.
    pub(super) within_guard: bool,
    /// Leases end when they should.
    pub(super) clocks_agree: bool,
    /// No call has its effect after it is looked for, and nobody makes two of one by hand.
    pub(super) settles: bool,
    /// Nothing costs a user their tokens.
    pub(super) nothing_kills: bool,
    pub(super) quota_cap: u32,
}

impl Watch {
    pub(super) fn new(seats: Seats, strict: Strictness) -> Self {
        Self {
            accounts: BTreeMap::new(),
            made_by_hand: BTreeSet::new(),
            applied: BTreeSet::new(),
            rows: Rows::new(seats),
            links: Links::default(),
            strict,
            requests: Requests::new(strict),
            breach: None,
            most: (0, 0),
        }
    }

    /// What is broken, if anything is.
    pub(super) const fn breach(&self) -> Option<&Breach> {
        self.breach.as_ref()
    }

    /// The first breach is told: those after it may follow from it.
    pub(super) fn breaks(&mut self, breach: Option<Breach>) {
        if self.breach.is_none() {
            self.breach = breach;
        }
    }

    /// A change set was applied.
    pub(super) fn applied(&mut self, change: &ChangeSet, probes: &mut Probes) {
        let twice = !self.applied.insert(change.id().as_uuid());
        let seen = || format!("change set {} was applied twice", change.id());
        self.breaks(twice.then(|| breach("I5", "a change set is applied at most once", seen())));
        let count = change.operations().len();
        self.most.0 = self.most.0.max(count);
        for operation in change.operations() {
            self.wrote(operation, probes);
        }
        self.rows.charged(probes);
        let counted = self.requests.ledger(self.rows.quotas());
        self.breaks(counted);
    }

    fn wrote(&mut self, operation: &Operation, probes: &mut Probes) {
        match &operation.write {
            Write::Put(row) => self.put(&operation.key, row, probes),
            Write::Delete => self.rows.removed(&operation.key),
            Write::Check => {}
        }
    }

    fn put(&mut self, key: &Key, row: &Row, probes: &mut Probes) {
        self.most.1 = self.most.1.max(row.json.len());
        let is_open = has_canary(&row.json);
        let seen = || format!("{key:?} holds a secret in the clear");
        self.breaks(is_open.then(|| breach("I16", "secrets are never stored unsealed", seen())));
        let found = match observe(key, row) {
            Ok(Observed::Link(link)) => self.links.put(*link, probes),
            Ok(observed) => self.rows.put(key, observed, probes),
            Err(fault) => Some(breach("I15", "what is written can be read", fault.to_string())),
        };
        self.breaks(found);
    }

    /// A task reads or writes these rows.
    pub(super) fn touches<'a>(&mut self, task: TaskId, keys: impl Iterator<Item = &'a Key>) {
        let Some(account) = self.accounts.get(&task) else { return };
        let is_foreign =
            |key: &Key| account_of(key).is_some_and(|whose| whose != account.as_str().as_bytes());
        let found = keys.into_iter().find(|key| is_foreign(key)).map(|key| {
            let seen = format!("a call for {account} touched {key:?} of another account");
            breach("I17", "no row of one account is read or written for another", seen)
        });
        self.breaks(found);
    }

    /// A request leaves.
    pub(super) fn leaves(
        &mut self,
        task: TaskId,
        request: &HttpRequest,
        call: ZoomCall,
        now: DateTime<Utc>,
    ) {
        let sent = self.links.sends(request, call);
        let refreshed = self.requests.leaves(task, request, call, now);
        self.breaks(sent.or(refreshed));
    }

    /// Whoever sent it knows what became of it, or is gone.
    pub(super) fn heard(&mut self, task: TaskId) {
        self.requests.heard(task);
    }

    /// A task is gone.
    pub(super) fn ended(&mut self, task: TaskId) {
        self.accounts.remove(&task);
        self.requests.heard(task);
    }

    /// A request arrives at Zoom.
    pub(super) fn arrives(&mut self, request: &HttpRequest) {
        let Some((call, Some(meeting))) = SimulatedZoom::call_of(request) else { return };
        let changes = matches!(call, ZoomCall::UpdateMeeting | ZoomCall::DeleteMeeting);
        let is_theirs = changes && self.made_by_hand.contains(&meeting);
        let seen = || format!("{call:?} of meeting {meeting}, which a person made");
        self.breaks(is_theirs.then(|| breach("I13", "meetings of people are not touched", seen())));
    }

    /// Whether a link is known to be there.
    pub(super) fn knows(&self, join_url: &str) -> bool {
        self.links.knows(join_url)
    }

    /// A meeting was made: these are there now.
    pub(super) fn made(&mut self, meetings: &[SimulatedMeeting]) {
        if !self.strict.settles {
            return;
        }
        let mut seen = BTreeSet::new();
        let is_second = |meeting: &&SimulatedMeeting| {
            marked(meeting).is_some_and(|link| !seen.insert((link, meeting.zoom.clone())))
        };
        let found = meetings.iter().find(is_second).map(|meeting| {
            let seen = format!("meeting {} is the second of its link", meeting.id);
            breach("I7", "a link has one meeting at a time, if calls settle in time", seen)
        });
        self.breaks(found);
    }

    /// So many requests have come by now.
    pub(super) fn counted(&mut self, arrived: BTreeMap<(ZoomAccountId, NaiveDate), u32>) {
        let found = self.requests.counted(arrived, self.rows.quotas());
        self.breaks(found);
    }

    /// An error was told to somebody.
    pub(super) fn told(&mut self, error: &crate::Error, probes: &mut Probes) {
        let text = format!("{error} {error:?}");
        let is_open = has_canary(text.as_bytes());
        let seen = || "an error holds a secret".to_owned();
        self.breaks(is_open.then(|| breach("I16", "no error holds a secret", seen())));
        match error {
            crate::Error::Fault(crate::Fault::OutcomeUnknown { .. }) => {
                probes.hit(Probe::ToldUnknown);
            }
            crate::Error::Fault(crate::Fault::Store { .. }) => probes.hit(Probe::ToldStoreFailed),
            crate::Error::Refused(crate::Refusal::SlotUnavailable { .. }) => {
                probes.hit(Probe::SlotTaken);
            }
            crate::Error::Refused(crate::Refusal::ZoomAccountTaken { .. }) => {
                probes.hit(Probe::ZoomTaken);
            }
            _ => {}
        }
    }
}

/// All secrets of the simulated Zoom have this in them.
fn has_canary(bytes: &[u8]) -> bool {
    const CANARY: &[u8] = b"CANARY";
    bytes.windows(CANARY.len()).any(|window| window == CANARY)
}

pub(super) const fn breach(invariant: &'static str, says: &'static str, seen: String) -> Breach {
    Breach { invariant, says, seen }
}
