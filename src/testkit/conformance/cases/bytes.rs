//! ST-9: what is accepted can be stored, and comes back byte for byte.

use chrono::DateTime;

use crate::ports::{
    ChangeSet, Expect, Key, MAX_CHANGE_SET_BYTES, MAX_ROW_BYTES, Operation, Row, Write,
};
use crate::testkit::SeededEntropy;
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{REALM, at, check, key, number, receipt, row};
use crate::testkit::conformance::seen::{Seen, ensure};

cases![
    keys_are_of_any_bytes,
    keys_are_long,
    realms_are_of_any_text,
    rows_are_of_any_bytes,
    every_schema_version_is_kept,
    instants_are_kept_to_the_second,
    the_longest_row_is_kept,
    the_longest_change_set_is_kept,
    operations_that_change_nothing_are_committed,
];

/// Stores rows through one instance, reads them through another, and changes each once.
async fn kept(trial: &Trial, rows: &[(Key, Row)]) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    one.fill(rows).await?;
    let there: Vec<_> = rows.iter().map(|(key, row)| (key.clone(), Some(row.clone()))).collect();
    other.holds(&there).await?;
    for (key, row) in rows {
        let changed = Row::new(1, b"changed".to_vec());
        other.put(key, changed.clone()).await?;
        one.holds(&[(key.clone(), Some(changed))]).await?;
        one.put(key, row.clone()).await?;
    }
    other.holds(&there).await
}

/// Bytes that cannot be compressed.
fn noise(length: usize) -> Vec<u8> {
    let dice = SeededEntropy::new(9);
    (0..length).flat_map(|_| dice.next().to_le_bytes()).take(length).collect()
}

async fn keys_are_of_any_bytes(trial: &Trial) -> Result<(), Seen> {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let odd: [&[u8]; 9] =
        [b"", b"\0", b"\0\0", b"\0\xff", b"\xff", b"\xff\xff", b"a", "Größe".as_bytes(), &all];
    let keys = odd.iter().flat_map(|partition| odd.iter().map(|sort| at(REALM, partition, sort)));
    let rows: Vec<_> = keys.enumerate().map(|(n, key)| (key, number(n))).collect();
    kept(trial, &rows).await
}

/// Keys that differ in their last byte only.
async fn keys_are_long(trial: &Trial) -> Result<(), Seen> {
    const LONGEST: usize = 1024;
    let realm = "r".repeat(128);
    let long = noise(LONGEST);
    let mut other = long.clone();
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    let keys = [(&long, &long), (&long, &other), (&other, &long), (&other, &other)];
    let keys = keys.map(|(partition, sort)| at(&realm, partition, sort));
    let rows: Vec<_> = keys.into_iter().enumerate().map(|(n, key)| (key, number(n))).collect();
    kept(trial, &rows).await
}

async fn realms_are_of_any_text(trial: &Trial) -> Result<(), Seen> {
    // The same letter, composed and not; letters of every length in UTF-8; quotes and wildcards.
    let realms = [
        "default", "Default", "default ", " default", "é", "e\u{301}", "ß", "ss", "日本", "🗓",
        "a/b", "a\\b", "a'b", "a\"b", "a%", "a_", "\n", "\u{1}",
    ];
    let keys = realms.map(|realm| at(realm, b"partition", b"sort"));
    let rows: Vec<_> = keys.into_iter().enumerate().map(|(n, key)| (key, number(n))).collect();
    kept(trial, &rows).await
}

async fn rows_are_of_any_bytes(trial: &Trial) -> Result<(), Seen> {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let odd: [&[u8]; 14] = [
        br#"{"b":1,"a":2}"#,
        br#"{ "a" : 1 ,  "b":[ 1,2 ] }"#,
        b"\n{}\t\r\n ",
        br#"{"a":1,"a":2}"#,
        "{\"name\":\"Zoë 日本 🗓 e\u{301}\"}".as_bytes(),
        br#"{"name":"Zo\u00eb \/ \u0000"}"#,
        b"1.0e+2",
        b"0.1000000000000000055511151231257827021181583404541015625",
        b"123456789012345678901234567890",
        b"null",
        b"",
        b"\0",
        b"\xff\xfe",
        &all,
    ];
    let rows = odd.iter().enumerate();
    let rows: Vec<_> =
        rows.map(|(n, bytes)| (key(&n.to_string()), Row::new(1, bytes.to_vec()))).collect();
    kept(trial, &rows).await
}

