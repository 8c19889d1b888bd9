//! Background work: whatever is due, by whatever instance calls.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::aged::{MOST_AT_ONCE, RemoveAged, is_aged};
use super::core::Core;
use super::count_up;
use super::counting::CountingRow;
use super::end::LapseAppointment;
use super::keys::{APPOINTMENT, CONNECTION, COUNTING, LINK, REVOCATION, is_kind};
use super::planner::decode;
use super::prepare::By;
use super::quota::next_reset;
use super::records::{AppointmentRow, ConnectionRow, RevocationRow};
use super::shapes::is_known;
use super::zoom_work::{push_back, work_on};
use super::{refresh, revoke};
use crate::error::{Error, Fault};
use crate::ports::{Key, Page, Row, Scan, ScanPage, Versioned};
use crate::rules::link::Link;
use crate::trace;
use crate::words::{AccountId, AppointmentId, CalendarRef, LATEST, UserId, ZoomAccountId};

/// Rows that are put in order at once.
const BATCH: u16 = 500;
/// Pages that one run reads at most: half a million rows. What is urgent is due later than what has
/// long aged, and lies behind it.
const MOST_PAGES: u32 = 1000;
/// Rows that one run removes at most. Then it is over, so that the next one looks for urgent work.
const MOST_REMOVED: usize = 200 * MOST_AT_ONCE;
/// Pages that are read to say when to call next.
const PAGES_AHEAD: u32 = 8;
/// How often one run looks at the same row: a link may need several steps.
const MOST_LOOKS: u32 = 8;
/// When to call again for work that failed and could not be pushed back.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(1);

/// What a run of background work did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RunReport {
    /// How many steps were done. To remove some dozens of rows by [`Retention`](crate::Retention) is
    /// one step.
    pub done: u32,
    /// How many steps failed. They are tried again.
    pub failed: u32,
    /// How many rows were removed by [`Retention`](crate::Retention).
    pub removed: u32,
    /// When to call again at the latest. `None`: not until something changes.
    pub next: Option<DateTime<Utc>>,
}

/// Does what is due, at most `limit` steps, the most urgent first, and what has only aged last.
pub(crate) async fn run_due(core: &Core, limit: u32) -> Result<RunReport, Error> {
    let (report, looks, aged) = (RunReport::default(), BTreeMap::new(), BTreeSet::new());
    let mut run = Run { core, limit, report, looks, pages: 0, aged };
    while run.batch().await? {}
    run.remove_aged().await;
    let next = run.next().await;
    if let Ok(next) = &next {
        run.report.next = *next;
    }
    trace::ran(&run.report);
    next?;
    Ok(run.report)
}

struct Run<'a> {
    core: &'a Core,
    limit: u32,
    report: RunReport,
    looks: BTreeMap<Key, u32>,
    /// Pages that were read.
    pages: u32,
    /// What the last look found to be removed.
    aged: BTreeSet<Key>,
}

/// What is due on a row.
enum Work {
    Link(Box<Link>),
    Connection(UserId),
    /// Tokens are to be revoked.
    Revocation(ZoomAccountId),
    /// Nobody has confirmed it in time.
    Lapse(AccountId, AppointmentId),
    /// Appointments are to be counted.
    Count(CalendarRef),
    /// Nothing but to remove it.
    Remove,
    /// Newer code has written it, and sees to it.
    LeaveAlone,
    /// It cannot be read: why.
    Damaged(Fault),
}

impl Work {
    /// What logs are told of it.
    fn span(&self, key: &Key) -> trace::Span {
        match self {
            Self::Link(link) => trace::due("link", Some(link.slot.calendar.account()), &link.id),
            Self::Connection(user) => trace::due("connection", None, user),
            Self::Revocation(zoom) => trace::due("revocation", None, zoom),
            Self::Lapse(account, id) => trace::due("lapse", Some(account), id),
            Self::Count(calendar) => {
                trace::due("count", Some(calendar.account()), calendar.calendar())
            }
            Self::Remove | Self::LeaveAlone | Self::Damaged(_) => {
                trace::due("row", None, &format_args!("{key:?}"))
            }
        }
    }
}

