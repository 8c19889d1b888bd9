//! The ports behind the services, and the one loop that changes anything.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::decoded::Value;
use super::keys::{Keys, RowKey};
use super::planner::{Planned, Planner, decode, get};
use super::records::{Booked, Record};
use super::remembered::Remembered;
use super::retention::Retention;
use super::turns::Turns;
use super::webhooks::Webhooks;
use crate::bugs::bug;
use crate::error::{Conflict, Error, Fault, StoreCall};
use crate::ports::{
    BusySource, ChangeSet, Clock, CommitOutcome, Entropy, Key, Operation, Page, Scan, ScanPage,
    Sealer, Store, Versioned, Write, ZoomApi, ZoomAuth,
};
use crate::rules::LinkState;
use crate::rules::retry::Spread;
use crate::trace;
use crate::words::{ChangeSetId, EARLIEST_SECOND, LATEST_SECOND, LinkId};

/// How often a change set is sent while its outcome stays unknown.
const MOST_SENDS: u32 = 4;
/// Rows of one page of a scan that wants them all.
const SCAN_PAGE: u16 = 100;

/// What the services work with.
pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) zoom: Arc<dyn ZoomApi>,
    pub(crate) auth: Arc<dyn ZoomAuth>,
    pub(crate) sealer: Option<Arc<dyn Sealer>>,
    pub(crate) busy: Option<Arc<dyn BusySource>>,
    /// Whether the busy source failed when it was asked last.
    pub(crate) busy_fails: AtomicBool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) keys: Keys,
    pub(crate) settings: Settings,
    pub(crate) remembered: Remembered,
    pub(crate) turns: Turns,
    pub(crate) webhooks: Webhooks,
}

/// What a host can set.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Mutating requests per Zoom account and UTC day (R16).
    pub(crate) quota_cap: u32,
    /// So long around 00:00 UTC a request is charged to both days: clocks differ.
    pub(crate) reset_guard: TimeDelta,
    /// How long one call of Zoom, or of the busy source, may take.
    pub(crate) call_deadline: TimeDelta,
    pub(crate) link_work: LinkWork,
    pub(crate) jitter: Jitter,
    /// How long rows are kept that only age.
    pub(crate) retention: Retention,
}

/// Who makes links.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LinkWork {
    /// The call that wants a link tries once, then leaves it to the worker.
    Inline,
    /// Only the worker, [`Scheduler::run_due`](crate::Scheduler::run_due).
    Worker,
}

/// Whether waits differ by chance, so that what failed together is not tried again together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Jitter {
    /// A wait after a failure is shorter by up to a half, and deferred links are tried up to a minute
    /// after the reset of the quota.
    Random,
    /// Waits are exact: for tests.
    None,
}

/// A change that is planned from what is stored, and planned anew when others were faster.
#[async_trait]
pub(crate) trait Command: Sync {
    type Done: Send;

    /// What the audit calls it.
    const NAME: &'static str;

    /// How often it is planned before it gives up, because others were faster.
    const MOST_TRIES: u32 = 8;

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>)
    -> Result<Plan<Self::Done>, Error>;
}

/// An appointment that a command has left so, and the link that it wants looked at.
pub(crate) struct Changed {
    pub(crate) booked: Booked,
    pub(crate) link: Option<LinkId>,
    /// How its link stood in the change, if that is known.
    pub(crate) state: Option<LinkState>,
}

impl Changed {
    /// The appointment is as it was.
    pub(crate) const fn nothing(booked: Booked) -> Self {
        Self::new(booked, None)
    }

    pub(crate) const fn new(booked: Booked, link: Option<LinkId>) -> Self {
        Self { booked, link, state: None }
    }
}

/// What a command decided.
pub(crate) enum Plan<T> {
    /// Commit what the planner holds, then answer.
    Commit(T),
    /// It is so already.
    Nothing(T),
}

