//! Visitors arrive at the booking pages, whether earlier ones are answered or not (an open loop).
//!
//! ```text
//! cargo run --release -p page-load
//! cargo run --release -p page-load -- --seconds 30 --rates 50,100,200,400 --hosts 20
//! ```
//!
//! The service runs in a process of its own, over an SQLite file whose commits reach the disk. Slots are
//! asked for a month of one calendar; each answer's time counts from the moment at which its visitor
//! arrived. Then visitors book, as many at once as `--clients` says; afterwards the list of
//! appointments is compared with what they were told. At last they do the same to a bare handler that
//! only inserts a row.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

mod arguments;
mod arrivals;
mod bare;
mod bookings;
mod service;
mod slots;
mod verdict;
mod visitor;

use std::process::ExitCode;

use arguments::{Command, Plan};
use service::Process;

/// Whatever ended the program.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match arguments::read() {
        Ok(Command::Run(plan)) => run(&plan).await,
        Ok(Command::Service { database, hosts }) => {
            service::serve(&database, hosts).await.map(|()| true)
        }
        Ok(Command::Bare { database }) => bare::serve(&database).await.map(|()| true),
        Err(error) => {
            eprintln!("{error}\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// All of it. `false` if a booking was lost or doubled.
async fn run(plan: &Plan) -> Result<bool, Failure> {
    let folder = tempfile::tempdir()?;
    let service = Process::service(&folder.path().join("pages.sqlite"), plan.hosts).await?;
    slots::measure(plan, &service).await?;
    let booked = bookings::measure(plan, &service).await?;
    drop(service);
    let bare = Process::bare(&folder.path().join("bare.sqlite")).await?;
    let inserted = bookings::measure_bare(plan, &bare).await?;
    println!(
        "bookings a second / rows a second of the bare handler: {:.0} / {:.0} = {:.2}",
        booked.per_second(),
        inserted.per_second(),
        booked.per_second() / inserted.per_second()
    );
    Ok(booked.is_right)
}
