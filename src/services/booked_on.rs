//! The live appointments of a calendar, read by way of its slots.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::core::Core;
use super::planner::{decode, get};
use super::records::{AppointmentRow, Booked};
use crate::error::Fault;
use crate::rules::slot::BookedSlot;
use crate::words::{AppointmentId, CalendarRef};

/// Appointments that are read at once.
const BATCH: usize = 100;

/// The live appointments of a calendar that start in `[from, to)`, or from then on.
pub(crate) async fn booked_on(
    core: &Core,
    calendar: &CalendarRef,
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
) -> Result<Vec<Booked>, Fault> {
    let slots: Vec<BookedSlot> = core.scan_all(&core.keys.slots(calendar, from, to)).await?;
    // A scan may lag: an appointment that moves can stand in two slots. Its own row is right.
    let ids: BTreeSet<AppointmentId> =
        slots.into_iter().flat_map(|slot| slot.appointments).collect();
    let ids: Vec<AppointmentId> = ids.into_iter().collect();
    let mut found = Vec::new();
    for batch in ids.chunks(BATCH) {
        let keys = batch.iter().map(|id| core.keys.appointment(calendar.account(), *id).key);
        for (key, row) in get(core.store.as_ref(), keys.collect()).await? {
            let Some(row) = row else { continue };
            if let AppointmentRow::Kept(booked) = decode(&key, &row.row)? {
                found.push(*booked);
            }
        }
    }
    let starts = |booked: &Booked| booked.interval().start();
    found.retain(|booked| booked.status.is_live() && from <= starts(booked));
    found.retain(|booked| to.is_none_or(|to| starts(booked) < to));
    Ok(found)
}
