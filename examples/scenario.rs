//! Runs booking flows that are written as JSON: `cargo run --example scenario -- FILE...`
//!
//! Prints the answer of each step as one JSON object on a line of its own. Exits with 1 if
//! anything is not as expected (what, is said on standard error), with 2 if a file is no legal
//! scenario: nothing of that file is run.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "answers and complaints are what it is for"
)]

use std::process::ExitCode;

use slotlink::testkit::block_on;
use slotlink::testkit::scenario::{Ports, Scenario};

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: scenario FILE...");
        return ExitCode::from(2);
    }
    let worst = files.iter().map(|file| run(file)).max();
    ExitCode::from(worst.unwrap_or_default())
}

/// Runs one file; answers with the exit code that it asks for.
fn run(file: &str) -> u8 {
    let report = std::fs::read_to_string(file)
        .map_err(|error| error.to_string())
        .and_then(|text| Scenario::parse(&text).map_err(|error| error.to_string()))
        .and_then(|scenario| {
            block_on(scenario.run(Ports::in_memory())).map_err(|error| error.to_string())
        });
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{file}: {error}");
            return 2;
        }
    };
    for line in &report.lines {
        println!("{line}");
    }
    for failure in &report.failures {
        eprintln!("{file}: {failure}");
    }
    u8::from(!report.failures.is_empty())
}
