//! ST-4: a conflict is one, and nothing of it is applied, ever.

use crate::ports::{Expect, Key};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::Trial;
use crate::testkit::conformance::rows::{check, delete, key, make, put, receipt, row};
use crate::testkit::conformance::seen::{Seen, ensure, shown_keys};

cases![
    a_conflict_names_what_was_not_as_expected,
    what_conflicts_is_not_applied,
    what_conflicts_is_not_applied_later,
    what_is_committed_is_applied,
];

async fn a_conflict_names_what_was_not_as_expected(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let [there, moved, missing, fine] = ["there", "moved", "missing", "fine"].map(key);
    let old = one.put(&moved, row("old")).await?;
    one.put(&moved, row("new")).await?;
    one.put(&there, row("there")).await?;
    let fine_at = one.put(&fine, row("fine")).await?;
    let broken = [
        make(&there, row("mine")),
        check(&there, Expect::Absent),
        put(&moved, Expect::At(old), row("mine")),
        check(&moved, Expect::At(old)),
        delete(&moved, old),
        check(&missing, Expect::At(old)),
    ];
    let good = [check(&fine, Expect::At(fine_at)), make(&key("a new"), row("mine"))];
    for operation in &broken {
        let wrong = std::slice::from_ref(&operation.key);
        let operations = good.iter().chain([operation]).cloned().collect();
        names_only(wrong, &one.refused(&one.change(operations)?).await?)?;
    }
    // Three at once: naming one of them is enough.
    let three = broken.iter().take(1).chain(broken.iter().skip(4));
    let operations = good.iter().chain(three).cloned().collect();
    names_only(&[there, moved, missing], &one.refused(&one.change(operations)?).await?)
}

fn names_only(wrong: &[Key], named: &[Key]) -> Result<(), Seen> {
    ensure(!named.is_empty() && named.iter().all(|key| wrong.contains(key)), || {
        format!("{} named, {} were not as expected", shown_keys(named), shown_keys(wrong))
    })
}

async fn what_conflicts_is_not_applied(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let (there, new) = (key("there"), key("new"));
    one.put(&there, row("there")).await?;
    // The operation that conflicts stands alone with the receipt, and with others.
    for more in [vec![], vec![make(&new, row("new"))]] {
        let operations = more.into_iter().chain([make(&there, row("mine"))]);
        let change = one.change(operations.collect())?;
        one.refused(&change).await?;
        let held = (there.clone(), Some(row("there")));
        other.holds(&[(receipt(change.id()), None), (new.clone(), None), held]).await?;
    }
    Ok(())
}

/// Its expectations come true after it was refused; it must stay refused.
async fn what_conflicts_is_not_applied_later(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let (there, new) = (key("there"), key("new"));
    one.put(&there, row("there")).await?;
    let change = one.change(vec![make(&new, row("mine")), make(&there, row("mine"))])?;
    one.refused(&change).await?;
    one.delete(&there).await?;
    for (instance, more) in [(&one, "a"), (&other, "b"), (&one, "c")] {
        instance.put(&key(more), row("more")).await?;
        let nothing = [(receipt(change.id()), None), (new.clone(), None), (there.clone(), None)];
        other.holds(&nothing).await?;
    }
    Ok(())
}

async fn what_is_committed_is_applied(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    for name in ["a", "b", "c", "d", "e"] {
        one.apply(vec![make(&key(name), row("made"))]).await?;
        other.holds(&[(key(name), Some(row("made")))]).await?;
        let version = other.version(&key(name)).await?;
        other.apply(vec![put(&key(name), Expect::At(version), row("changed"))]).await?;
        one.holds(&[(key(name), Some(row("changed")))]).await?;
        let version = one.version(&key(name)).await?;
        one.apply(vec![delete(&key(name), version)]).await?;
        other.holds(&[(key(name), None)]).await?;
    }
    Ok(())
}
