//! Links that wait until somebody does something.

use super::journal;
use super::planner::Planner;
use super::records::WaitingRow;
use crate::bugs::bug;
use crate::error::Fault;
use crate::rules::link::{Link, ParkReason};
use crate::words::UserId;

/// The user on whose Zoom account a link is, or will be.
pub(crate) fn owner(link: &Link) -> Result<&UserId, Fault> {
    link.slot.owner.user().ok_or(Fault::Inconsistent("a Zoom link has no owner"))
}

/// Stops work on a link; what a connection can cure waits for one.
pub(crate) async fn park(
    planner: &mut Planner<'_>,
    link: &mut Link,
    reason: ParkReason,
) -> Result<(), Fault> {
    let news = link.park(reason, planner.now);
    journal::news(planner, link, news)?;
    wait_for_connection(planner, link).await
}

/// A link that a connection can cure is found again by the one who connects.
pub(crate) async fn wait_for_connection(
    planner: &mut Planner<'_>,
    link: &Link,
) -> Result<(), Fault> {
    if !link.waits_for_owner() || bug!(WaitingNotNoted) {
        return Ok(());
    }
    let row = planner.keys.waiting(owner(link)?, link.id);
    planner.load(&row).await?;
    let account = link.slot.calendar.account().clone();
    planner.put(&row, &WaitingRow { account, link: link.id })
}

/// A link does not wait for its owner any more.
pub(crate) async fn forget_waiting(planner: &mut Planner<'_>, link: &Link) -> Result<(), Fault> {
    let row = planner.keys.waiting(owner(link)?, link.id);
    planner.load(&row).await?;
    planner.delete(&row);
    Ok(())
}
