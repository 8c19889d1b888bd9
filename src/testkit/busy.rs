//! A busy source that says what a test tells it to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::ports::{BusyError, BusyQuestion, BusySource, BusyTime, BusyTimes};
use crate::words::UserId;

/// The other calendars of users, as a test wants them. Nobody is busy at first.
#[derive(Debug, Default)]
pub struct SimulatedBusy {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    times: BTreeMap<UserId, Vec<BusyTime>>,
    failing: BTreeSet<UserId>,
    is_down: bool,
    questions: Vec<BusyQuestion>,
}

impl SimulatedBusy {
    /// Nobody is busy.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A user is busy then, too.
    pub fn add(&self, user: &UserId, time: BusyTime) {
        self.state().times.entry(user.clone()).or_default().push(time);
    }

    /// What is in a user's other calendar can no longer be read.
    pub fn fail(&self, user: &UserId) {
        self.state().failing.insert(user.clone());
    }

    /// Every question fails as a whole from now on, or no longer.
    pub fn set_down(&self, is_down: bool) {
        self.state().is_down = is_down;
    }

    /// What was asked so far.
    #[must_use]
    pub fn questions(&self) -> Vec<BusyQuestion> {
        self.state().questions.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BusySource for SimulatedBusy {
    async fn busy_times(&self, question: &BusyQuestion) -> Result<Vec<BusyTimes>, BusyError> {
        let mut state = self.state();
        state.questions.push(question.clone());
        if state.is_down {
            return Err(BusyError::new("the other calendars cannot be reached"));
        }
        let times = |user| match state.failing.contains(user) {
            true => BusyTimes::Unknown,
            false => BusyTimes::Known(state.times.get(user).cloned().unwrap_or_default()),
        };
        Ok(question.users.iter().map(times).collect())
    }
}
