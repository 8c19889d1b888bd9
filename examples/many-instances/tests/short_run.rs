//! The program itself, for a few seconds over each store.

// It is only ever built for tests; this tells clippy that helpers beside the tests may unwrap, too.
#![cfg(test)]

use std::process::Command;

use local_postgres::{LocalPostgres, Sync, is_demanded};

/// What the program printed. It ends with a failure if anything is violated.
fn run(store: &str) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_many-instances"))
        .args(["run", store, "--seconds", "6", "--instances", "3", "--clients", "3"])
        .args(["--kills", "2"])
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    said
}

/// The numbers of a line of the report: tried, won, lost, failed, unknown.
fn counts(said: &str, line: &str) -> Vec<u32> {
    let line = said.lines().find(|text| text.starts_with(line)).unwrap();
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn everybody_was_told_the_truth(said: &str) {
    assert!(said.contains("killed with SIGKILL: 2"), "{said}");
    assert!(said.contains("violations of I1, I2, I5: 0"), "{said}");
    for line in ["bookings", "moves", "cancellations"] {
        let counts = counts(said, line);
        assert!(counts[1] > 0, "{line} were won: {said}");
    }
    assert!(counts(said, "bookings")[2] > 0, "some were lost to others: {said}");
}

#[test]
fn i1_i2_i5_hold_over_one_sqlite_file() {
    everybody_was_told_the_truth(&run("sqlite"));
}

#[test]
fn i1_i2_i5_hold_over_one_postgres_that_crashes() {
    if let Err(none) = LocalPostgres::start(Sync::Off) {
        assert!(!is_demanded(), "{none}");
        return;
    }
    let said = run("postgres");
    everybody_was_told_the_truth(&said);
    let is_private = std::env::var_os("DATABASE_URL").is_none_or(|url| url.is_empty());
    assert!(said.contains("server restarted: 1") == is_private, "{said}");
}
