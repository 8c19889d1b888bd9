//! The kinds of rows there are, and the version of the shape in which each is written.
//!
//! Instances of different age work on one store while a new version is deployed. So a row says which
//! shape it has: older ones are upgraded when they are read, and written in the present one; one that
//! is newer than this code is refused, never guessed at, and so is a field that is not known. What an
//! old instance does not understand, it neither drops nor acts on.
//!
//! Rows of every version there ever was stand in `tests/rows`; a test reads them all.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

use super::counters::CounterRow;
use super::counting::CountingRow;
use super::keys::is_kind;
use super::records::{
    AppointmentRow, AuditRow, CalendarRow, ClaimRow, ConnectionRow, ConsentRow, EventRow,
    HostPageRow, LaneRow, LastHostRow, ListedRow, MeetingRow, MemberOfRow, MembershipRow,
    MessageRow, QueuedRow, QuotaRow, ReceiptRow, RequestRow, RevocationRow, UserMessageRow,
    UserRow, WaitingRow,
};
use super::retention::Retention;
use crate::error::Fault;
use crate::ports::{Key, Row};
use crate::rules::fairness::Assignments;
use crate::rules::host_day::HostDay;
use crate::rules::link::Link;
use crate::rules::slot::BookedSlot;
use crate::words::Account;

/// Room for most rows.
const ROW_BYTES: usize = 1024;

/// What the rows of one kind are known by.
pub(crate) trait Shape {
    /// The word that their sort begins with.
    const KIND: &'static str;
    /// The version in which they are written.
    const SCHEMA: u16;
}

/// Something that is kept in a row, as JSON.
pub(crate) trait Record:
    Shape + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// It is long, and nobody is harmed by a stale one: bytes need not be compared to know it again.
    const KNOWN_BY_VERSION: bool = false;

    /// What its row says. `scratch` is where it may be written first.
    fn json(&self, scratch: &mut Vec<u8>) -> Result<Arc<[u8]>, serde_json::Error> {
        scratch.clear();
        scratch.reserve(ROW_BYTES);
        serde_json::to_writer(&mut *scratch, self).map(|()| scratch.as_slice().into())
    }

    /// Reads a row of an older version, step by step: from each shape to the one that came after it.
    fn upgrade(schema: u16, _json: &[u8]) -> Result<Self, serde_json::Error> {
        never_written(schema)
    }

    /// When background work is due on it, or it is to be removed.
    fn due(&self, _kept: &Retention) -> Option<DateTime<Utc>> {
        None
    }
}

/// The one place where a kind of row and its version are given: what does not stand in the list is
/// no record.
macro_rules! shapes {
    ($($record:ty: $kind:literal, $schema:literal;)+) => {
        $(impl Shape for $record {
            const KIND: &'static str = $kind;
            const SCHEMA: u16 = $schema;
        })+

        const KNOWN: &[(&str, u16)] = &[$(($kind, $schema)),+];

        #[cfg(test)]
        fn kinds() -> Vec<tests::Kind> {
            vec![$(tests::Kind::of::<$record>()),+]
        }
    };
}

shapes! {
    Account: "account", 1;
    AppointmentRow: "appointment", 2;
    Assignments: "assignments", 2;
    AuditRow: "audit", 1;
    BookedSlot: "slot", 1;
    CalendarRow: "calendar", 2;
    ClaimRow: "claim", 1;
    ConnectionRow: "connection", 3;
    ConsentRow: "consent", 1;
    CounterRow: "counter", 1;
    CountingRow: "counting", 1;
    EventRow: "event", 1;
    HostDay: "day", 1;
    HostPageRow: "calendar hosts", 1;
    LaneRow: "lane", 2;
    LastHostRow: "last host", 2;
    Link: "link", 3;
    ListedRow: "listed", 1;
    MeetingRow: "meeting", 1;
    MemberOfRow: "member of", 1;
    MembershipRow: "membership", 1;
    MessageRow: "message", 1;
    QueuedRow: "queued", 1;
    QuotaRow: "quota", 1;
    ReceiptRow: "receipt", 1;
    RequestRow: "request", 1;
    RevocationRow: "revocation", 2;
    UserMessageRow: "user message", 1;
    UserRow: "user", 2;
    WaitingRow: "waiting", 1;
}

/// Whether this code knows what the row is. If not, newer code has written it, and will see to it.
pub(crate) fn is_known(key: &Key, row: &Row) -> bool {
    KNOWN.iter().any(|(kind, schema)| is_kind(key, kind) && row.schema <= *schema)
}

/// Reads what a row holds, whichever version of this code has written it.
pub(crate) fn read<R: Record>(key: &Key, row: &Row) -> Result<R, Fault> {
    let (key, schema, known) = (key.clone(), row.schema, R::SCHEMA);
    if schema > known {
        return Err(Fault::NewerRow { key, schema, known });
    }
    let read = if schema == known {
        serde_json::from_slice(&row.json)
    } else {
        R::upgrade(schema, &row.json)
    };
    read.map_err(|source| Fault::Unreadable { key, schema, source })
}

/// One step: what an older shape held, in the shape that came after it.
pub(crate) fn step<Old: DeserializeOwned, New: From<Old>>(
    json: &[u8],
) -> Result<New, serde_json::Error> {
    serde_json::from_slice::<Old>(json).map(New::from)
}

/// There never was such a version.
pub(crate) fn never_written<R>(schema: u16) -> Result<R, serde_json::Error> {
    Err(serde_json::Error::custom(format!("no row was ever written with schema version {schema}")))
}

#[cfg(test)]
mod tests;
