//! What is booked.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::BookRequest;
use slotlink::MemoryStore;
use slotlink::ports::{ChangeSet, Expect, Key, MAX_OPERATIONS, Operation, Row, Store, Write};
use slotlink::words::{ChangeSetId, Email, Name, Participant, RequestId, Title};

use crate::bare::BareBooking;
use crate::crm::Crm;
use crate::recording::Recording;
use crate::{Clients, Outcome};

/// What a host takes on one day: all of their half hours.
pub(crate) const A_DAY: u32 = 16;
/// 2027-01-01T03:30:00Z: nine o'clock where the hosts are.
const FIRST_START: i64 = 1_798_774_200;
const DAY: i64 = 86_400;
/// So long before its day a slot is booked: clients who are overtaken for long are still in time.
const AHEAD: i64 = 10 * DAY;
/// So many bytes of rows go into one change set of a fill, at most.
const FILL_BYTES: usize = 900 << 10;

/// Hosts who are booked out, day after day.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Workload {
    /// The hosts of the calendar.
    pub hosts: u16,
    /// How many days have been booked before.
    pub days_before: u32,
    /// How many days are booked then.
    pub days: u32,
}

/// One booking, and when it is made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wanted {
    /// Days before, at a time of its own.
    pub at: DateTime<Utc>,
    /// What is asked for.
    pub request: BookRequest,
}

impl Workload {
    /// So many hosts, who are booked out for so many days before, and then for so many more.
    #[must_use]
    pub const fn new(hosts: u16, days_before: u32, days: u32) -> Self {
        Self { hosts, days_before, days }
    }

    fn in_a_day(self) -> u32 {
        A_DAY * u32::from(self.hosts)
    }

    /// When its first day begins.
    #[must_use]
    pub fn begins(self) -> DateTime<Utc> {
        DateTime::from_timestamp(FIRST_START, 0).unwrap_or_default()
    }

    /// How many bookings are made.
    #[must_use]
    pub fn bookings(self) -> u32 {
        self.in_a_day() * self.days
    }

    fn wanted(self, number: u32) -> Outcome<Wanted> {
        let in_a_day = self.in_a_day();
        let (day, of_day) = (i64::from(number / in_a_day), number % in_a_day);
        let nine = FIRST_START + day * DAY;
        let at = nine - AHEAD + DAY * i64::from(of_day) / i64::from(in_a_day);
        let start = nine + i64::from(of_day % A_DAY) * 1800;
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).ok_or("out of range");
        let invitee = Participant::new(Name::new(format!("Guest {number}"))?)
            .with_email(Email::new(format!("guest.{number}@example.com"))?);
        let request = BookRequest::new(Crm::calendar()?, instant(start)?, invitee)
            .with_title(Title::new(format!("Demo for guest {number}"))?)
            .with_request_id(RequestId::new(format!("request-{number:08}"))?);
        Ok(Wanted { at: instant(at)?, request })
    }

    /// The bookings of the days before, or those that come then.
    fn all(self, numbers: std::ops::Range<u32>) -> Outcome<Vec<Wanted>> {
        numbers.map(|number| self.wanted(number)).collect()
    }

    /// Starts a host application over an empty store, and sets it up.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn set_up(self, store: Arc<dyn Store>) -> Outcome<Crm> {
        let crm = Crm::start(store, 1)?;
        let first = DateTime::from_timestamp(FIRST_START - AHEAD, 0).ok_or("out of range")?;
        crm.set_up(self.hosts, first - TimeDelta::days(1)).await?;
        Ok(crm)
    }

    /// Makes some of its bookings, one after the other.
    ///
    /// # Errors
    /// If something cannot be booked.
    pub async fn book(self, crm: &Crm, numbers: std::ops::Range<u32>) -> Outcome {
        for number in numbers {
            crm.book(&self.wanted(number)?).await?;
        }
        Ok(())
    }

    /// Makes what stands in the store when the measured bookings begin, and records these: with one
    /// client, in memory.
    ///
    /// # Errors
    /// If something cannot be booked.
    pub async fn record(self) -> Outcome<History> {
        let store = Arc::new(Recording::new(Arc::new(MemoryStore::new())));
        let crm = self.set_up(store.clone()).await?;
        let before = self.in_a_day() * self.days_before;
        let wanted = self.all(before..before + self.bookings())?;
        for number in 0..before {
            crm.book(&self.wanted(number)?).await?;
            store.take_calls();
        }
        let rows = store.rows();
        let mut bare = Vec::with_capacity(wanted.len());
        store.take_calls();
        for booking in &wanted {
            crm.book(booking).await?;
            bare.push(BareBooking::of(store.take_calls())?);
        }
        Ok(History { rows, wanted: Arc::new(wanted), bare: Arc::new(bare) })
    }
}

/// What stands in the store when the measured bookings begin, and what these are.
#[derive(Debug)]
#[non_exhaustive]
pub struct History {
    rows: Vec<(Key, Row)>,
    /// The bookings, as a host application asks for them.
    pub wanted: Arc<Vec<Wanted>>,
    /// The same bookings, as calls of a store.
    pub bare: Arc<Vec<BareBooking>>,
}

impl History {
    /// Writes what stood there into an empty store.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn fill(&self, store: &dyn Store) -> Outcome {
        let (mut operations, mut bytes) = (Vec::new(), 0);
        let mut number: u128 = 0;
        for (key, row) in &self.rows {
            bytes += row.json.len() + key.partition().len() + key.sort().len();
            if operations.len() == MAX_OPERATIONS || bytes > FILL_BYTES {
                number += 1;
                write(store, number, std::mem::take(&mut operations)).await?;
                bytes = row.json.len();
            }
            operations.push(Operation::new(key.clone(), Expect::Absent, Write::Put(row.clone())));
        }
        write(store, number + 1, operations).await
    }

    /// How many rows stood there.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows.len()
    }
}

async fn write(store: &dyn Store, number: u128, operations: Vec<Operation>) -> Outcome {
    let id = ChangeSetId::from_uuid(uuid::Uuid::from_u128(number));
    let outcome = store.commit(&ChangeSet::new(id, operations)?).await?;
    Clients::committed(&outcome)
}