impl Run<'_> {
    /// Does a batch of what is due. `false` if there is no more that this run may do.
    async fn batch(&mut self) -> Result<bool, Fault> {
        let mut batch = self.due().await?;
        if batch.is_empty() {
            return Ok(false);
        }
        let reset = next_reset(self.core, self.core.now());
        batch.sort_by_cached_key(|(_, work)| match work {
            Work::Link(link) => link.urgency(reset),
            // A seat is set free, or links are.
            Work::Connection(_) | Work::Lapse(..) | Work::Count(_) => (0, DateTime::<Utc>::MIN_UTC),
            Work::Revocation(_) | Work::Remove | Work::LeaveAlone | Work::Damaged(_) => {
                (0, DateTime::<Utc>::MIN_UTC)
            }
        });
        for (key, work) in batch {
            if self.report.done >= self.limit {
                return Ok(false);
            }
            let looks = self.looks.entry(key.clone()).or_default();
            *looks = looks.saturating_add(1);
            trace::within(work.span(&key), self.step(&key, &work)).await;
        }
        Ok(true)
    }

    async fn step(&mut self, key: &Key, work: &Work) {
        match step(self.core, work).await {
            Ok(()) => self.report.done = self.report.done.saturating_add(1),
            Err(error) => {
                trace::failed("to do what is due", &error);
                self.failed(key, work).await;
            }
        }
    }

    /// The next rows on which work is due, and which were not looked at too often. Finds on its way
    /// what is to be removed.
    async fn due(&mut self) -> Result<Vec<(Key, Work)>, Fault> {
        self.aged.clear();
        let mut page = Page::first(BATCH);
        loop {
            self.pages = self.pages.saturating_add(1);
            let answer = due(self.core, self.core.now(), &page).await?;
            let batch = self.sort_out(answer.rows);
            match answer.next {
                Some(cursor) if batch.is_empty() && self.pages < MOST_PAGES => {
                    page = Page::after(cursor, BATCH);
                }
                _ => return Ok(batch),
            }
        }
    }

    fn sort_out(&mut self, rows: Vec<(Key, Versioned)>) -> Vec<(Key, Work)> {
        let mut batch = Vec::new();
        for (key, found) in rows {
            if self.looks.get(&key).is_some_and(|looks| *looks >= MOST_LOOKS) {
                continue;
            }
            match work(&key, &found.row) {
                Work::LeaveAlone => {}
                Work::Remove if self.aged.len() >= MOST_REMOVED => {}
                Work::Remove => _ = self.aged.insert(key),
                work => batch.push((key, work)),
            }
        }
        batch
    }

    /// Removes what has aged, many rows at once. What fails is found again.
    async fn remove_aged(&mut self) {
        let aged: Vec<Key> = std::mem::take(&mut self.aged).into_iter().collect();
        for keys in aged.chunks(MOST_AT_ONCE) {
            if self.report.done >= self.limit {
                return;
            }
            match self.core.run(&RemoveAged(keys)).await {
                Ok(removed) => {
                    self.report.done = self.report.done.saturating_add(1);
                    self.report.removed = self.report.removed.saturating_add(removed);
                }
                Err(error) => {
                    trace::failed("to remove what has aged", &error);
                    self.report.failed = self.report.failed.saturating_add(1);
                    self.looks.extend(keys.iter().map(|key| (key.clone(), MOST_LOOKS)));
                }
            }
        }
    }

    /// One bad row never stops the others: it is pushed back, and left alone in this run.
    async fn failed(&mut self, key: &Key, work: &Work) {
        self.report.failed = self.report.failed.saturating_add(1);
        self.looks.insert(key.clone(), MOST_LOOKS);
        if let Work::Link(link) = work {
            let account = link.slot.calendar.account();
            // It is looked at again anyway.
            if let Err(error) = push_back(self.core, account, link.id).await {
                trace::failed_again("to push a link back", &error);
            }
        }
    }

    /// When the earliest of the remaining rows is due that this code knows.
    async fn next(&self) -> Result<Option<DateTime<Utc>>, Fault> {
        let now = self.core.now();
        let mut page = Page::first(BATCH);
        for _ in 0..PAGES_AHEAD {
            let answer = due(self.core, LATEST, &page).await?;
            let known = answer.rows.iter().filter(|(key, found)| is_known(key, &found.row));
            let dues = known.filter_map(|(key, found)| {
                let stuck = self.looks.get(key).is_some_and(|looks| *looks >= MOST_LOOKS);
                let earliest = if stuck { now + AFTER_FAILURE } else { now };
                found.row.due.map(|at| at.max(earliest))
            });
            match (dues.min(), answer.next) {
                (None, Some(cursor)) => page = Page::after(cursor, BATCH),
                (next, _) => return Ok(next),
            }
        }
        // So many rows of newer code are due that ours are not in sight.
        Ok(Some(now + AFTER_FAILURE))
    }
}

async fn due(core: &Core, until: DateTime<Utc>, page: &Page) -> Result<ScanPage, Fault> {
    let scan = Scan::Due { realm: core.keys.realm().to_owned(), until };
    core.scan(&scan, page).await
}

/// What a due row asks for. One that cannot be read fails when its turn comes.
fn work(key: &Key, row: &Row) -> Work {
    if !is_known(key, row) {
        return Work::LeaveAlone;
    }
    if is_aged(key, row) {
        return Work::Remove;
    }
    asked(key, row).unwrap_or_else(Work::Damaged)
}

fn asked(key: &Key, row: &Row) -> Result<Work, Fault> {
    Ok(if is_kind(key, LINK) {
        Work::Link(Box::new(decode(key, row)?))
    } else if is_kind(key, CONNECTION) {
        Work::Connection(decode::<ConnectionRow>(key, row)?.user)
    } else if is_kind(key, REVOCATION) {
        Work::Revocation(decode::<RevocationRow>(key, row)?.zoom)
    } else if is_kind(key, APPOINTMENT) {
        match decode(key, row)? {
            AppointmentRow::Kept(booked) => Work::Lapse(booked.account().clone(), booked.id),
            AppointmentRow::Deleted => Work::Remove,
        }
    } else if is_kind(key, COUNTING) {
        Work::Count(decode::<CountingRow>(key, row)?.calendar)
    } else {
        Work::Damaged(Fault::Inconsistent("nothing is ever due on a row of this kind"))
    })
}

async fn step(core: &Core, work: &Work) -> Result<(), Error> {
    match work {
        Work::Link(link) => work_on(core, link.slot.calendar.account(), link.id, By::Worker).await,
        Work::Connection(user) => refresh::work_on(core, user).await,
        Work::Revocation(zoom) => revoke::revoke(core, zoom).await,
        Work::Lapse(account, id) => core.run(&LapseAppointment { account, id: *id }).await,
        Work::Count(calendar) => count_up::work_on(core, calendar).await,
        Work::Remove | Work::LeaveAlone => Ok(()),
        Work::Damaged(why) => {
            trace::unreadable(why);
            Err(Fault::Inconsistent("a row that is due cannot be read").into())
        }
    }
}
