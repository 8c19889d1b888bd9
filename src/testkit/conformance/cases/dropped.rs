//! ST-7: a call whose future is dropped is harmless.

use std::time::Duration;

use crate::ports::{ChangeSet, Expect, Key, Page, Scan};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{delete, key, make, put, receipt, row};
use crate::testkit::conformance::scanning::pages;
use crate::testkit::conformance::seen::{Seen, ensure};
use crate::testkit::conformance::time::{Boxed, in_time, poll_and_drop, together};

cases![
    a_dropped_commit_is_whole_or_nothing,
    a_dropped_read_is_harmless,
    many_dropped_at_once_exhaust_nothing,
];

/// After how many polls futures are dropped.
const MOST_POLLS: usize = 16;
/// A store that takes longer than this after futures were dropped does not go on working.
const PATIENCE: Duration = Duration::from_secs(10);

async fn a_dropped_commit_is_whole_or_nothing(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    for polls in 0..=MOST_POLLS {
        for held in ["a", "y"] {
            let run = async {
                let change = mixed(&one, held).await?;
                poll_and_drop(one.store.commit(&change), polls).await;
                settled(&other, &change).await?;
                goes_on(&one).await
            };
            let in_time = in_time(PATIENCE, run).await.flatten();
            in_time.map_err(|seen| seen.at(format!("after {polls} polls")))?;
        }
    }
    Ok(())
}

/// A change set that makes, changes and deletes rows.
async fn mixed(instance: &Instance, held: &str) -> Result<ChangeSet, Seen> {
    let (new, held, gone) = (key("new"), key(held), key("gone"));
    if instance.read(&new).await?.is_some() {
        instance.delete(&new).await?;
    }
    let held_at = Expect::At(instance.put(&held, row("held")).await?);
    let gone_at = instance.put(&gone, row("gone")).await?;
    let change =
        vec![make(&new, row("new")), put(&held, held_at, row("changed")), delete(&gone, gone_at)];
    instance.change(change)
}

/// Sends a change set again. It was applied then or is now: whole, and once.
async fn settled(instance: &Instance, change: &ChangeSet) -> Result<(), Seen> {
    let committed = instance.send_again(change).await?.is_committed();
    let held: Vec<Key> = change.operations().iter().map(|is| is.key.clone()).collect();
    let found = instance.get(&held).await?;
    for (operation, found) in change.operations().iter().zip(&found) {
        let row = match &operation.write {
            crate::ports::Write::Put(row) => Some(row),
            _ => None,
        };
        ensure(found.as_ref().map(|found| &found.row) == row, || {
            let told = if committed { "committed" } else { "conflicts" };
            format!("a change set that was dropped and then {told} is there in part, or not at all")
        })?;
    }
    instance.refused(change).await?;
    instance.still(&held, &found).await
}

async fn a_dropped_read_is_harmless(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let keys: Vec<Key> = (0..20).map(|n| key(&format!("{n:02}"))).collect();
    let rows: Vec<_> = keys.iter().map(|key| (key.clone(), row("there"))).collect();
    one.fill(&rows).await?;
    let scan = Scan::Range { from: key("00"), to: key("99") };
    let page = Page::first(100);
    for polls in 0..=MOST_POLLS {
        let run = async {
            poll_and_drop(one.store.get(&keys), polls).await;
            poll_and_drop(one.store.scan(&scan, &page), polls).await;
            goes_on(&one).await
        };
        let in_time = in_time(PATIENCE, run).await.flatten();
        in_time.map_err(|seen| seen.at(format!("after {polls} polls")))?;
    }
    let there: Vec<_> = rows.into_iter().map(|(key, row)| (key, Some(row))).collect();
    one.holds(&there).await
}

/// More at once than a pool has connections.
async fn many_dropped_at_once_exhaust_nothing(trial: &Trial) -> Result<(), Seen> {
    const MANY: usize = 30;
    let (one, other) = trial.open_two().await?;
    let keys = [key("a"), key("b")];
    let (scan, page) = (Scan::Range { from: key("a"), to: key("b") }, Page::first(9));
    for polls in 1..=6 {
        let changes = (0..MANY).map(|n| {
            let new = key(&format!("{polls} {n}"));
            one.change(vec![make(&new, row("new"))])
        });
        let changes = changes.collect::<Result<Vec<_>, Seen>>()?;
        let run = async {
            let commits = changes.iter().map(|change| {
                Box::pin(async { drop(poll_and_drop(one.store.commit(change), polls).await) })
                    as Boxed<'_, ()>
            });
            let reads = (0..MANY).map(|_| {
                Box::pin(async {
                    poll_and_drop(one.store.get(&keys), polls).await;
                    poll_and_drop(one.store.scan(&scan, &page), polls).await;
                }) as Boxed<'_, ()>
            });
            together(commits.chain(reads).collect()).await;
            goes_on(&one).await?;
            for change in &changes {
                settled(&other, change).await?;
            }
            Ok(())
        };
        let in_time = in_time(PATIENCE, run).await.flatten();
        in_time.map_err(|seen| seen.at(format!("after {MANY} dropped after {polls} polls")))?;
    }
    Ok(())
}

/// The store serves twenty further commits, and reads.
async fn goes_on(instance: &Instance) -> Result<(), Seen> {
    for _ in 0..20 {
        let change = instance.change(Vec::new())?;
        let is_committed = instance.send(&change).await?.is_committed();
        ensure(is_committed, || "a conflict over a receipt that is new".to_owned())?;
        instance.version(&receipt(change.id())).await?;
    }
    pages(instance, &Scan::Range { from: key("a"), to: key("b") }, 9).await?;
    Ok(())
}
