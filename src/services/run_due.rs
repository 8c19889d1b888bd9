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
use crate::ports::{Key, Page, Row, Scan, ScanPage};
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
        let page = due(core, core.now(), PAGE).await?;
        let seen = |key: &Key| looks.get(key).copied().unwrap_or(0);
        let fresh = page
            .rows
            .into_iter()
            .find(|(key, _)| seen(key) < MOST_LOOKS);
        let Some((key, found)) = fresh else { break };
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

async fn due(core: &Core, until: DateTime<Utc>, rows: u16) -> Result<ScanPage, Fault> {
    let scan = Scan::Due {
        realm: core.keys.realm().to_owned(),
        until,
    };
    core.scan(&scan, &Page::first(rows)).await
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
    let first = due(core, DateTime::<Utc>::MAX_UTC, 1).await?;
    let earliest = first
        .rows
        .iter()
        .filter_map(|(_, found)| found.row.due)
        .min();
    Ok(earliest.map(|at| {
        if failed {
            at.max(now + AFTER_FAILURE)
        } else {
            at.max(now)
        }
    }))
}