impl Core {
    /// The time now, in whole seconds. A clock that is far out of bounds is held at them: no sum
    /// of an instant and a setting overflows then.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let seconds = self.clock.now().timestamp().clamp(EARLIEST_SECOND, LATEST_SECOND);
        DateTime::from_timestamp(seconds, 0).unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// A new id. It begins with the time (RFC 9562, version 7): new rows lie together in a store's
    /// trees, however many there are.
    pub(crate) fn mint(&self) -> Result<Uuid, Fault> {
        let random = self.random::<10>()?;
        let millis = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        Ok(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// Random bytes that nobody can guess.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let mut random = [0; N];
        self.entropy.fill(&mut random)?;
        Ok(random)
    }

    /// By how much the next wait differs from that of others. Without randomness by nothing: a wait is
    /// never worth an error.
    pub(crate) fn spread(&self) -> Spread {
        match (self.settings.jitter, self.random::<2>()) {
            (Jitter::Random, Ok(random)) => Spread::new(u16::from_le_bytes(random)),
            _ => Spread::NONE,
        }
    }

    pub(crate) fn planner(&self) -> Result<Planner<'_>, Fault> {
        let id = ChangeSetId::from_uuid(self.mint()?);
        let (store, kept) = (self.store.as_ref(), &self.settings.retention);
        Ok(Planner::new(store, &self.keys, &self.remembered, id, self.now(), kept))
    }

    /// Plans and commits until nobody was faster.
    ///
    /// A plan reads rows one after the other: those read before and after somebody's commit may
    /// contradict each other. If they still do the last time, they really do. A commit checks the rows
    /// that were loaded, and a refusal is told only if they still hold: a request that was not done yet
    /// when that was read may be what has taken the slot.
    pub(crate) async fn run<C: Command>(&self, command: &C) -> Result<C::Done, Error> {
        let work = async { self.try_all(command).await.inspect_err(trace::answered) };
        trace::within(trace::command(C::NAME), work).await
    }

    async fn try_all<C: Command>(&self, command: &C) -> Result<C::Done, Error> {
        let mut last = Error::from(Conflict::Contended { tries: C::MOST_TRIES });
        let mut own_turn = None;
        for left in (0..C::MOST_TRIES).rev() {
            self.turns.count_plan();
            let mut planner = self.planner()?;
            match command.plan(self, &mut planner).await {
                // Others were at work while it was planned: plan anew.
                Err(Error::Conflict(_)) => trace::overtaken(None),
                Err(torn @ Error::Fault(Fault::Inconsistent(_))) if left == 0 => last = torn,
                Err(Error::Fault(Fault::Inconsistent(_))) => trace::overtaken(None),
                Err(Error::Refused(_)) if !planner.holds().await? => trace::overtaken(None),
                Err(error) => return Err(error),
                Ok(Plan::Nothing(done)) => {
                    trace::done(C::MOST_TRIES - left);
                    return Ok(done);
                }
                Ok(Plan::Commit(done)) => {
                    let Planned { change, values, turn } = planner.into_change_set(C::NAME)?;
                    let overtaken_at = self.commit(&change).await?;
                    drop(turn);
                    let Some(key) = overtaken_at else {
                        self.remember(&change, values);
                        trace::done(C::MOST_TRIES - left);
                        return Ok(done);
                    };
                    trace::overtaken(Some(&key));
                    if left > 0 && own_turn.is_none() {
                        own_turn = Some(self.turns.take(&key).await);
                    }
                }
            }
        }
        Err(last)
    }

    /// What was written need not be decoded by who reads it next.
    fn remember(&self, change: &ChangeSet, values: Vec<(Key, Value)>) {
        for (key, value) in values {
            let is_it = |operation: &&Operation| operation.key == key;
            let operation = change.operations().iter().find(is_it);
            if let Some(Write::Put(row)) = operation.map(|operation| &operation.write) {
                self.remembered.decoded.written(&key, row, value);
            }
        }
    }

