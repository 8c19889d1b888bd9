//! ST-6: `get` answers with what the last commit wrote, from whatever instance.

use crate::ports::{Expect, Key, Row};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::Trial;
use crate::testkit::conformance::rows::{at, key, number, put, row};
use crate::testkit::conformance::seen::{Seen, ensure, shown};

cases![
    rows_come_in_the_order_of_the_keys,
    a_key_asked_for_twice_is_answered_twice,
    no_keys_have_no_rows,
    what_is_absent_is_none,
    hundreds_of_keys_are_answered_at_once,
    what_one_instance_wrote_the_other_reads,
    the_version_read_is_the_one_to_expect,
];

fn numbered(count: usize) -> Vec<(Key, Row)> {
    (0..count).map(|n| (key(&format!("{n:05}")), number(n))).collect()
}

fn there(rows: &[(Key, Row)]) -> Vec<(Key, Option<Row>)> {
    rows.iter().map(|(key, row)| (key.clone(), Some(row.clone()))).collect()
}

async fn rows_come_in_the_order_of_the_keys(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let rows = numbered(20);
    one.fill(&rows).await?;
    let mut asked = there(&rows);
    other.holds(&asked).await.map_err(|seen| seen.at("in order"))?;
    asked.reverse();
    other.holds(&asked).await.map_err(|seen| seen.at("in reverse"))?;
    // Neither up nor down, with absent ones in between.
    asked.sort_by_key(|(key, _)| key.sort().iter().rev().copied().collect::<Vec<u8>>());
    for n in [0, 7, 20] {
        asked.insert(n, (key(&format!("absent {n}")), None));
    }
    other.holds(&asked).await.map_err(|seen| seen.at("mixed"))
}

async fn a_key_asked_for_twice_is_answered_twice(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let rows = numbered(3);
    one.fill(&rows).await?;
    let absent = vec![(key("absent"), None)];
    let rows = there(&rows);
    one.holds(&[absent.clone(), rows.clone(), rows.clone(), absent, rows].concat()).await
}

async fn no_keys_have_no_rows(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    one.fill(&numbered(1)).await?;
    one.holds(&[]).await
}

/// Neighbours of what is there are not there, nor is what was deleted.
async fn what_is_absent_is_none(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    one.put(&at("realm", b"partition", b"sort"), row("there")).await?;
    let neighbours = [
        at("real", b"partition", b"sort"),
        at("realm", b"partitio", b"sort"),
        at("realm", b"partition", b"sor"),
        at("realm", b"partition", b"sort\0"),
        at("realm", b"partition\0", b"sort"),
        at("realm", b"partition", b""),
        at("realm", b"partitions", b"ort"),
        at("realm", b"partitionsort", b""),
        at("realmp", b"artition", b"sort"),
        at("REALM", b"partition", b"sort"),
        at("realm", b"PARTITION", b"SORT"),
    ];
    other.holds(&neighbours.map(|key| (key, None))).await?;
    let gone = key("gone");
    one.put(&gone, row("gone")).await?;
    one.delete(&gone).await?;
    other.holds(&[(gone.clone(), None)]).await?;
    one.holds(&[(gone, None)]).await
}

async fn hundreds_of_keys_are_answered_at_once(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let rows = numbered(500);
    one.fill(&rows).await?;
    other.holds(&there(&rows)).await?;
    let absent = (0..2500).map(|n| (key(&format!("absent {n}")), None));
    let asked: Vec<_> = absent.chain(there(&rows)).collect();
    other.holds(&asked).await
}

async fn what_one_instance_wrote_the_other_reads(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let there = key("row");
    for round in 0..20 {
        let (writes, reads) = if round % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let version = writes.put(&there, number(round)).await?;
        let found = reads.read(&there).await?;
        let is_it = |found: &crate::ports::Versioned| {
            found.version == version && found.row == number(round)
        };
        ensure(found.as_ref().is_some_and(is_it), || {
            format!("{} is read after {round} was committed", shown(found.as_ref()))
        })?;
        if round % 5 == 4 {
            writes.delete(&there).await?;
            reads.holds(&[(there.clone(), None)]).await?;
        }
    }
    Ok(())
}

async fn the_version_read_is_the_one_to_expect(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let rows = numbered(30);
    one.fill(&rows).await?;
    // Rows of many change sets, so that their versions differ.
    for (key, _) in rows.iter().step_by(3) {
        one.put(key, row("changed")).await?;
    }
    let keys: Vec<Key> = rows.iter().rev().map(|(key, _)| key.clone()).collect();
    let mut change = Vec::new();
    for (key, found) in keys.iter().zip(other.get(&keys).await?) {
        let found = found.ok_or_else(|| Seen::new("a row is gone"))?;
        change.push(put(key, Expect::At(found.version), row("again")));
    }
    other.apply(change).await
}
