//! Background work: whatever is due, by whatever instance calls.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::connect::wake;
use super::core::Core;
use super::count_up;
use super::counting::CountingRow;
use super::end::LapseAppointment;
use super::keys::{APPOINTMENT, CONNECTION, COUNTING, LINK, is_kind};
use super::planner::decode;
use super::quota::next_reset;
use super::records::{AppointmentRow, ConnectionRow};
use super::zoom_work::{push_back, work_on};
use crate::error::{Error, Fault};
use crate::ports::{Key, Page, Row, Scan, ScanPage};
use crate::rules::link::Link;
use crate::words::{AccountId, AppointmentId, CalendarRef, LATEST, UserId};

/// Rows that are put in order at once.
const BATCH: u16 = 500;
/// How often one run looks at the same row: a link may need several steps.
const MOST_LOOKS: u32 = 8;
/// When to call again for work that failed and could not be pushed back.
const AFTER_FAILURE: TimeDelta = TimeDelta::minutes(1);

/// What a run of background work did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct RunReport {
    /// How many steps were done.
    pub done: u32,
    /// How many steps failed. They are tried again.
    pub failed: u32,
    /// When to call again at the latest. `None`: not until something changes.
    pub next: Option<DateTime<Utc>>,
}

/// Does what is due, at most `limit` steps, the most urgent first.
pub(crate) async fn run_due(core: &Core, limit: u32) -> Result<RunReport, Error> {
    let mut run = Run { core, limit, report: RunReport::default(), looks: BTreeMap::new() };
    while run.batch().await? {}
    run.report.next = run.next().await?;
    Ok(run.report)
}

struct Run<'a> {
    core: &'a Core,
    limit: u32,
    report: RunReport,
    looks: BTreeMap<Key, u32>,
}

/// A row on which work is due.
enum Work {
    Link(Box<Link>),
    Connection(UserId),
    /// Nobody has confirmed it in time.
    Lapse(AccountId, AppointmentId),
    /// Appointments are to be counted.
    Count(CalendarRef),
    Unknown,
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
            Work::Connection(_) | Work::Lapse(..) | Work::Count(_) | Work::Unknown => {
                (0, DateTime::<Utc>::MIN_UTC)
            }
        });
        for (key, work) in batch {
            if self.report.done >= self.limit {
                return Ok(false);
            }
            let looks = self.looks.entry(key.clone()).or_default();
            *looks = looks.saturating_add(1);
            match step(self.core, &work).await {
                Ok(()) => self.report.done = self.report.done.saturating_add(1),
                Err(_) => self.failed(&key, &work).await,
            }
        }
        Ok(true)
    }

    /// The rows that are due and were not looked at too often.
    async fn due(&self) -> Result<Vec<(Key, Work)>, Fault> {
        let fresh = |key: &Key| self.looks.get(key).is_none_or(|looks| *looks < MOST_LOOKS);
        let mut page = Page::first(BATCH);
        loop {
            let answer = due(self.core, self.core.now(), &page).await?;
            let rows = answer.rows.into_iter().filter(|(key, _)| fresh(key));
            let batch: Vec<_> =
                rows.map(|(key, row)| (key.clone(), work(&key, &row.row))).collect();
            match answer.next {
                Some(cursor) if batch.is_empty() => page = Page::after(cursor, BATCH),
                _ => return Ok(batch),
            }
        }
    }

    /// One bad row never stops the others: it is pushed back, and left alone in this run.
    async fn failed(&mut self, key: &Key, work: &Work) {
        self.report.failed = self.report.failed.saturating_add(1);
        self.looks.insert(key.clone(), MOST_LOOKS);
        if let Work::Link(link) = work {
            let _looked_at_again_anyway =
                push_back(self.core, link.slot.calendar.account(), link.id).await;
        }
    }

    /// When the earliest of the remaining rows is due.
    async fn next(&self) -> Result<Option<DateTime<Utc>>, Fault> {
        let now = self.core.now();
        let first = due(self.core, LATEST, &Page::first(BATCH)).await?;
        let dues = first.rows.iter().filter_map(|(key, found)| {
            let stuck = self.looks.get(key).is_some_and(|looks| *looks >= MOST_LOOKS);
            let earliest = if stuck { now + AFTER_FAILURE } else { now };
            found.row.due.map(|at| at.max(earliest))
        });
        Ok(dues.min())
    }
}

async fn due(core: &Core, until: DateTime<Utc>, page: &Page) -> Result<ScanPage, Fault> {
    let scan = Scan::Due { realm: core.keys.realm().to_owned(), until };
    core.scan(&scan, page).await
}

/// What a due row asks for. One that cannot be read fails when its turn comes.
fn work(key: &Key, row: &Row) -> Work {
    if is_kind(key, LINK) {
        decode::<Link>(key, row).map_or(Work::Unknown, |link| Work::Link(Box::new(link)))
    } else if is_kind(key, CONNECTION) {
        let user = decode::<ConnectionRow>(key, row).map(|connection| connection.user);
        user.map_or(Work::Unknown, Work::Connection)
    } else if is_kind(key, APPOINTMENT) {
        match decode(key, row) {
            Ok(AppointmentRow::Kept(booked)) => Work::Lapse(booked.account().clone(), booked.id),
            Ok(AppointmentRow::Deleted) | Err(_) => Work::Unknown,
        }
    } else if is_kind(key, COUNTING) {
        let calendar = decode::<CountingRow>(key, row).map(|counting| counting.calendar);
        calendar.map_or(Work::Unknown, Work::Count)
    } else {
        Work::Unknown
    }
}

async fn step(core: &Core, work: &Work) -> Result<(), Error> {
    match work {
        Work::Link(link) => work_on(core, link.slot.calendar.account(), link.id).await,
        Work::Connection(user) => wake(core, user).await,
        Work::Lapse(account, id) => core.run(&LapseAppointment { account, id: *id }).await,
        Work::Count(calendar) => count_up::work_on(core, calendar).await,
        Work::Unknown => Err(Fault::Inconsistent("a row that is due cannot be read").into()),
    }
}
