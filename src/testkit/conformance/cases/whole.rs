//! ST-1: whole or not at all, and durable.

use crate::ports::{Expect, Key, MAX_OPERATIONS, Operation, Version, Write};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{check, delete, key, make, number, put, receipt, row};
use crate::testkit::conformance::seen::Seen;

cases![
    one_broken_expectation_stops_the_whole_set,
    what_is_committed_is_seen_by_instances_opened_later,
    the_most_operations_are_whole,
    the_most_operations_are_stopped_whole,
];

/// Every way in which an operation on a row can be wrong: the row is there, at another version, or
/// is not there.
fn broken_operations(
    there: &Key,
    missing: &Key,
    outdated: Version,
) -> Vec<(&'static str, Operation)> {
    let operation = |key: &Key, expect, write| Operation::new(key.clone(), expect, write);
    let (wrong, absent) = (Expect::At(outdated), Expect::Absent);
    vec![
        ("put, absent, but it is there", put(there, absent, row("new"))),
        ("put, at an old version", put(there, wrong, row("new"))),
        ("put, at a version, but it is absent", put(missing, wrong, row("new"))),
        ("check, absent, but it is there", check(there, absent)),
        ("check, at an old version", check(there, wrong)),
        ("check, at a version, but it is absent", check(missing, wrong)),
        ("delete, absent, but it is there", operation(there, absent, Write::Delete)),
        ("delete, at an old version", operation(there, wrong, Write::Delete)),
        ("delete, at a version, but it is absent", operation(missing, wrong, Write::Delete)),
    ]
}

async fn one_broken_expectation_stops_the_whole_set(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    // The broken operation comes first, in the middle and last.
    for (first, last) in [("0", "1"), ("m", "n"), ("y", "z")] {
        let (there, missing) = (key(&format!("{first} there")), key(&format!("{last} missing")));
        let outdated = one.put(&there, row("old")).await?;
        one.put(&there, row("current")).await?;
        for (wrong, broken) in broken_operations(&there, &missing, outdated) {
            let at = |seen: Seen| seen.at(wrong);
            stopped_by(broken, &one, &other).await.map_err(at)?;
        }
    }
    Ok(())
}

/// Sends good operations with a broken one. Another instance must see nothing of them.
async fn stopped_by(broken: Operation, one: &Instance, other: &Instance) -> Result<(), Seen> {
    let (new, more) = (key("c new"), key("x new"));
    let (held, gone) = (key("d held"), key("w gone"));
    let held_at = one.put(&held, row("held")).await?;
    let gone_at = one.put(&gone, row("gone")).await?;
    let good = vec![
        make(&new, row("new")),
        make(&more, row("new")),
        put(&held, Expect::At(held_at), row("changed")),
        delete(&gone, gone_at),
    ];
    let change = one.change(good.into_iter().chain([broken]).collect())?;
    let keys: Vec<Key> = change.operations().iter().map(|is| is.key.clone()).collect();
    let before = one.get(&keys).await?;
    one.refused(&change).await?;
    other.still(&keys, &before).await?;
    one.still(&keys, &before).await
}

async fn what_is_committed_is_seen_by_instances_opened_later(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let (new, gone, changed) = (key("new"), key("gone"), key("changed"));
    let gone_at = one.put(&gone, row("gone")).await?;
    let changed_at = one.put(&changed, row("old")).await?;
    one.apply(vec![
        make(&new, row("new")),
        delete(&gone, gone_at),
        put(&changed, Expect::At(changed_at), row("changed")),
    ])
    .await?;
    let rows = [(new, Some(row("new"))), (gone, None), (changed, Some(row("changed")))];
    other.holds(&rows).await.map_err(|seen| seen.at("opened before"))?;
    drop(one);
    let later = trial.open().await?;
    later.holds(&rows).await.map_err(|seen| seen.at("opened later"))?;
    drop((other, later));
    let last = trial.open().await?;
    last.holds(&rows).await.map_err(|seen| seen.at("opened when no other was"))
}

/// Rows that are there, and as many operations as there may be: changes, checks, removals, and new
/// rows, of which the receipt is one.
async fn the_most(one: &Instance) -> Result<Vec<Operation>, Seen> {
    const CHANGED: usize = 24;
    let old: Vec<_> = (0..3 * CHANGED).map(|n| (key(&format!("old {n}")), number(n))).collect();
    one.fill(&old).await?;
    let keys: Vec<Key> = old.iter().map(|(key, _)| key.clone()).collect();
    let found = one.get(&keys).await?;
    let mut operations = Vec::new();
    for (n, (key, found)) in keys.iter().zip(found.into_iter().flatten()).enumerate() {
        operations.push(match n / CHANGED {
            0 => put(key, Expect::At(found.version), number(1000 + n)),
            1 => check(key, Expect::At(found.version)),
            _ => delete(key, found.version),
        });
    }
    let new = operations.len() + 1..MAX_OPERATIONS;
    operations.extend(new.map(|n| make(&key(&format!("new {n}")), number(n))));
    Ok(operations)
}

async fn the_most_operations_are_whole(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let change = one.change(the_most(&one).await?)?;
    let before = one.get(&keys_of(change.operations())).await?;
    if !one.send(&change).await?.is_committed() {
        return Err(Seen::new("a conflict that is none"));
    }
    let rows = change.operations().iter().zip(before);
    let rows: Vec<_> = rows
        .map(|(operation, before)| match &operation.write {
            Write::Put(row) => (operation.key.clone(), Some(row.clone())),
            Write::Check => (operation.key.clone(), before.map(|found| found.row)),
            Write::Delete => (operation.key.clone(), None),
        })
        .collect();
    other.holds(&rows).await
}

async fn the_most_operations_are_stopped_whole(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let operations = the_most(&one).await?;
    // The checked rows are in the middle of the list; one of them changes.
    let checked = operations.iter().find(|is| is.write == Write::Check);
    let checked = checked.ok_or_else(|| Seen::new("no row was found"))?;
    other.put(&checked.key.clone(), row("another")).await?;
    let change = one.change(operations)?;
    let keys = keys_of(change.operations());
    let before = one.get(&keys).await?;
    one.refused(&change).await?;
    other.still(&keys, &before).await?;
    other.holds(&[(receipt(change.id()), None)]).await
}

fn keys_of(operations: &[Operation]) -> Vec<Key> {
    operations.iter().map(|is| is.key.clone()).collect()
}
