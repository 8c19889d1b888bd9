//! ST-2: all expectations of a change set hold at one instant.

use crate::ports::{Expect, Operation, Versioned};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{check, key, make, number, put};
use crate::testkit::conformance::seen::{Seen, ensure};
use crate::testkit::conformance::time::{Boxed, Patience, together, turn};

cases![
    no_increment_is_lost,
    one_of_two_makes_a_row,
    two_do_not_change_what_the_other_checks,
    two_do_not_make_what_the_other_checks_to_be_absent,
    one_changes_what_the_other_makes_only_if_absent,
    nobody_commits_over_half_a_change,
];

const CLIENTS: usize = 4;
const ROUNDS: usize = 10;

fn number_in(found: &Versioned) -> Result<usize, Seen> {
    serde_json::from_slice(&found.row.json).map_err(|_| Seen::new("a row is not what was put"))
}

async fn no_increment_is_lost(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    one.apply(vec![make(&key("counter"), number(0))]).await?;
    let clients = (0..CLIENTS).map(|client| {
        let instance = if client % 2 == 0 { &one } else { &other };
        Box::pin(increment(instance)) as Boxed<'_, _>
    });
    together(clients.collect()).await.into_iter().collect::<Result<(), Seen>>()?;
    one.holds(&[(key("counter"), Some(number(CLIENTS * ROUNDS)))]).await
}

/// Adds one to the counter, ten times, each time until it succeeds.
async fn increment(instance: &Instance) -> Result<(), Seen> {
    let counter = key("counter");
    for _ in 0..ROUNDS {
        let mut patience = Patience::default();
        loop {
            let found = instance.read(&counter).await?;
            let found = found.ok_or_else(|| Seen::new("the counter is gone"))?;
            turn().await;
            let more = number(number_in(&found)? + 1);
            let change = vec![put(&counter, Expect::At(found.version), more)];
            if instance.commit(change).await?.is_committed() {
                break;
            }
            patience.or_fail(|| "increments only ever conflict".to_owned()).await?;
        }
    }
    Ok(())
}

/// Commits two changes at once of which exactly one can be applied, again and again.
async fn one_of_two(
    trial: &Trial,
    changes: impl Fn([Expect; 2]) -> [Vec<Operation>; 2] + Sync,
) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    for round in 0..ROUNDS {
        let mut expected = [Expect::Absent; 2];
        for (name, expect) in ["a", "b"].iter().zip(&mut expected) {
            *expect = Expect::At(one.put(&key(name), number(round)).await?);
            let new = key(&format!("new {name}"));
            if one.read(&new).await?.is_some() {
                one.delete(&new).await?;
            }
        }
        let [first, second] = changes(expected);
        let both = together(vec![Box::pin(one.commit(first)), Box::pin(other.commit(second))]);
        let told = both.await.into_iter().collect::<Result<Vec<_>, Seen>>()?;
        let committed = told.iter().filter(|told| told.is_committed()).count();
        ensure(committed == 1, || format!("{committed} of two committed, in round {round}"))?;
    }
    Ok(())
}

async fn one_of_two_makes_a_row(trial: &Trial) -> Result<(), Seen> {
    let new = key("new a");
    one_of_two(trial, |_| [1, 2].map(|by| vec![make(&new, number(by))])).await
}

/// Write skew: neither writes what the other writes.
async fn two_do_not_change_what_the_other_checks(trial: &Trial) -> Result<(), Seen> {
    let (a, b) = (key("a"), key("b"));
    one_of_two(trial, |[at_a, at_b]| {
        [
            vec![check(&a, at_a), put(&b, at_b, number(1000))],
            vec![check(&b, at_b), put(&a, at_a, number(1000))],
        ]
    })
    .await
}

/// Write skew over rows that are not there, so that there is nothing to lock.
async fn two_do_not_make_what_the_other_checks_to_be_absent(trial: &Trial) -> Result<(), Seen> {
    let (a, b) = (key("new a"), key("new b"));
    one_of_two(trial, |_| {
        [
            vec![check(&a, Expect::Absent), make(&b, number(1000))],
            vec![check(&b, Expect::Absent), make(&a, number(1000))],
        ]
    })
    .await
}

async fn one_changes_what_the_other_makes_only_if_absent(trial: &Trial) -> Result<(), Seen> {
    let (held, new) = (key("a"), key("new b"));
    one_of_two(trial, |[at, _]| {
        [
            vec![check(&new, Expect::Absent), put(&held, at, number(1000))],
            vec![check(&held, at), make(&new, number(1000))],
        ]
    })
    .await
}

/// Two rows are always written together, with one number. `get` may see them at two instants; but
/// then a change set that checks both of them cannot be applied.
async fn nobody_commits_over_half_a_change(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    one.apply(vec![make(&key("a"), number(0)), make(&key("b"), number(0))]).await?;
    let writer = Box::pin(write_both(&one)) as Boxed<'_, _>;
    let readers = [&one, &other].map(|instance| Box::pin(check_both(instance)) as Boxed<'_, _>);
    let done = together([writer].into_iter().chain(readers).collect()).await;
    done.into_iter().collect::<Result<(), Seen>>()?;
    ensure(number_checked(&other).await?.is_some(), || {
        "two rows that nobody writes any more cannot be checked".to_owned()
    })
}

async fn write_both(instance: &Instance) -> Result<(), Seen> {
    let keys = [key("a"), key("b")];
    for round in 1..=ROUNDS {
        let mut change = Vec::new();
        for key in &keys {
            let expect = Expect::At(instance.version(key).await?);
            change.push(put(key, expect, number(round)));
        }
        instance.apply(change).await?;
        turn().await;
    }
    Ok(())
}

async fn check_both(instance: &Instance) -> Result<(), Seen> {
    for _ in 0..3 * ROUNDS {
        number_checked(instance).await?;
        turn().await;
    }
    Ok(())
}

/// The number in both rows, if they can be read and checked at one instant.
async fn number_checked(instance: &Instance) -> Result<Option<usize>, Seen> {
    let keys = [key("a"), key("b")];
    let (mut numbers, mut checks) = (Vec::new(), Vec::new());
    for (key, found) in keys.iter().zip(instance.get(&keys).await?) {
        let found = found.ok_or_else(|| Seen::new("a row is gone"))?;
        numbers.push(number_in(&found)?);
        checks.push(check(key, Expect::At(found.version)));
    }
    if !instance.commit(checks).await?.is_committed() {
        return Ok(None);
    }
    numbers.dedup();
    ensure(numbers.len() == 1, || format!("the two rows held {numbers:?} at one instant"))?;
    Ok(numbers.pop())
}
