//! What happened, as a hash, and as text if somebody wants to read it.

use std::collections::VecDeque;
use std::fmt;

/// So many lines are kept.
const LINES: usize = 60;

/// The hash of all that happened, in order: FNV-1a.
#[derive(Debug)]
pub(super) struct Trace {
    hash: u64,
    /// `None`: nobody reads it.
    lines: Option<VecDeque<String>>,
    most_lines: usize,
}

impl Trace {
    pub(super) fn new(keep: Keep) -> Self {
        let (lines, most_lines) = match keep {
            Keep::Hash => (None, 0),
            Keep::LastLines => (Some(VecDeque::new()), LINES),
            Keep::AllLines => (Some(VecDeque::new()), usize::MAX),
        };
        Self { hash: 0xCBF2_9CE4_8422_2325, lines, most_lines }
    }

    /// Something happened that these numbers tell.
    pub(super) fn event(&mut self, numbers: &[u64]) {
        for byte in numbers.iter().flat_map(|number| number.to_le_bytes()) {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    /// The same, in words.
    pub(super) fn line(&mut self, line: fmt::Arguments<'_>) {
        let Some(lines) = &mut self.lines else { return };
        if lines.len() >= self.most_lines {
            lines.pop_front();
        }
        lines.push_back(line.to_string());
    }

    pub(super) const fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn take_lines(&mut self) -> Vec<String> {
        self.lines.take().map(Vec::from).unwrap_or_default()
    }
}

/// How much of a trace is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Keep {
    Hash,
    LastLines,
    AllLines,
}
