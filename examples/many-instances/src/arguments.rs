//! What the program is asked to do.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

use crate::place::{Kind, Place};

pub(crate) const USAGE: &str = "usage: many-instances run sqlite|postgres [--seconds N] \
     [--instances N] [--clients N] [--kills N] [--seed N]\n       \
     many-instances rush memory|sqlite|postgres [--callers N] [--at-once N]";

pub(crate) enum Command {
    Run(Plan),
    /// What `run` starts.
    Instance(Orders),
    Rush(RushPlan),
}

/// A run of many instances.
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    pub(crate) lasts: Duration,
    pub(crate) instances: u32,
    /// Clients of each instance, who act at the same time.
    pub(crate) clients: u32,
    pub(crate) kills: u32,
    pub(crate) seed: u64,
}

/// What one instance does.
pub(crate) struct Orders {
    pub(crate) place: Place,
    pub(crate) journal: PathBuf,
    pub(crate) number: u32,
    pub(crate) clients: u32,
    pub(crate) lasts: Duration,
    pub(crate) seed: u64,
}

/// Many callers on one slot.
pub(crate) struct RushPlan {
    pub(crate) kind: Kind,
    pub(crate) callers: u32,
    /// Calls that the host lets in at the same time.
    pub(crate) at_once: usize,
}

/// Everything that can be said, with what is meant if it is not.
struct Said {
    words: Vec<String>,
    seconds: f64,
    instances: u32,
    clients: u32,
    kills: u32,
    seed: u64,
    callers: u32,
    at_once: usize,
}

pub(crate) fn read() -> Result<Command, lexopt::Error> {
    let said = said(Parser::from_env())?;
    let words: Vec<&str> = said.words.iter().map(String::as_str).collect();
    let lasts = Duration::try_from_secs_f64(said.seconds).map_err(|error| error.to_string())?;
    match words.as_slice() {
        ["run", kind] => Ok(Command::Run(Plan {
            kind: kind.parse()?,
            lasts,
            instances: said.instances,
            clients: said.clients,
            kills: said.kills,
            seed: said.seed,
        })),
        ["instance", place, journal, number] => Ok(Command::Instance(Orders {
            place: place.parse()?,
            journal: PathBuf::from(journal),
            number: number.parse().map_err(|_| "an instance has a number")?,
            clients: said.clients,
            lasts,
            seed: said.seed,
        })),
        ["rush", kind] => Ok(Command::Rush(RushPlan {
            kind: kind.parse()?,
            callers: said.callers,
            at_once: said.at_once,
        })),
        _ => Err("it does not say what to do".into()),
    }
}

fn said(mut parser: Parser) -> Result<Said, lexopt::Error> {
    let mut said = Said {
        words: Vec::new(),
        seconds: 60.0,
        instances: 6,
        clients: 4,
        kills: 4,
        seed: 1,
        callers: 200,
        at_once: usize::MAX,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Value(word) => said.words.push(word.string()?),
            Arg::Long("seconds") => said.seconds = parser.value()?.parse()?,
            Arg::Long("instances") => said.instances = parser.value()?.parse()?,
            Arg::Long("clients") => said.clients = parser.value()?.parse()?,
            Arg::Long("kills") => said.kills = parser.value()?.parse()?,
            Arg::Long("seed") => said.seed = parser.value()?.parse()?,
            Arg::Long("at-once") => said.at_once = parser.value()?.parse()?,
            Arg::Long("callers") => said.callers = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(said)
}
