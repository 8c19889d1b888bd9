//! Background work: whatever is due, by whatever instance calls.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::connect::wake;
use super::core::Core;
use super::keys::{CONNECTION, LINK, is_kind};
use super::planner::decode;
use super::records::ConnectionRow;
use super::zoom_work::work_on;
use crate::error::{Error, Fault};
use crate::ports::{Key, Page, Row, Scan, ScanPage, Versioned};
use crate::rules::link::Link;

/// Rows of one page of due work.
const PAGE: u16 = 50;
/// How often one run looks at the same row: a link may need several steps.
const MOST_LOOKS: u32 = 8;
/// When to call again if some work failed.
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

/// Does what is due, at most `limit` steps.
pub(crate) async fn run_due(core: &Core, limit: u32) -> Result<RunReport, Error> {
    let mut report = RunReport::default();
    let mut looks: BTreeMap<Key, u32> = BTreeMap::new();
    while report.done.saturating_add(report.failed) < limit {
        let Some((key, found)) = fresh(core, &looks).await? else { break };
        let look = looks.entry(key.clone()).or_default();
        *look = look.saturating_add(1);
        match step(core, &key, &found.row).await {
            Ok(()) => report.done = report.done.saturating_add(1),
            Err(_) => {
                // One bad row never stops the others.
                *look = MOST_LOOKS;
                report.failed = report.failed.saturating_add(1);
            }
        }
    }
    report.next = next(core, report.failed > 0).await?;
    Ok(report)
}

/// The first row that is due and was not looked at too often in this run.
async fn fresh(core: &Core, looks: &BTreeMap<Key, u32>) -> Result<Option<(Key, Versioned)>, Fault> {
    let is_fresh = |key: &Key| looks.get(key).is_none_or(|looks| *looks < MOST_LOOKS);
    let mut page = Page::first(PAGE);
    loop {
        let answer = due(core, core.now(), &page).await?;
        if let Some(found) = answer.rows.into_iter().find(|(key, _)| is_fresh(key)) {
            return Ok(Some(found));
        }
        match answer.next {
            Some(cursor) => page = Page::after(cursor, PAGE),
            None => return Ok(None),
        }
    }
}

async fn due(core: &Core, until: DateTime<Utc>, page: &Page) -> Result<ScanPage, Fault> {
    let scan = Scan::Due { realm: core.keys.realm().to_owned(), until };
    core.scan(&scan, page).await
}

async fn step(core: &Core, key: &Key, row: &Row) -> Result<(), Error> {
    if is_kind(key, LINK) {
        let link: Link = decode(key, row)?;
        return work_on(core, link.slot.calendar.account(), link.id).await;
    }
    if is_kind(key, CONNECTION) {
        let connection: ConnectionRow = decode(key, row)?;
        return wake(core, &connection.user).await;
    }
    Err(Fault::Inconsistent("work is due on a row that has none").into())
}

/// The instant at which the earliest of the remaining rows is due.
async fn next(core: &Core, failed: bool) -> Result<Option<DateTime<Utc>>, Fault> {
    let now = core.now();
    let first = due(core, DateTime::<Utc>::MAX_UTC, &Page::first(1)).await?;
    let earliest = first.rows.iter().filter_map(|(_, found)| found.row.due).min();
    Ok(earliest.map(|at| if failed { at.max(now + AFTER_FAILURE) } else { at.max(now) }))
}
