//! The JSON of assignments.
//!
//! For each booking on a round robin those of all its hosts are read, and those of one are written. So they
//! are short: each time is told by how long it is after the one before.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Assigned, Assignments, Kept};

const BEGIN: &[u8] = b"{\"given\":[";
const END: &[u8] = b"]}";

/// For each assignment two numbers, in seconds: how long after the one before it was booked (the first:
/// after 1970), and how long after that it starts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compact {
    given: Vec<i64>,
    /// Which of them are no-shows, from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    no_shows: Vec<usize>,
}

/// Nothing that was written by [`Compact::of`].
#[derive(Debug, thiserror::Error)]
#[error("assignments are pairs of numbers, and no-shows some of them")]
pub(super) struct Unpaired;

impl Compact {
    pub(super) fn of(kept: &[Kept]) -> Self {
        let mut before = 0;
        let given = kept.iter().flat_map(|kept| {
            let numbers = numbers(before, *kept);
            before = kept.0.booked();
            numbers
        });
        let given = given.collect();
        let no_shows = kept.iter().enumerate().filter(|(_, kept)| kept.1);
        Self { given, no_shows: no_shows.map(|(place, _)| place).collect() }
    }

    pub(super) fn kept(&self) -> Result<Vec<Kept>, Unpaired> {
        let (pairs, rest) = self.given.as_chunks::<2>();
        let mut before = 0_i64;
        let mut kept: Vec<Kept> = Vec::with_capacity(pairs.len().saturating_add(1));
        for [later, lead] in pairs {
            before = before.wrapping_add(*later);
            kept.push(Kept(Assigned(before, before.wrapping_add(*lead)), false));
        }
        for place in &self.no_shows {
            kept.get_mut(*place).ok_or(Unpaired)?.1 = true;
        }
        if rest.is_empty() { Ok(kept) } else { Err(Unpaired) }
    }
}

/// Wrapping: whatever a row holds, is written back as it was.
const fn numbers(before: i64, Kept(assigned, _): Kept) -> [i64; 2] {
    let booked = assigned.booked();
    [booked.wrapping_sub(before), assigned.start().wrapping_sub(booked)]
}

fn text(before: i64, kept: Kept) -> String {
    let [later, lead] = numbers(before, kept);
    format!("{later},{lead}")
}

pub(super) fn write(kept: &[Kept]) -> Result<Arc<[u8]>, serde_json::Error> {
    serde_json::to_vec(&Compact::of(kept)).map(Into::into)
}

/// The JSON of a list that has lost its first entry, if any, and has got one more at its end. `None`: it
/// has to be written anew.
pub(super) fn grown(json: &[u8], gone: Option<Kept>, kept: &[Kept]) -> Option<Arc<[u8]>> {
    let [.., last, new] = kept else { return None };
    if kept.iter().chain(&gone).any(|kept| kept.1) {
        return None;
    }
    let mut rest = json.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let mut first = String::new();
    if let (Some(gone), Some(heir)) = (gone, kept.first()) {
        let both = [text(0, gone), text(gone.0.booked(), *heir)].join(",");
        rest = rest.strip_prefix(both.as_bytes())?;
        first = text(0, *heir);
    }
    let new = text(last.0.booked(), *new);
    Some([BEGIN, first.as_bytes(), rest, b",", new.as_bytes(), END].concat().into())
}

/// The first shape: times as they are, and with each whether it is a no-show.
#[derive(Deserialize)]
pub(crate) struct Assignments1(Vec<((i64, i64), bool)>);

impl From<Assignments1> for Assignments {
    fn from(Assignments1(all): Assignments1) -> Self {
        let kept = |((booked, start), no_show)| Kept(Assigned(booked, start), no_show);
        all.into_iter().map(kept).collect::<Vec<_>>().into()
    }
}
