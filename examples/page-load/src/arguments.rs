//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use crate::Failure;

pub(crate) const USAGE: &str = "page-load [--seconds 20] [--rates 50,100,200,400,800] [--bookings 6000] \
     [--clients 32] [--hosts 20] [--seed 1]";

pub(crate) enum Command {
    Run(Plan),
    /// Our own process, started again as the service.
    Service {
        database: PathBuf,
        hosts: u16,
    },
    /// The same, as the bare handler.
    Bare {
        database: PathBuf,
    },
}

pub(crate) struct Plan {
    /// Of each measurement of slots.
    pub(crate) time: Duration,
    /// Visitors a second.
    pub(crate) rates: Vec<u32>,
    /// How often visitors try to book.
    pub(crate) bookings: u64,
    /// Visitors who book at once.
    pub(crate) clients: usize,
    pub(crate) hosts: u16,
    pub(crate) seed: u64,
}

pub(crate) fn read() -> Result<Command, Failure> {
    let rates = vec![50, 100, 200, 400, 800];
    let time = Duration::from_secs(20);
    let mut plan = Plan { time, rates, bookings: 6000, clients: 32, hosts: 20, seed: 1 };
    let (mut role, mut database) = (None, PathBuf::new());
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("seconds") => plan.time = Duration::from_secs(arguments.value()?.parse()?),
            Long("rates") => plan.rates = rates_of(&arguments.value()?.string()?)?,
            Long("bookings") => plan.bookings = arguments.value()?.parse()?,
            Long("clients") => plan.clients = arguments.value()?.parse()?,
            Long("hosts") => plan.hosts = arguments.value()?.parse()?,
            Long("seed") => plan.seed = arguments.value()?.parse()?,
            Long("database") => database = arguments.value()?.into(),
            Value(value) if role.is_none() => role = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    match role.as_deref() {
        None => Ok(Command::Run(plan)),
        Some("service") => Ok(Command::Service { database, hosts: plan.hosts }),
        Some("bare") => Ok(Command::Bare { database }),
        Some(other) => Err(format!("{other} is nothing to do").into()),
    }
}

fn rates_of(text: &str) -> Result<Vec<u32>, Failure> {
    Ok(text.split(',').map(str::parse).collect::<Result<Vec<_>, _>>()?)
}
