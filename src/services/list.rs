//! The filtered, paged list of appointments (R30).

use std::collections::BTreeMap;

use super::calendars;
use super::caller::Caller;
use super::core::Core;
use super::planner::{Planner, decode, get};
use super::records::{AppointmentRow, Booked, ListedRow};
use super::view::{self, Appointment};
use crate::error::{Error, Fault, InvalidInput, Refusal};
use crate::ports::{Key, Page, Versioned};
use crate::rules::InvalidRange;
use crate::words::{
    AccountId, AppointmentFilter, CalendarRef, InvalidInterval, ListCursor, ListPage, check_instant,
};

/// The most index rows that one call looks at: a filter that hardly anything meets answers with a
/// cursor instead of reading on and on.
const MOST_LOOKED_AT: usize = 1000;
/// Index rows of a page after the first, which has as many as appointments are wanted.
const SCAN_PAGE: u16 = 100;

/// A page of the list of appointments.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AppointmentList {
    /// The appointments, by start, then by id.
    pub appointments: Vec<Appointment>,
    /// Where the next page begins; `None` if there is no more. A page may have fewer appointments
    /// than asked for, even none, and yet not be the last.
    pub next: Option<ListCursor>,
}

/// Lists appointments.
pub(crate) async fn list(
    core: &Core,
    caller: &Caller,
    filter: &AppointmentFilter,
    page: ListPage,
) -> Result<AppointmentList, Error> {
    let mut planner = core.planner()?;
    caller.check_staff(&mut planner, "list appointments").await?;
    check(&mut planner, caller, filter).await?;
    let mut search = Search {
        core,
        account: caller.account(),
        filter,
        size: page.size().appointments(),
        found: Vec::new(),
        at: page.cursor(),
        looked_at: 0,
    };
    let next = search.run().await?;
    let appointments = view::all(core, search.found).await?;
    Ok(AppointmentList { appointments, next })
}

async fn check(
    planner: &mut Planner<'_>,
    caller: &Caller,
    filter: &AppointmentFilter,
) -> Result<(), Error> {
    for edge in [filter.from(), filter.to()].into_iter().flatten() {
        check_instant(edge).map_err(|error| Refusal::from(InvalidInput::from(error)))?;
    }
    if let (Some(start), Some(end)) = (filter.from(), filter.to())
        && end <= start
    {
        let empty = InvalidRange::from(InvalidInterval::EndNotAfterStart { start, end });
        return Err(Refusal::from(InvalidInput::from(empty)).into());
    }
    if let Some(calendar) = filter.calendar() {
        let calendar = CalendarRef::new(caller.account().clone(), calendar.clone());
        calendars::settings(planner, &calendar).await?;
    }
    Ok(())
}

/// Reads along the index, as far as needed.
struct Search<'a> {
    core: &'a Core,
    account: &'a AccountId,
    filter: &'a AppointmentFilter,
    /// How many are wanted.
    size: u16,
    found: Vec<Booked>,
    /// The last place that was looked at.
    at: Option<ListCursor>,
    looked_at: usize,
}

impl Search<'_> {
    /// Finds what is wanted, or as much as one call may look for. Answers with the place to go on
    /// from, if there is more.
    async fn run(&mut self) -> Result<Option<ListCursor>, Fault> {
        let seconds = |edge: chrono::DateTime<chrono::Utc>| edge.timestamp();
        let (from, to) = (self.filter.from().map(seconds), self.filter.to().map(seconds));
        let scan = self.core.keys.listed_in(self.account, from, to, self.at);
        let mut page = Page::first(self.size);
        loop {
            let answer = self.core.scan(&scan, &page).await?;
            let is_left = self.look_at(&answer.rows).await?;
            let Some(cursor) = answer.next else {
                return Ok(self.at.filter(|_| is_left));
            };
            if self.is_full() || self.looked_at >= MOST_LOOKED_AT {
                return Ok(self.at);
            }
            page = Page::after(cursor, SCAN_PAGE);
        }
    }

    fn is_full(&self) -> bool {
        self.found.len() >= usize::from(self.size)
    }

    /// Looks at rows of the index until there is enough. Says whether some were left.
    async fn look_at(&mut self, rows: &[(Key, Versioned)]) -> Result<bool, Fault> {
        let mut listed = Vec::with_capacity(rows.len());
        for (key, row) in rows {
            listed.push(decode::<ListedRow>(key, &row.row)?);
        }
        self.looked_at = self.looked_at.saturating_add(listed.len());
        let mut kept = self.read(&listed).await?;
        for row in listed {
            if self.is_full() {
                return Ok(true);
            }
            // A scan may repeat rows: the list only goes on.
            if self.at.is_none_or(|at| at < row.place()) {
                self.at = Some(row.place());
                self.found.extend(kept.remove(&row.place()));
            }
        }
        Ok(false)
    }

    /// The appointments behind rows of the index, as they are now and if they are wanted, by their
    /// places. A row may be behind the times: one that moved or went is no longer there.
    async fn read(&self, listed: &[ListedRow]) -> Result<BTreeMap<ListCursor, Booked>, Fault> {
        let filter = self.filter;
        let wanted =
            listed.iter().filter(|row| filter.wants_place(&row.calendar, row.hosts.iter()));
        let places: Vec<ListCursor> = wanted.map(ListedRow::place).collect();
        let keys = &self.core.keys;
        let keys = places.iter().map(|place| keys.appointment(self.account, place.id()).key);
        let mut kept = BTreeMap::new();
        if places.is_empty() {
            return Ok(kept);
        }
        let found = get(self.core.store.as_ref(), keys.collect()).await?;
        for (place, (key, row)) in places.iter().zip(found) {
            let Some(row) = row else { continue };
            let AppointmentRow::Kept(booked) = decode(&key, &row.row)? else { continue };
            if booked.place() == *place && self.wants(&booked) {
                kept.insert(*place, *booked);
            }
        }
        Ok(kept)
    }

    fn wants(&self, booked: &Booked) -> bool {
        let calendar = booked.calendar().calendar();
        self.filter.wants_place(calendar, booked.hosts()) && self.filter.wants_status(booked.status)
    }
}
