//! ST-8: scans by the instant at which rows are due.

use chrono::{DateTime, Utc};

use crate::ports::{Expect, Key, Row, Scan};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{REALM, at, key, number, put, row};
use crate::testkit::conformance::scanning::{finds, finds_meanwhile, pages};
use crate::testkit::conformance::seen::Seen;
use crate::testkit::conformance::time::{Boxed, Patience, together, turn};

cases![
    due_rows_are_sorted_by_their_instant,
    the_last_instant_is_due_the_next_is_not,
    due_rows_are_of_the_realm,
    a_row_whose_instant_changes_is_found_there_only,
    rows_of_one_instant_come_once_each,
    a_version_found_by_instant_is_the_one_to_expect,
    a_due_scan_ends_while_others_write,
];

/// 2026-11-24, 10:00 UTC.
const TEN: i64 = 1_795_514_400;

fn instant(second: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(second, 0)
}

fn due(name: &str, second: i64) -> (Key, Row) {
    (key(name), row(name).with_due(instant(second)))
}

fn until(realm: &str, second: i64) -> Scan {
    Scan::Due { realm: realm.to_owned(), until: instant(second).unwrap_or_default() }
}

async fn due_rows_are_sorted_by_their_instant(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    // By instant, not by key, nor by the digits of a number.
    let mut rows = vec![
        due("e", -86_400),
        due("c", -1),
        due("h", 0),
        due("a", 9),
        due("g", 10),
        due("b", 100),
        due("f", TEN - 1),
        due("d", TEN),
    ];
    let sorted = rows.clone();
    rows.reverse();
    rows.rotate_left(3);
    one.fill(&rows).await?;
    one.fill(&[(key("never"), row("never")), (key("0"), row("0"))]).await?;
    finds(&other, &until(REALM, TEN), &sorted).await
}

async fn the_last_instant_is_due_the_next_is_not(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let rows = [due("a", TEN - 1), due("b", TEN), due("c", TEN + 1), due("d", TEN + 86_400)];
    one.fill(&rows).await?;
    for (last, count) in [(TEN - 2, 0), (TEN - 1, 1), (TEN, 2), (TEN + 1, 3), (TEN + 86_400, 4)] {
        let rows: Vec<_> = rows.iter().take(count).cloned().collect();
        finds(&one, &until(REALM, last), &rows).await?;
    }
    Ok(())
}

async fn due_rows_are_of_the_realm(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    for (n, realm) in ["a", "ab", "b", "A"].into_iter().enumerate() {
        let seconds = [TEN, TEN + 1, TEN + 2];
        let rows = seconds.map(|second| {
            (at(realm, b"p", &second.to_be_bytes()), number(n).with_due(instant(second)))
        });
        one.fill(&rows).await?;
        finds(&one, &until(realm, TEN + 1), &rows[..2]).await?;
    }
    finds(&one, &until("aa", TEN + 9), &[]).await
}

async fn a_row_whose_instant_changes_is_found_there_only(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let names = ["a", "b", "c", "d", "e", "f"];
    one.fill(&names.map(|name| due(name, TEN))).await?;
    for (key, row) in [due("a", TEN + 5), due("b", TEN - 5), due("f", TEN + 99)] {
        other.put(&key, row).await?;
    }
    other.put(&key("c"), row("c")).await?;
    other.delete(&key("d")).await?;
    other.delete(&key("e")).await?;
    one.fill(&[due("e", TEN + 1)]).await?;
    let rows = [due("b", TEN - 5), due("e", TEN + 1), due("a", TEN + 5)];
    finds(&one, &until(REALM, TEN + 50), &rows).await?;
    // What was not due gets an instant.
    other.put(&key("c"), row("c").with_due(instant(TEN + 3))).await?;
    let [b, e, a] = rows;
    finds(&one, &until(REALM, TEN + 50), &[b, e, due("c", TEN + 3), a]).await
}

async fn rows_of_one_instant_come_once_each(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let partitions: [&[u8]; 4] = [b"", b"a", b"a\0", b"\xff"];
    let sorts: [&[u8]; 4] = [b"", b"\0", b"b", b"\xff"];
    let mut rows = Vec::new();
    for partition in partitions {
        let of = sorts.map(|sort| (at(REALM, partition, sort), row("tie").with_due(instant(TEN))));
        rows.extend(of);
    }
    one.fill(&rows).await?;
    let scan = until(REALM, TEN);
    for limit in [1, 2, 4, 7, 16, 17] {
        let mut patience = Patience::default();
        loop {
            let found = pages(&one, &scan, limit).await?;
            let mut keys: Vec<&Key> = found.iter().map(|(key, _)| key).collect();
            keys.sort_unstable();
            // They were made in the order of their keys.
            if keys.into_iter().eq(rows.iter().map(|(key, _)| key)) {
                break;
            }
            let seen = || format!("{} rows of 16, on pages of {limit}", found.len());
            patience.or_fail(seen).await?;
        }
    }
    Ok(())
}

async fn a_version_found_by_instant_is_the_one_to_expect(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let rows: Vec<_> = (0..10).map(|n| due(&n.to_string(), TEN + n)).collect();
    one.fill(&rows).await?;
    for (key, row) in rows.iter().step_by(2) {
        one.put(key, row.clone()).await?;
    }
    let mut patience = Patience::default();
    loop {
        let found = pages(&one, &until(REALM, TEN + 10), 3).await?;
        let change = found.iter().map(|(key, found)| {
            let expect = Expect::At(found.version);
            put(key, expect, row("done"))
        });
        if found.len() == rows.len() && one.commit(change.collect()).await?.is_committed() {
            return Ok(());
        }
        let seen = || format!("{} rows are found whose versions conflict", found.len());
        patience.or_fail(seen).await?;
    }
}

/// Rows are put off, and come, while others stay.
async fn a_due_scan_ends_while_others_write(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let staying: Vec<_> = (0..20).map(|n| due(&format!("{n:02} stays"), TEN + n)).collect();
    one.fill(&staying).await?;
    let scan = until(REALM, TEN + 1000);
    let writer = Box::pin(put_off(&other)) as Boxed<'_, _>;
    let readers = [&one, &other]
        .map(|instance| Box::pin(finds_meanwhile(instance, &scan, &staying)) as Boxed<'_, _>);
    let done = together([writer].into_iter().chain(readers).collect()).await;
    done.into_iter().collect::<Result<(), Seen>>()
}

async fn put_off(instance: &Instance) -> Result<(), Seen> {
    for round in 0..20 {
        for name in ["a", "b"] {
            let (key, row) = due(name, TEN + 7 * round);
            instance.put(&key, row).await?;
        }
        turn().await;
    }
    Ok(())
}
