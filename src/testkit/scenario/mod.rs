//! Booking flows written as JSON, run over the real services.
//!
//! A scenario is a small world and a list of steps with what is expected of each. It runs over
//! the simulated Zoom and a manual clock, and over whatever store is plugged in:
//!
//! ```
//! use slotlink::testkit::block_on;
//! use slotlink::testkit::scenario::{Ports, Scenario};
//!
//! let text = r#"{
//!   "now": "2026-11-23T08:00:00Z",
//!   "accounts": [{"id": "abc", "name": "ABC Marketing"}],
//!   "users": [{"id": "A001", "name": "User A", "email": "a@abcmarketing.com",
//!              "accounts": ["abc"], "hours": {"mon-fri": ["09:00-17:00"]}, "zoom": "zoom-a"}],
//!   "calendars": [{"id": "demo", "account": "abc", "name": "Demo", "kind": "round_robin",
//!                  "hosts": [{"user": "A001"}], "slot": {"minutes": 30}}],
//!   "steps": [{"do": "book", "calendar": "demo", "start": "2026-11-24T15:00:00Z",
//!              "invitee": {"name": "Pat"}, "expect": {"ok": {"location": {"state": "ready"}}}}]
//! }"#;
//! let report = block_on(Scenario::parse(text)?.run(Ports::in_memory()))?;
//! assert!(report.failures.is_empty());
//! # Ok::<(), slotlink::testkit::scenario::InvalidScenario>(())
//! ```

mod account;
mod answer;
pub(super) mod audit;
mod connecting;
mod expect;
mod format;
mod given;
pub(super) mod invariants;
mod moment;
mod problem;
mod read;
mod run;
mod stage;
mod steps;
pub(super) mod view;
mod world;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

pub use problem::{InvalidScenario, Problem};

use crate::MemoryStore;
use crate::ports::Store;
use crate::words::check_instant;
use account::Accounts;
use moment::At;
use run::Run;
use stage::Stage;
use steps::{Act, Step};
use world::World;

/// A scenario that is legal and can be run.
#[derive(Debug)]
pub struct Scenario {
    title: String,
    now: DateTime<Utc>,
    world: World,
    steps: Vec<Step>,
}

/// What a scenario runs over. Clock, randomness and Zoom are the runner's own.
#[derive(Clone)]
#[non_exhaustive]
pub struct Ports {
    /// Where rows are kept.
    pub store: Arc<dyn Store>,
    /// The realm of the rows: scenarios that share a store need one each.
    pub realm: String,
}

impl fmt::Debug for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ports").field("realm", &self.realm).finish_non_exhaustive()
    }
}

impl Ports {
    /// An in-memory store of its own.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::over(Arc::new(MemoryStore::new()))
    }

    /// Over a store that holds no rows in the realm `scenario`.
    #[must_use]
    pub fn over(store: Arc<dyn Store>) -> Self {
        Self { store, realm: "scenario".to_owned() }
    }

    /// With rows in another realm: 1 to 128 bytes.
    #[must_use]
    pub fn with_realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = realm.into();
        self
    }
}

/// What a run answered, and what was not as expected.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The answer of each step: a JSON object on one line.
    pub lines: Vec<String>,
    /// Where answers were not as expected, or an invariant was broken. None if all is well.
    pub failures: Vec<Failure>,
}

/// Something was not as expected.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Failure {
    /// The step, counted from 1; `None` after the last one, for invariants.
    pub step: Option<usize>,
    /// Where in the answer, such as `ok.location.join_url`; of an invariant its number.
    pub path: String,
    /// What was expected there.
    pub expected: String,
    /// What was there.
    pub got: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Some(number) => write!(f, "step {number}, ")?,
            None => f.write_str("after the last step, ")?,
        }
        let (path, expected, got) = (&self.path, &self.expected, &self.got);
        write!(f, "{path}: expected {expected}, got {got}")
    }
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// [`InvalidScenario`] names the step and the field that is unknown, wrong or not supported
    /// yet.
    pub fn parse(text: &str) -> Result<Self, InvalidScenario> {
        let json: Value = serde_json::from_str(text)
            .map_err(|error| InvalidScenario::illegal("", error.to_string()))?;
        let mut written: Map<String, Value> = read::read(&json)?;
        let steps = written.remove("steps");
        let world = format::read_world(written)?;
        let now = world.now.0;
        check_instant(now).map_err(|error| InvalidScenario::illegal("now", error.to_string()))?;
        let title = world.title.clone();
        let world = world::world(world)?;
        Ok(Self { title, now, steps: parse_steps(steps.as_ref(), &world, now)?, world })
    }

    /// What it is about.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Runs all steps, whatever they answer, and checks the invariants after the last one.
    ///
    /// # Errors
    /// [`InvalidScenario`] if the world cannot be put into the store: then no step was run.
    pub async fn run(&self, ports: Ports) -> Result<Report, InvalidScenario> {
        let stage = Stage::build(&self.world, self.now, ports).await?;
        let mut run = Run::new(&self.world, stage);
        for (number, step) in (1..).zip(&self.steps) {
            run.step(number, step).await;
        }
        Ok(run.finish().await)
    }
}

fn parse_steps(
    steps: Option<&Value>,
    world: &World,
    mut now: DateTime<Utc>,
) -> Result<Vec<Step>, InvalidScenario> {
    let Some(Value::Array(steps)) = steps else {
        let why = "a scenario has a list of steps";
        return Err(InvalidScenario::illegal("steps", why));
    };
    let mut accounts = Accounts::new(world);
    let mut parse = |step: &Value| {
        let mut step = steps::read_step(step)?;
        accounts.settle(&mut step)?;
        now = clock_after(&step, now)?;
        Ok(step)
    };
    (1..)
        .zip(steps)
        .map(|(number, step)| parse(step).map_err(|error: InvalidScenario| error.in_step(number)))
        .collect()
}

/// What the clock shows after a step: it never goes back.
fn clock_after(step: &Step, now: DateTime<Utc>) -> Result<DateTime<Utc>, InvalidScenario> {
    let Act::Advance(advance) = &step.act else {
        return Ok(now);
    };
    let minutes = advance.minutes.map(|minutes| TimeDelta::minutes(minutes.into()));
    let later = match (advance.to, minutes) {
        (Some(At(to)), _) => to,
        (None, minutes) => {
            now.checked_add_signed(minutes.unwrap_or_default()).unwrap_or(DateTime::<Utc>::MAX_UTC)
        }
    };
    let field = if advance.to.is_some() { "to" } else { "minutes" };
    if later < now {
        return Err(InvalidScenario::illegal(field, "the clock does not go back"));
    }
    check_instant(later).map_err(|error| InvalidScenario::illegal(field, error.to_string()))?;
    Ok(later)
}
