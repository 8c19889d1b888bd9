//! ST-3: versions of a key never repeat.

use std::collections::BTreeSet;

use crate::ports::{Expect, Version};
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{check, delete, key, number, put, row};
use crate::testkit::conformance::seen::{Seen, ensure};

cases![
    a_row_that_is_put_again_has_a_new_version,
    a_row_that_is_made_anew_has_a_new_version,
    versions_do_not_repeat_across_instances,
    what_was_expected_before_conflicts_after,
];

const TIMES: usize = 30;

/// All versions that a key has had.
#[derive(Default)]
struct Had(BTreeSet<Version>);

impl Had {
    fn new_one(&mut self, version: Version) -> Result<(), Seen> {
        let number = version.number();
        ensure(self.0.insert(version), || format!("version {number} a second time"))
    }
}

async fn a_row_that_is_put_again_has_a_new_version(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    let mut had = Had::default();
    for time in 0..TIMES {
        // The same content three times over.
        had.new_one(one.put(&key("row"), number(time / 3)).await?)?;
    }
    Ok(())
}

async fn make_and_delete(instances: [&Instance; 2]) -> Result<(), Seen> {
    let mut had = Had::default();
    for instance in instances.iter().cycle().take(TIMES) {
        had.new_one(instance.put(&key("row"), row("same")).await?)?;
        had.new_one(instance.put(&key("row"), row("changed")).await?)?;
        instance.delete(&key("row")).await?;
    }
    Ok(())
}

async fn a_row_that_is_made_anew_has_a_new_version(trial: &Trial) -> Result<(), Seen> {
    let one = trial.open().await?;
    make_and_delete([&one, &one]).await
}

async fn versions_do_not_repeat_across_instances(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    make_and_delete([&one, &other]).await?;
    let mut had = Had::default();
    for _ in 0..TIMES {
        let opened = trial.open().await?;
        had.new_one(opened.put(&key("another"), row("same")).await?)?;
        had.new_one(one.put(&key("another"), row("same")).await?)?;
    }
    Ok(())
}

async fn what_was_expected_before_conflicts_after(trial: &Trial) -> Result<(), Seen> {
    let (one, other) = trial.open_two().await?;
    let row_key = key("row");
    let old = one.put(&row_key, row("same")).await?;
    one.delete(&row_key).await?;
    other.put(&row_key, row("same")).await?;
    for operation in [
        put(&row_key, Expect::At(old), row("late")),
        check(&row_key, Expect::At(old)),
        delete(&row_key, old),
    ] {
        one.refused(&one.change(vec![operation])?).await?;
    }
    other.holds(&[(row_key, Some(row("same")))]).await
}
