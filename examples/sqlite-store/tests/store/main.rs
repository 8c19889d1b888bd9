//! The store keeps its contract: the suite's clauses, all scenarios, and what only SQLite has.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panics; made at run time, they are not known to be tests"
)]

mod clauses;
mod opening;
mod processes;
mod rows;
mod scenarios;
mod trouble;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    // Some tests start this program again, as another process of the host.
    if let Some(done) = processes::play_role() {
        return done;
    }
    let own =
        opening::TESTS.iter().chain(processes::TESTS).chain(rows::TESTS).chain(trouble::TESTS);
    let own = own.map(|(name, test)| {
        Trial::test(*name, move || {
            test();
            Ok(())
        })
    });
    let trials = clauses::trials().chain(scenarios::trials()).chain(own).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
