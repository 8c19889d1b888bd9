//! Many processes work on one store, and some of them are killed: nobody is ever booked twice.
//!
//! ```text
//! cargo run --release -p many-instances -- run sqlite
//! cargo run --release -p many-instances -- run postgres --seconds 60 --instances 6 --kills 4
//! cargo run --release -p many-instances -- rush postgres --callers 200
//! ```
//!
//! `run` starts instances that book, move and cancel on the same few calendars, and kills some of
//! them with SIGKILL; PostgreSQL is restarted in the middle, without a word. Every instance writes
//! down what it asks for and what it is told. At the end the whole store is compared with that.
//! `rush` lets many callers book one slot at once, and says what that costs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what it is for")]

mod arguments;
mod client;
mod instance;
mod journal;
mod place;
mod run;
mod rush;
mod verdict;
mod world;

use std::process::ExitCode;

use arguments::Command;

/// Whatever ended the program.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match arguments::read() {
        Ok(Command::Run(plan)) => run::run(&plan).await,
        Ok(Command::Instance(orders)) => instance::work(&orders).await.map(|()| true),
        Ok(Command::Rush(plan)) => rush::rush(&plan).await.map(|()| true),
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
