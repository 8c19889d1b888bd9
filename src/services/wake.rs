//! Waking links that waited for their owner to connect to Zoom.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::core::{Command, Core, Plan};
use super::planner::{Planner, decode};
use super::records::{ConnectionRow, WaitingRow};
use crate::error::{Error, Fault};
use crate::ports::Page;
use crate::words::UserId;

/// A scan may lag: the links that wait for a connection are looked for once more, so long after.
const LAST_LOOK: TimeDelta = TimeDelta::minutes(5);
/// The most links that one commit wakes.
const MOST_WOKEN: u16 = 20;

/// Wakes links that waited for a user to connect, and can go on now.
pub(crate) async fn wake(core: &Core, user: &UserId) -> Result<(), Error> {
    let waiting = find_waiting(core, user).await?;
    core.run(&Wake { user, waiting }).await
}

async fn find_waiting(core: &Core, user: &UserId) -> Result<Vec<WaitingRow>, Error> {
    let mut planner = core.planner()?;
    let mut found = Vec::new();
    let Some(connection) = planner.peek(&core.keys.connection(user)).await? else {
        return Ok(found);
    };
    let mut page = Page::first(MOST_WOKEN);
    loop {
        let answer = core.scan(&core.keys.all_waiting(user), &page).await?;
        for (key, row) in &answer.rows {
            let waiting: WaitingRow = decode(key, &row.row)?;
            let link = planner.peek(&core.keys.link(&waiting.account, waiting.link)).await;
            match link {
                // One that is damaged, or that newer code wrote, does not keep the others waiting.
                Err(Fault::Unreadable { .. } | Fault::NewerRow { .. }) => {}
                Err(fault) => return Err(fault.into()),
                Ok(Some(link))
                    if link.waits_for_owner() && !link.can_go_on_with(&connection.zoom) => {}
                Ok(_) => found.push(waiting),
            }
        }
        match answer.next {
            Some(cursor) if found.is_empty() => page = Page::after(cursor, MOST_WOKEN),
            _ => return Ok(found),
        }
    }
}

struct Wake<'a> {
    user: &'a UserId,
    waiting: Vec<WaitingRow>,
}

#[async_trait]
impl Command for Wake<'_> {
    type Done = ();
    const NAME: &'static str = "wake";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.connection(self.user);
        let Some(mut connection) = planner.load(&row).await? else {
            return Ok(Plan::Nothing(()));
        };
        if connection.tokens().is_none() {
            connection.wake_at = None;
            planner.put(&row, &connection)?;
            return Ok(Plan::Commit(()));
        }
        for waiting in &self.waiting {
            wake_link(planner, &connection, waiting).await?;
        }
        if self.waiting.is_empty() {
            let made_at = connection.tokens().map(|tokens| tokens.made_at);
            let last_look = made_at.unwrap_or_default().max(connection.connected_at) + LAST_LOOK;
            connection.wake_at = (planner.now < last_look).then_some(last_look);
        }
        planner.put(&row, &connection)?;
        Ok(Plan::Commit(()))
    }
}

async fn wake_link(
    planner: &mut Planner<'_>,
    connection: &ConnectionRow,
    waiting: &WaitingRow,
) -> Result<(), Fault> {
    let waits = planner.keys.waiting(&connection.user, waiting.link);
    if planner.load(&waits).await?.is_none() {
        return Ok(());
    }
    let row = planner.keys.link(&waiting.account, waiting.link);
    let Some(mut link) = planner.load(&row).await? else {
        planner.delete(&waits);
        return Ok(());
    };
    link.wake(&connection.zoom, planner.now);
    planner.put(&row, &link)?;
    // Something else of it may wait for another Zoom account.
    if !link.waits_for_owner() {
        planner.delete(&waits);
    }
    Ok(())
}
