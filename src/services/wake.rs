//! Waking links that waited for their owner to connect to Zoom.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::core::{Command, Core, Plan};
use super::planner::{Planner, decode};
use super::records::WaitingRow;
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
                Ok(link)
                    if link.as_ref().is_none_or(|link| link.can_go_on_with(&connection.zoom)) =>
                {
                    found.push(waiting);
                }
                Ok(_) => {}
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
        for waiting in &self.waiting {
            wake_link(planner, self.user, waiting).await?;
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
    user: &UserId,
    waiting: &WaitingRow,
) -> Result<(), Fault> {
    let row = planner.keys.waiting(user, waiting.link);
    if planner.load(&row).await?.is_none() {
        return Ok(());
    }
    planner.delete(&row);
    let row = planner.keys.link(&waiting.account, waiting.link);
    if let Some(mut link) = planner.load(&row).await? {
        link.wake(planner.now);
        planner.put(&row, &link)?;
    }
    Ok(())
}
