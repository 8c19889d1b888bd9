//! ST-5: a change set that is sent again is not applied again.

use crate::ports::{CommitOutcome, Expect, Key};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::Trial;
use crate::testkit::conformance::rows::{check, delete, key, make, put, receipt, row};
use crate::testkit::conformance::seen::{Seen, ensure};
use crate::testkit::conformance::time::together;

cases![
    what_is_sent_again_conflicts_and_changes_nothing,
    only_the_receipt_stops_what_could_be_applied_again,
    what_is_sent_twice_at_once_is_applied_once,
];

async fn what_is_sent_again_conflicts_and_changes_nothing(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let (new, old, gone) = (key("new"), key("old"), key("gone"));
    let old_at = Expect::At(one.put(&old, row("old")).await?);
    let gone_at = one.put(&gone, row("gone")).await?;
    let change = one.change(vec![
        make(&new, row("new")),
        put(&old, old_at, row("changed")),
        delete(&gone, gone_at),
    ])?;
    ensure(one.send(&change).await?.is_committed(), || "a conflict that is none".to_owned())?;
    let keys: Vec<Key> = change.operations().iter().map(|is| is.key.clone()).collect();
    let after = one.get(&keys).await?;
    for instance in [&one, &other, &trial.open().await?] {
        instance.refused(&change).await?;
        instance.still(&keys, &after).await?;
    }
    let found = other.read(&receipt(change.id())).await?;
    ensure(found.is_some(), || "no receipt".to_owned())
}

/// Everything else is again as it was expected when the change set is sent a second time.
async fn only_the_receipt_stops_what_could_be_applied_again(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let (held, new) = (key("held"), key("new"));
    let held_at = Expect::At(one.put(&held, row("held")).await?);
    // Twice: receipts stand before the other rows and after them.
    for _ in 0..2 {
        let change = one.change(vec![check(&held, held_at), make(&new, row("new"))])?;
        ensure(one.send(&change).await?.is_committed(), || "a conflict that is none".to_owned())?;
        other.delete(&new).await?;
        let named = one.refused(&change).await?;
        ensure(named == [receipt(change.id())], || {
            "the conflict names something else than the receipt".to_owned()
        })?;
        other.refused(&change).await?;
        one.holds(&[(new.clone(), None), (held.clone(), Some(row("held")))]).await?;
    }
    Ok(())
}

async fn what_is_sent_twice_at_once_is_applied_once(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let held = key("held");
    let held_at = Expect::At(one.put(&held, row("held")).await?);
    for round in 0..10 {
        // Nothing but the receipt and what it writes can tell the second from the first.
        let change = one.change(vec![check(&held, held_at)])?;
        let sent = vec![one.store.commit(&change), other.store.commit(&change)];
        let told = together(sent).await;
        let is_committed =
            |told: &&Result<CommitOutcome, _>| matches!(told, Ok(CommitOutcome::Committed));
        let committed = told.iter().filter(is_committed).count();
        ensure(committed <= 1, || format!("committed {committed} times, in round {round}"))?;
        // If both are in doubt it may not have been applied yet.
        let more = usize::from(one.send_again(&change).await?.is_committed());
        ensure(committed + more <= 1, || "committed a second time".to_owned())?;
        other.version(&receipt(change.id())).await?;
    }
    Ok(())
}
