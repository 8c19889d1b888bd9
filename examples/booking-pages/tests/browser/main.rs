//! People use the pages, with a real browser: over an SQLite file, and over PostgreSQL with two instances
//! of the service, between which every visit changes.
//!
//! Without Chromium and its driver, or without PostgreSQL, tests are shown as ignored; where CI demands
//! them, that is a failure. Screenshots go to the folder that `SCREENSHOTS` names.

// Only ever built for tests; this tells clippy that helpers may unwrap, too.
#![cfg(test)]

mod driver;
mod flows;
mod person;
mod place;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use driver::Driver;
use libtest_mimic::{Arguments, Trial};
use local_postgres::{LocalPostgres, Sync, is_demanded};
use place::{Database, Place};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Browsers wait more than they work.
    arguments.test_threads.get_or_insert(4);
    let (driver, server) =
        if arguments.list { (None, None) } else { (found(Driver::start()), found(server())) };
    let (driver, server) = (driver.map(Arc::new), server.map(Arc::new));
    let mut trials = Vec::new();
    for (name, flow) in flows::OF_BOOKINGS.iter().chain(flows::OF_PAGES) {
        let sqlite = driver.clone().map(|driver| (driver, Database::Sqlite));
        trials.push(trial(format!("sqlite::{name}"), *flow, sqlite));
    }
    for (name, flow) in flows::OF_BOOKINGS {
        let postgres = driver.clone().zip(server.clone().map(Database::Postgres));
        trials.push(trial(format!("postgres_with_two_instances::{name}"), *flow, postgres));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(driver) = &driver {
        runtime().block_on(driver.close_browsers());
    }
    drop((driver, server));
    conclusion.exit_code()
}

/// One for all: browsers outlive the tests that began with them.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

fn trial(name: String, flow: flows::Flow, on: Option<(Arc<Driver>, Database)>) -> Trial {
    let is_left_out = on.is_none();
    let shots = name.replace("::", "-");
    let run = move || {
        let Some((driver, database)) = on else { return Ok(()) };
        runtime().block_on(async {
            let place = Place::open(database, &driver, shots).await;
            // In a task of its own, so that a failure is reported after the browser is closed.
            let done = tokio::spawn(flow(place.clone())).await;
            place.close().await;
            done.map_err(|failed| panic_text(failed).into())
        })
    };
    Trial::test(name, run).with_ignored_flag(is_left_out)
}

fn panic_text(failed: tokio::task::JoinError) -> String {
    let Ok(panic) = failed.try_into_panic() else { return "it was cancelled".to_owned() };
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}

fn server() -> Result<LocalPostgres, String> {
    LocalPostgres::start(Sync::Off)
        .map_err(|reason| format!("{reason} (Debian: apt-get install postgresql)"))
}

#[expect(clippy::print_stderr, reason = "says what is left out, and how to get it")]
fn found<T>(it: Result<T, String>) -> Option<T> {
    match it {
        Ok(it) => Some(it),
        Err(reason) if is_demanded() => panic!("these tests were demanded: {reason}"),
        Err(reason) => {
            eprintln!("left out: tests with a browser that need what is not here: {reason}");
            None
        }
    }
}
