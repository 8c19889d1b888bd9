//! What an instance asked for and what it was told, written down before and after each call.
//!
//! A line is handed to the system in one piece before the call goes on: it survives SIGKILL.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

/// What a client asked for.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// To book; the request id is also the title.
    Book {
        request: String,
    },
    Move {
        appointment: String,
        start: i64,
    },
    Cancel {
        appointment: String,
    },
}

/// What it was told.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    /// It is done, and the appointment stands so.
    Done(Stands),
    /// The rules said no.
    Refused { kind: String },
    /// Others were faster: nothing was done.
    Overtaken,
    /// The store failed, and nothing was done.
    Failed { kind: String },
    /// Nobody knows.
    Unknown,
}

/// An appointment, as callers see it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub(crate) struct Stands {
    pub(crate) appointment: String,
    /// The request that it was booked with.
    pub(crate) title: String,
    pub(crate) calendar: String,
    /// Unix seconds.
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) hosts: Vec<String>,
    pub(crate) is_cancelled: bool,
}

/// A line of the journal. Calls of one instance are numbered.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    Asked(u64, Asked),
    Told(u64, Told),
}

/// The journal of one instance.
pub(crate) struct Journal {
    file: Mutex<File>,
}

impl Journal {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: Mutex::new(File::create(path)?) })
    }

    pub(crate) fn write(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let poisoned = |_| io::Error::other("another client panicked");
        self.file.lock().map_err(poisoned)?.write_all(&text)
    }
}

/// Reads a journal. The last line of a killed instance may be cut off: then the call was not made
/// yet, or its answer was not used.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Line>> {
    let text = std::fs::read_to_string(path)?;
    let whole = text.rsplit_once('\n').map_or("", |(whole, _cut)| whole);
    whole.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