    /// Applies a change set, or answers with a row at which others were faster.
    ///
    /// An unknown outcome is settled by sending the same change set again. If that conflicts, the
    /// receipt tells whether an earlier send was applied; without one it never will be, since
    /// versions only move on.
    async fn commit(&self, change: &ChangeSet) -> Result<Option<Key>, Fault> {
        let receipt = || self.keys.receipt(change.id()).key;
        let mut doubtful = false;
        for _ in 0..MOST_SENDS {
            match self.store.commit(change).await {
                Ok(CommitOutcome::Committed) => return Ok(None),
                Ok(CommitOutcome::Conflict { .. }) if bug!(ConflictTakenForDone) => {
                    return Ok(None);
                }
                Ok(CommitOutcome::Unknown) if bug!(UnknownTakenForDone) => return Ok(None),
                Ok(CommitOutcome::Unknown) if bug!(UnknownTakenForFailed) => {
                    return Ok(Some(receipt()));
                }
                Ok(CommitOutcome::Conflict { keys }) => {
                    if doubtful && self.has_receipt(change).await? {
                        return Ok(None);
                    }
                    // The same one for all who want the same: of a booking the host's day, since keys of
                    // users come last.
                    return Ok(Some(keys.into_iter().max().unwrap_or_else(receipt)));
                }
                Ok(CommitOutcome::Unknown) => {
                    trace::outcome_unknown(change.id());
                    doubtful = true;
                }
                Err(source) if !doubtful => {
                    return Err(Fault::Store { doing: StoreCall::Commit, source });
                }
                Err(source) => {
                    let fault = Fault::Store { doing: StoreCall::Commit, source };
                    trace::failed("to send a change set again", &fault.into());
                }
            }
        }
        Err(Fault::OutcomeUnknown { change: change.id() })
    }

    async fn has_receipt(&self, change: &ChangeSet) -> Result<bool, Fault> {
        let receipt = self.keys.receipt(change.id()).key;
        let unknown = |_| Fault::OutcomeUnknown { change: change.id() };
        let found = get(self.store.as_ref(), vec![receipt]).await.map_err(unknown)?;
        Ok(found.iter().any(|(_, row)| row.is_some()))
    }

    pub(crate) async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, Fault> {
        let doing = StoreCall::Scan;
        self.store.scan(scan, page).await.map_err(|source| Fault::Store { doing, source })
    }

    /// All rows of a scan.
    pub(crate) async fn scan_all<R: Record>(&self, scan: &Scan) -> Result<Vec<R>, Fault> {
        let found = self.scan_keyed(scan).await?;
        Ok(found.into_iter().map(|(_, row)| row).collect())
    }

    /// All rows of a scan and where they stand.
    pub(crate) async fn scan_keyed<R: Record>(&self, scan: &Scan) -> Result<Vec<(Key, R)>, Fault> {
        let decode = |key: Key, found: Versioned| {
            let row = decode(&key, &found.row)?;
            Ok((key, row))
        };
        self.scan_pages(scan, decode).await
    }

    /// All rows of a scan that are read often: the JSON of those that are the same is not read again.
    pub(crate) async fn scan_shared<R: Record>(&self, scan: &Scan) -> Result<Vec<Arc<R>>, Fault> {
        let decoded = &self.remembered.decoded;
        self.scan_pages(scan, |key, found| decoded.value(&RowKey::of(key), &found)).await
    }

    /// What all rows of a scan say, page by page.
    async fn scan_pages<T>(
        &self,
        scan: &Scan,
        say: impl Fn(Key, Versioned) -> Result<T, Fault> + Send,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        let mut page = Page::first(SCAN_PAGE);
        loop {
            let answer = self.scan(scan, &page).await?;
            for (key, row) in answer.rows {
                found.push(say(key, row)?);
            }
            match answer.next {
                Some(cursor) => page = Page::after(cursor, SCAN_PAGE),
                None => return Ok(found),
            }
        }
    }
}
