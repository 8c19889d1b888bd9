//! Removing rows that nobody needs any more, many at once.

use async_trait::async_trait;

use super::core::{Command, Core, Plan};
use super::keys::RowKey;
use super::keys::is_kind;
use super::planner::{Planner, decode};
use super::records::{
    AppointmentRow, AuditRow, ConsentRow, EventRow, LastHostRow, MeetingRow, MessageRow, QueuedRow,
    QuotaRow, ReceiptRow, RequestRow, UserMessageRow,
};
use super::shapes::{Shape, is_known};
use crate::error::Error;
use crate::ports::{Key, Row};
use crate::rules::host_day::HostDay;
use crate::rules::link::Link;

/// Rows of these kinds are due only when they are to be removed.
const ONLY_AGE: [&str; 12] = [
    AuditRow::KIND,
    ConsentRow::KIND,
    EventRow::KIND,
    HostDay::KIND,
    LastHostRow::KIND,
    MeetingRow::KIND,
    MessageRow::KIND,
    QueuedRow::KIND,
    QuotaRow::KIND,
    ReceiptRow::KIND,
    RequestRow::KIND,
    UserMessageRow::KIND,
];

/// Rows removed by one change set. A link takes the row along that says it waits; with a receipt that
/// is below the bound.
pub(crate) const MOST_AT_ONCE: usize = 47;

/// Whether nothing is left to be done about a row that is due but to remove it.
pub(crate) fn is_aged(key: &Key, row: &Row) -> bool {
    if !is_known(key, row) {
        return false;
    }
    if is_kind(key, Link::KIND) {
        return decode::<Link>(key, row)
            .is_ok_and(|link| link.is_dropped() && link.due().is_none());
    }
    if is_kind(key, AppointmentRow::KIND) {
        return matches!(decode(key, row), Ok(AppointmentRow::Deleted));
    }
    ONLY_AGE.iter().any(|kind| is_kind(key, kind))
}

/// Removes rows that were found to be due. Those that somebody has written meanwhile, and that are
/// not due any more, stay. Answers with how many were removed.
pub(crate) struct RemoveAged<'a>(pub(crate) &'a [Key]);

#[async_trait]
impl Command for RemoveAged<'_> {
    type Done = u32;
    const NAME: &'static str = "remove_aged";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<u32>, Error> {
        let now = planner.now;
        let mut removed = 0_u32;
        for (key, row) in planner.stored(self.0).await? {
            if row.due.is_some_and(|due| due <= now) && is_aged(&key, &row) {
                forget_waiting(planner, &key, &row).await?;
                planner.delete(&RowKey::<()>::of(key));
                removed = removed.saturating_add(1);
            }
        }
        Ok(if removed == 0 { Plan::Nothing(0) } else { Plan::Commit(removed) })
    }
}

/// A link that goes does not wait for its owner to connect any more.
async fn forget_waiting(planner: &mut Planner<'_>, key: &Key, row: &Row) -> Result<(), Error> {
    if !is_kind(key, Link::KIND) {
        return Ok(());
    }
    let link: Link = decode(key, row)?;
    if let Some(owner) = link.slot.owner.user() {
        let waiting = planner.keys.waiting(owner, link.id);
        planner.peek(&waiting).await?;
        planner.delete(&waiting);
    }
    Ok(())
}
