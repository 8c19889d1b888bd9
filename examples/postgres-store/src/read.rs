//! Reads rows: by their keys, in a range, or those that are due.

use chrono::DateTime;
use slotlink::ports::{Cursor, Key, Page, ScanPage, StoreError, Version, Versioned};
use tokio_postgres::Row;
use tokio_postgres::types::FromSqlOwned;

/// `LIMIT` keeps the planner from turning the look-ups into a join, whose plan would depend on how
/// large the table was when it was made.
pub(crate) const GET: &str = "\
    SELECT found.version, found.schema, found.json, found.due, k.position \
    FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) WITH ORDINALITY \
        AS k (realm, partition, sort, position) \
    CROSS JOIN LATERAL ( \
        SELECT r.version, r.schema, r.json, r.due FROM slotlink_rows r \
        WHERE r.realm = k.realm AND r.partition = k.partition AND r.sort = k.sort LIMIT 1 \
    ) found";

pub(crate) const RANGE: &str = "\
    SELECT version, schema, json, due, partition, sort FROM slotlink_rows \
    WHERE realm = $1 AND partition = $2 AND sort >= $3 AND sort < $4 \
    ORDER BY sort LIMIT $5";

pub(crate) const DUE: &str = "\
    SELECT version, schema, json, due, partition, sort FROM slotlink_rows \
    WHERE realm = $1 AND due <= $2 AND (due, partition, sort) >= ($3, $4, $5) \
    ORDER BY due, partition, sort LIMIT $6";

/// What was read is not what this store writes.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("column {0} holds what no store has written")]
    Column(&'static str),
    #[error("the cursor is not of this scan")]
    Cursor,
    #[error("a range lies in one partition")]
    Range,
}

/// The rows that [`GET`] found, each at the place of its key.
pub(crate) fn placed(rows: &[Row], keys: usize) -> Result<Vec<Option<Versioned>>, StoreError> {
    let mut found = vec![None; keys];
    for row in rows {
        let position: i64 = column(row, "position")?;
        let index = usize::try_from(position.wrapping_sub(1)).ok();
        let place = index.and_then(|index| found.get_mut(index));
        *place.ok_or_else(|| StoreError::new(Unreadable::Column("position")))? =
            Some(versioned(row)?);
    }
    Ok(found)
}

/// Where a range goes on: its partition, and the first sort of the page.
pub(crate) fn range_start<'a>(
    from: &'a Key,
    to: &Key,
    page: &'a Page,
) -> Result<&'a [u8], StoreError> {
    if (from.realm(), from.partition()) != (to.realm(), to.partition()) {
        return Err(StoreError::new(Unreadable::Range));
    }
    Ok(page.after.as_ref().map_or(from.sort(), Cursor::as_bytes))
}

/// The first row that is on a page of due rows, or where it would stand.
#[derive(Default)]
pub(crate) struct DueStart {
    pub(crate) due: i64,
    pub(crate) partition: Vec<u8>,
    pub(crate) sort: Vec<u8>,
}

impl DueStart {
    pub(crate) fn of(page: &Page) -> Result<Self, StoreError> {
        let Some(cursor) = &page.after else {
            return Ok(Self { due: i64::MIN, ..Self::default() });
        };
        Self::read(cursor.as_bytes()).ok_or_else(|| StoreError::new(Unreadable::Cursor))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (due, rest) = bytes.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (partition, sort) = rest.split_at_checked(length)?;
        let (partition, sort) = (partition.to_vec(), sort.to_vec());
        Some(Self { due: i64::from_be_bytes(*due), partition, sort })
    }

    /// The cursor after a row that is due then.
    pub(crate) fn after(key: &Key, row: &Versioned) -> Option<Vec<u8>> {
        let due = row.row.due?.timestamp().to_be_bytes();
        let length = u32::try_from(key.partition().len()).ok()?.to_be_bytes();
        Some([&due, &length[..], key.partition(), &sort_after(key)].concat())
    }
}

/// The sort that follows a key's: nothing stands between a text of bytes and itself with a zero.
pub(crate) fn sort_after(key: &Key) -> Vec<u8> {
    [key.sort(), &[0]].concat()
}

/// One row more than the page holds, to see whether it is the last.
pub(crate) fn limit(page: &Page) -> i64 {
    i64::from(page.limit.max(1)).saturating_add(1)
}

/// A page of the rows that were found, which are one more than it holds unless it is the last.
pub(crate) fn page(
    found: &[Row],
    realm: &str,
    page: &Page,
    after: impl Fn(&Key, &Versioned) -> Option<Vec<u8>>,
) -> Result<ScanPage, StoreError> {
    let on_page = found.iter().take(page.limit.max(1).into());
    let rows: Vec<_> = on_page.map(|row| keyed(row, realm)).collect::<Result<_, _>>()?;
    let is_last = rows.len() == found.len();
    let last = rows.last().filter(|_| !is_last);
    let next = last.and_then(|(key, row)| after(key, row)).map(Cursor::new);
    Ok(ScanPage::new(rows, next))
}

fn keyed(row: &Row, realm: &str) -> Result<(Key, Versioned), StoreError> {
    let (partition, sort) = (column(row, "partition")?, column(row, "sort")?);
    Ok((Key::from_parts(realm.to_owned(), partition, sort), versioned(row)?))
}

fn versioned(row: &Row) -> Result<Versioned, StoreError> {
    let version: i64 = column(row, "version")?;
    let schema: i32 = column(row, "schema")?;
    let due: Option<i64> = column(row, "due")?;
    let odd = |name| move || StoreError::new(Unreadable::Column(name));
    let schema = u16::try_from(schema).ok().ok_or_else(odd("schema"))?;
    let due = due.map(|seconds| DateTime::from_timestamp(seconds, 0).ok_or_else(odd("due")));
    let kept = slotlink::ports::Row::new(schema, column::<Vec<u8>>(row, "json")?)
        .with_due(due.transpose()?);
    Ok(Versioned::new(Version::new(version.cast_unsigned()), kept))
}

fn column<T: FromSqlOwned>(row: &Row, name: &str) -> Result<T, StoreError> {
    row.try_get(name).map_err(StoreError::new)
}
