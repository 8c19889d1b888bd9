//! Meetings that wait to be made on a user's Zoom account: they count as used when a calendar decides by
//! the requests that are left (R16).
//!
//! A row of the user stands for each link whose create is wanted and not sent yet. It is written and
//! removed in the commits that change that; of slots with the most hosts, whose change sets are full,
//! when the link is next worked on. To decide, rows are only scanned, and their links peeked at: a stale
//! count makes one link too many wait, or offers one slot too few.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::core::Core;
use super::parking::owner;
use super::planner::{Planner, decode};
use super::quota::{left_today, next_reset, resets_at};
use super::records::QueuedRow;
use super::setup::Setup;
use super::shapes::Shape as _;
use crate::error::Fault;
use crate::ports::Page;
use crate::rules::HostTimes;
use crate::rules::link::Link;
use crate::rules::quota::{UsedUp, has_left, used_up};
use crate::rules::slot::BookedSlot;
use crate::words::{MAX_COLLECTIVE_HOSTS, UserId};

/// Rows that are counted at once: a day has about so many requests.
const PAGE: u16 = 100;

/// Moving a slot with the most hosts leaves no room in the change set.
const fn has_room(slot: &BookedSlot) -> bool {
    slot.occupants.len() < MAX_COLLECTIVE_HOSTS
}

/// A slot gets a new link, which nobody knows yet.
pub(crate) fn enter(
    planner: &mut Planner<'_>,
    slot: &BookedSlot,
    link: &Link,
) -> Result<(), Fault> {
    if !has_room(slot) {
        return Ok(());
    }
    let row = planner.keys.queued(owner(link)?, link.id);
    planner.put(&row, &QueuedRow::of(link))
}

/// A slot loses its link, whose create was not sent. A row that stays for want of room counts for
/// nothing, and is removed once it has aged.
pub(crate) async fn leave(
    planner: &mut Planner<'_>,
    slot: &BookedSlot,
    link: &Link,
) -> Result<(), Fault> {
    if has_room(slot) { settle(planner, link).await } else { Ok(()) }
}

/// A link changes: its row is there exactly as long as its create waits to be sent.
pub(crate) async fn settle(planner: &mut Planner<'_>, link: &Link) -> Result<(), Fault> {
    let row = planner.keys.queued(owner(link)?, link.id);
    let is_there = planner.load(&row).await?.is_some();
    match (link.misses_create(), is_there) {
        (true, false) => planner.put(&row, &QueuedRow::of(link)),
        (false, true) => {
            planner.delete(&row);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// How many creates wait for a user, on whatever calendar; counted to a bound.
async fn count(
    core: &Core,
    planner: &mut Planner<'_>,
    user: &UserId,
    most: u32,
) -> Result<usize, Fault> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut count, mut page) = (0_usize, Page::first(PAGE));
    let all = core.keys.all_of_user(user, QueuedRow::KIND);
    loop {
        let answer = core.scan(&all, &page).await?;
        let rows = answer.rows.iter().map(|(key, found)| decode(key, &found.row));
        let rows = rows.collect::<Result<Vec<QueuedRow>, Fault>>()?;
        let links: Vec<_> =
            rows.iter().map(|row| planner.keys.link(&row.account, row.link)).collect();
        let links = planner.peek_all(&links).await?;
        // What is over is not made any more.
        let waits = |link: &&Link| link.misses_create() && planner.now < link.slot.core.end();
        count = count.saturating_add(links.iter().flatten().filter(waits).count());
        match answer.next {
            Some(cursor) if count < most => page = Page::after(cursor, PAGE),
            _ => return Ok(count),
        }
    }
}

/// Whether a request is left for one more meeting of a user. Who has no connection that works lacks that,
/// not requests.
async fn has_requests_left(
    core: &Core,
    planner: &mut Planner<'_>,
    user: &UserId,
) -> Result<bool, Fault> {
    let connected = planner.share(&planner.keys.connected(user)).await?;
    let Some(connected) = connected.filter(|row| row.is_live) else { return Ok(true) };
    let left = left_today(core, planner, &connected.zoom).await?;
    if left == 0 {
        return Ok(false);
    }
    Ok(has_left(left, count(core, planner, user, left).await?))
}

/// When a host who has no request left has some again.
pub(crate) async fn free_at(
    core: &Core,
    planner: &mut Planner<'_>,
    host: &UserId,
) -> Result<DateTime<Utc>, Fault> {
    let connected = planner.share(&planner.keys.connected(host)).await?;
    match connected {
        Some(connected) => resets_at(core, planner, &connected.zoom).await,
        None => Ok(next_reset(core, planner.now)),
    }
}

/// Whether a host of a new slot has no requests left, and the calendar minds. If it does not, nothing is
/// read.
pub(crate) async fn is_used_up(
    core: &Core,
    planner: &mut Planner<'_>,
    setup: &Setup,
    host: &UserId,
) -> Result<bool, Fault> {
    let minds = used_up(&setup.calendar) != UsedUp::Nothing && setup.on_zoom().contains(&host);
    Ok(minds && !has_requests_left(core, planner, host).await?)
}

/// All hosts of whom that is so.
pub(crate) async fn all_used_up(
    core: &Core,
    planner: &mut Planner<'_>,
    setup: &Setup,
) -> Result<BTreeSet<UserId>, Fault> {
    let mut found = BTreeSet::new();
    if used_up(&setup.calendar) == UsedUp::Nothing {
        return Ok(found);
    }
    for host in setup.on_zoom() {
        if !has_requests_left(core, planner, host).await? {
            found.insert(host.clone());
        }
    }
    Ok(found)
}

/// Tells a host's time whether they take new slots: these hosts do not.
pub(crate) fn tell<'a>(host: HostTimes<'a>, refused: &BTreeSet<UserId>) -> HostTimes<'a> {
    let is_refused = host.occupant().user().is_some_and(|user| refused.contains(user));
    if is_refused { host.with_no_new_slots() } else { host }
}
