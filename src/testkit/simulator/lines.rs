//! The lines from one process to the store and to Zoom.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use chrono::{DateTime, TimeDelta, Utc};

use super::ground::Ground;
use crate::ports::Clock;
use crate::testkit::ManualClock;

/// The ports of one process.
#[derive(Clone)]
pub(super) struct Lines {
    pub(super) ground: Arc<Ground>,
    pub(super) clock: Arc<SkewedClock>,
    /// Which process it is.
    pub(super) process: u64,
}

/// A clock that is off by a while.
#[derive(Debug)]
pub(super) struct SkewedClock {
    truth: Arc<ManualClock>,
    off_by: Mutex<TimeDelta>,
}

impl SkewedClock {
    pub(super) const fn new(truth: Arc<ManualClock>, off_by: TimeDelta) -> Self {
        Self { truth, off_by: Mutex::new(off_by) }
    }

    pub(super) fn set(&self, off_by: TimeDelta) {
        *self.off_by.lock().unwrap_or_else(PoisonError::into_inner) = off_by;
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> DateTime<Utc> {
        let off_by = *self.off_by.lock().unwrap_or_else(PoisonError::into_inner);
        self.truth.now() + off_by
    }
}

/// Not ready when it is first asked, ready then: a place where others go on, and where a call may be
/// dropped.
pub(super) struct Pause(bool);

impl Pause {
    pub(super) const fn new() -> Self {
        Self(false)
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
