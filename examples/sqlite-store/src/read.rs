//! The threads that read, and what they run.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Params};
use slotlink::ports::{Cursor, Key, Page, Row, Scan, ScanPage, Version, Versioned};
use tokio::sync::mpsc;

const GET: &str = "
    SELECT version, schema, json, due FROM slotlink_rows
    WHERE realm = ?1 AND partition = ?2 AND sort = ?3";
const RANGE: &str = "
    SELECT version, schema, json, due, partition, sort FROM slotlink_rows
    WHERE realm = ?1 AND partition = ?2 AND sort >= ?3 AND sort < ?4
    ORDER BY sort LIMIT ?5";
const DUE: &str = "
    SELECT version, schema, json, due, partition, sort FROM slotlink_rows
    WHERE realm = ?1 AND (due, partition, sort) >= (?2, ?3, ?4) AND due <= ?5
    ORDER BY due, partition, sort LIMIT ?6";

/// Something to be read, which sends its own answer.
pub(crate) type Read = Box<dyn FnOnce(&mut Connection) + Send>;

/// It could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("the cursor is none of this store's")]
    Cursor,
    #[error("a range lies in one partition")]
    Partitions,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// Reads until nobody can send any more. Who waits for work holds the lock, and lets go of it
/// before working.
pub(crate) fn serve(mut connection: Connection, reads: &Mutex<mpsc::Receiver<Read>>) {
    loop {
        let next = reads.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(read) = next else { return };
        read(&mut connection);
    }
}

/// One lookup after the other, in one transaction: it takes SQLite's locks once, and begins after
/// the call did, so that it sees every commit that was answered before (ST-6).
pub(crate) fn get(
    connection: &mut Connection,
    keys: &[Key],
) -> Result<Vec<Option<Versioned>>, ReadError> {
    let transaction = connection.transaction()?;
    let mut statement = transaction.prepare_cached(GET)?;
    let rows = keys.iter().map(|key| {
        let key = (key.realm(), key.partition(), key.sort());
        statement.query_row(key, versioned).optional()
    });
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(crate) fn scan(
    connection: &mut Connection,
    scan: &Scan,
    page: &Page,
) -> Result<ScanPage, ReadError> {
    match scan {
        Scan::Range { from, to } => range(connection, from, to, page),
        Scan::Due { realm, until } => due(connection, realm, *until, page),
    }
}

/// The cursor is the sort of the first row of the next page.
fn range(
    connection: &mut Connection,
    from: &Key,
    to: &Key,
    page: &Page,
) -> Result<ScanPage, ReadError> {
    let (realm, partition) = (from.realm(), from.partition());
    if (realm, partition) != (to.realm(), to.partition()) {
        return Err(ReadError::Partitions);
    }
    let cursor = page.after.as_ref().map_or(&[][..], Cursor::as_bytes);
    let start = from.sort().max(cursor);
    let values = (realm, partition, start, to.sort(), one_more(page));
    let found = found(connection, RANGE, realm, values)?;
    Ok(cut(found, page, |key, _| Some(key.sort().to_vec())))
}

/// The cursor is due instant, partition and sort of the first row of the next page.
fn due(
    connection: &mut Connection,
    realm: &str,
    until: DateTime<Utc>,
    page: &Page,
) -> Result<ScanPage, ReadError> {
    let (seconds, partition, sort) = match &page.after {
        None => (i64::MIN, &[][..], &[][..]),
        Some(cursor) => decode(cursor.as_bytes()).ok_or(ReadError::Cursor)?,
    };
    let values = (realm, seconds, partition, sort, until.timestamp(), one_more(page));
    let found = found(connection, DUE, realm, values)?;
    Ok(cut(found, page, |key, found| found.row.due.map(|due| encode(due, key))))
}

/// Eight bytes of seconds, eight bytes that say how long the partition is, partition, sort.
fn encode(due: DateTime<Utc>, key: &Key) -> Vec<u8> {
    let seconds = due.timestamp().to_be_bytes();
    let length = (key.partition().len() as u64).to_be_bytes();
    [&seconds, &length, key.partition(), key.sort()].concat()
}

fn decode(cursor: &[u8]) -> Option<(i64, &[u8], &[u8])> {
    let (seconds, rest) = cursor.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    let (partition, sort) = rest.split_at_checked(length)?;
    Some((i64::from_be_bytes(*seconds), partition, sort))
}

/// One row more than the page holds tells whether there is another page, and where it starts.
fn one_more(page: &Page) -> u32 {
    u32::from(page.limit.max(1)) + 1
}

fn cut(
    mut rows: Vec<(Key, Versioned)>,
    page: &Page,
    cursor: impl Fn(&Key, &Versioned) -> Option<Vec<u8>>,
) -> ScanPage {
    let more = rows.split_off(rows.len().min(usize::from(page.limit.max(1))));
    let next = more.first().and_then(|(key, found)| cursor(key, found)).map(Cursor::new);
    ScanPage::new(rows, next)
}

fn found(
    connection: &mut Connection,
    sql: &str,
    realm: &str,
    values: impl Params,
) -> Result<Vec<(Key, Versioned)>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| {
        let key = Key::from_parts(realm.to_owned(), row.get("partition")?, row.get("sort")?);
        Ok((key, versioned(row)?))
    })?;
    rows.collect()
}

fn versioned(row: &rusqlite::Row<'_>) -> Result<Versioned, rusqlite::Error> {
    let version: i64 = row.get(0)?;
    let due = row.get::<_, Option<i64>>(3)?.map(|seconds| {
        let due = DateTime::from_timestamp(seconds, 0);
        due.ok_or(rusqlite::Error::IntegralValueOutOfRange(3, seconds))
    });
    let found = Row::new(row.get(1)?, row.get::<_, Arc<[u8]>>(2)?).with_due(due.transpose()?);
    Ok(Versioned::new(Version::new(version.cast_unsigned()), found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open;

    fn plan(sql: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = open::prepare(&folder.path().join("rows.db")).unwrap();
        let connection = open::connect(&path).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.raw_query().mapped(|row| row.get::<_, String>("detail"));
        steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    /// One step each: no other one that scans the table or sorts.
    #[test]
    fn an_index_finds_rows_in_order() {
        let by_key = "SEARCH slotlink_rows USING INDEX sqlite_autoindex_slotlink_rows_1 ";
        assert_eq!(plan(GET), format!("{by_key}(realm=? AND partition=? AND sort=?)"));
        assert_eq!(plan(RANGE), format!("{by_key}(realm=? AND partition=? AND sort>? AND sort<?)"));
        let by_due = "SEARCH slotlink_rows USING INDEX slotlink_due ";
        assert_eq!(
            plan(DUE),
            format!("{by_due}(realm=? AND (due,partition,sort)>(?,?,?) AND due<?)")
        );
    }
}
