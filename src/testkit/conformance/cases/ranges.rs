//! ST-8: scans by key.

use crate::ports::{Expect, Key, Row, Scan};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{REALM, at, key, number, put, row};
use crate::testkit::conformance::scanning::{finds, finds_meanwhile, pages};
use crate::testkit::conformance::seen::Seen;
use crate::testkit::conformance::time::{Boxed, Patience, together, turn};

cases![
    a_range_is_sorted_and_leaves_out_its_end,
    a_range_stays_in_its_partition_and_realm,
    an_empty_range_has_no_rows,
    a_range_shows_what_became_of_rows,
    a_version_found_by_range_is_the_one_to_expect,
    a_range_ends_while_others_write,
];

const PARTITION: &[u8] = b"a";

/// Places within a partition that are easily mistaken for each other, in order.
const SORTS: [&[u8]; 14] = [
    b"",
    b"\0",
    b"\0\0",
    b"\0\x01",
    b"\x01",
    b"A",
    b"a",
    b"a\0",
    b"a\0b",
    b"aa",
    b"b",
    b"\x7f\xff",
    b"\x80",
    b"\xff\xff",
];

fn here(sort: &[u8]) -> Key {
    at(REALM, PARTITION, sort)
}

fn rows() -> Vec<(Key, Row)> {
    SORTS.iter().enumerate().map(|(n, sort)| (here(sort), number(n))).collect()
}

fn range(from: &[u8], to: &[u8]) -> Scan {
    Scan::Range { from: here(from), to: here(to) }
}

async fn a_range_is_sorted_and_leaves_out_its_end(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    // Put in another order than they are found in.
    let mut mixed = rows();
    mixed.rotate_left(5);
    mixed.reverse();
    one.fill(&mixed).await?;
    let beyond: &[u8] = b"\xff\xff\xff";
    let ranges: [(&[u8], &[u8]); 6] = [
        (b"", beyond),
        (b"\0", b"a"),
        (b"a", b"a\0"),
        (b"a\0", beyond),
        (b"B", b"\x80"),
        (b"", b"\0\0"),
    ];
    for (from, to) in ranges {
        let scan = range(from, to);
        let mut rows = rows();
        rows.retain(|(key, _)| (from..to).contains(&key.sort()));
        finds(&other, &scan, &rows).await?;
    }
    Ok(())
}

async fn a_range_stays_in_its_partition_and_realm(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    one.fill(&rows()).await?;
    let partitions: [&[u8]; 7] = [b"", b"`", b"`\xff", b"a\0", b"aa", b"b", b"A"];
    for partition in partitions {
        let neighbours = SORTS.map(|sort| (at(REALM, partition, sort), row("neighbour")));
        one.fill(&neighbours).await?;
    }
    for realm in ["conformanc", "conformance2", "Conformance"] {
        let neighbours = SORTS.map(|sort| (at(realm, PARTITION, sort), row("neighbour")));
        one.fill(&neighbours).await?;
    }
    finds(&one, &range(b"", b"\xff\xff\xff"), &rows()).await
}

async fn an_empty_range_has_no_rows(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    one.fill(&rows()).await?;
    let ranges: [(&[u8], &[u8]); 5] =
        [(b"a", b"a"), (b"b", b"a"), (b"", b""), (b"B", b"C"), (b"\xff\xff\xff", b"")];
    for (from, to) in ranges {
        finds(&one, &range(from, to), &[]).await?;
    }
    Ok(())
}

async fn a_range_shows_what_became_of_rows(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    one.fill(&rows()).await?;
    let mut rows = rows();
    for (key, row) in rows.iter_mut().step_by(3) {
        *row = number(1000);
        other.put(key, row.clone()).await?;
    }
    for (key, _) in rows.iter().skip(1).step_by(3) {
        other.delete(key).await?;
    }
    let mut gone = 0..;
    rows.retain(|_| gone.next().is_some_and(|n: usize| n % 3 != 1));
    finds(&one, &range(b"", b"\xff\xff\xff"), &rows).await
}

async fn a_version_found_by_range_is_the_one_to_expect(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    one.fill(&rows()).await?;
    for (key, _) in rows().iter().step_by(2) {
        one.put(key, row("changed")).await?;
    }
    let scan = range(b"", b"\xff\xff\xff");
    let mut patience = Patience::default();
    loop {
        let found = pages(&one, &scan, 5).await?;
        let change = found.iter().map(|(key, found)| {
            let expect = Expect::At(found.version);
            put(key, expect, row("again"))
        });
        if found.len() == SORTS.len() && one.commit(change.collect()).await?.is_committed() {
            return Ok(());
        }
        let seen = || format!("{} rows are found whose versions conflict", found.len());
        patience.or_fail(seen).await?;
    }
}

/// Rows come and go between those that stay.
async fn a_range_ends_while_others_write(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let staying: Vec<_> = (0..20).map(|n| (key(&format!("{n:02} stays")), number(n))).collect();
    one.fill(&staying).await?;
    let scan = Scan::Range { from: key("00"), to: key("99") };
    let writer = Box::pin(come_and_go(&other)) as Boxed<'_, _>;
    let readers = [&one, &other]
        .map(|instance| Box::pin(finds_meanwhile(instance, &scan, &staying)) as Boxed<'_, _>);
    let done = together([writer].into_iter().chain(readers).collect()).await;
    done.into_iter().collect::<Result<(), Seen>>()
}

async fn come_and_go(instance: &Instance) -> Result<(), Seen> {
    for round in 0..20 {
        let fleeting = key(&format!("{round:02} comes"));
        instance.put(&fleeting, row("comes")).await?;
        turn().await;
        instance.delete(&fleeting).await?;
        let ahead = key(&format!("{:02} late", 20 - round));
        instance.put(&ahead, row("late")).await?;
        turn().await;
    }
    Ok(())
}