async fn every_schema_version_is_kept(trial: &Trial) -> Result<(), Seen> {
    let versions = [0, 1, 127, 128, 255, 256, 32_767, 32_768, 65_535];
    let row = |schema: u16| (key(&schema.to_string()), Row::new(schema, b"{}".to_vec()));
    kept(trial, &versions.map(row)).await
}

async fn instants_are_kept_to_the_second(trial: &Trial) -> Result<(), Seen> {
    let instants = [
        "0001-01-01T00:00:00Z",
        "1601-01-01T00:00:00Z",
        "1901-12-13T20:45:51Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        "2016-12-31T23:59:59Z",
        "2026-11-24T10:00:01Z",
        "2038-01-19T03:14:08Z",
        "2106-02-07T06:28:16Z",
        "2200-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ];
    let row = |text: &str| {
        let due = DateTime::parse_from_rfc3339(text).map(|due| due.to_utc());
        let due = due.map_err(|error| Seen::new(error.to_string()))?;
        Ok((key(text), row(text).with_due(Some(due))))
    };
    let mut rows = instants.into_iter().map(row).collect::<Result<Vec<_>, Seen>>()?;
    rows.push((key("never"), number(0)));
    kept(trial, &rows).await
}

async fn the_longest_row_is_kept(trial: &Trial) -> Result<(), Seen> {
    let long = key("long");
    let json = noise(MAX_ROW_BYTES - long.len());
    kept(trial, &[(long, Row::new(1, json))]).await
}

async fn the_longest_change_set_is_kept(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let change = longest(&one)?;
    let bytes = |operation: &Operation| match &operation.write {
        Write::Put(row) => operation.key.len() + row.json.len(),
        _ => operation.key.len(),
    };
    let length: usize = change.operations().iter().map(bytes).sum();
    ensure(length == MAX_CHANGE_SET_BYTES, || format!("the case makes {length} bytes"))?;
    ensure(one.send(&change).await?.is_committed(), || "a conflict that is none".to_owned())?;
    let rows = change.operations().iter().map(|is| match &is.write {
        Write::Put(row) => (is.key.clone(), Some(row.clone())),
        _ => (is.key.clone(), None),
    });
    other.holds(&rows.collect::<Vec<_>>()).await
}

/// Sixteen rows that fill a change set to the last byte, with its receipt.
fn longest(instance: &Instance) -> Result<ChangeSet, Seen> {
    let empty = instance.change(Vec::new())?;
    let kept = receipt(empty.id()).len() + b"{}".len();
    let mut operations = Vec::new();
    for n in 0..16 {
        let key = key(&format!("{n:02}"));
        let room = if n == 0 { MAX_ROW_BYTES - kept } else { MAX_ROW_BYTES };
        let row = Row::new(1, noise(room - key.len()));
        operations.push(Operation::new(key, Expect::Absent, Write::Put(row)));
    }
    instance.change(operations)
}

async fn operations_that_change_nothing_are_committed(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let (there, absent) = (key("there"), key("absent"));
    let version = one.put(&there, row("there")).await?;
    one.apply(vec![Operation::new(absent.clone(), Expect::Absent, Write::Delete)]).await?;
    one.apply(vec![check(&there, Expect::At(version)), check(&absent, Expect::Absent)]).await?;
    one.holds(&[(there.clone(), Some(row("there"))), (absent, None)]).await?;
    let now = one.version(&there).await?;
    ensure(now == version, || "a check has given the row a new version".to_owned())
}
