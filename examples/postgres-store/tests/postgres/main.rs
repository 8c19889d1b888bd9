//! The store over a real server: the port's contract, the scenarios, races and faults.
//!
//! Without a server every test is shown as ignored; where one is demanded, that is a failure.

// Only ever built for tests; this tells clippy that helpers may unwrap, too.
#![cfg(test)]

mod contract;
mod faults;
mod lab;
mod lost;
mod migrations;
mod plans;
mod races;
mod tls;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use lab::Lab;
use libtest_mimic::{Arguments, Trial};
use local_postgres::{LocalPostgres, Sync, is_demanded};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // Listing tests needs no server.
    let server = if arguments.list { None } else { server() };
    let lab = server.map(|server| Arc::new(Lab::new(server)));
    let trials = trials(lab.as_ref());
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(lab);
    conclusion.exit_code()
}

#[expect(clippy::print_stderr, reason = "says what is left out, and how to get it")]
fn server() -> Option<LocalPostgres> {
    match LocalPostgres::start(Sync::On) {
        Ok(server) => Some(server),
        Err(reason) if is_demanded() => panic!("these tests were demanded: {reason}"),
        Err(reason) => {
            eprintln!("left out: all tests of the store on PostgreSQL, since {reason}.");
            eprintln!("To run them, install its server (Debian: apt-get install postgresql).");
            None
        }
    }
}

fn trials(lab: Option<&Arc<Lab>>) -> Vec<Trial> {
    let all = [
        contract::tests(),
        races::tests(),
        faults::tests(),
        lost::tests(),
        migrations::tests(),
        plans::tests(),
        tls::tests(),
    ];
    all.into_iter().flatten().map(|test| test.trial(lab.cloned())).collect()
}
