//! ST-2: whatever several clients do, it could have happened one after the other.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ports::{Expect, Operation, Row, Versioned};
use crate::testkit::SeededEntropy;
use crate::testkit::conformance::clause::cases;
use crate::testkit::conformance::history::{Step, without_order};
use crate::testkit::conformance::instance::{Instance, Trial};
use crate::testkit::conformance::rows::{check, key, number, put};
use crate::testkit::conformance::seen::{Seen, ensure};
use crate::testkit::conformance::time::{Boxed, together, turn};

cases![a_history_of_clients_has_an_order];

const ROWS: usize = 3;
const CLIENTS: usize = 4;
const ROUNDS: usize = 15;

async fn a_history_of_clients_has_an_order(trial: &Trial) -> Result<(), Seen> {
    for seed in 1..=3 {
        let (one, other) = trial.open_two().await?;
        let shared = Shared { seed, ..Shared::default() };
        let clients = (0..CLIENTS).map(|number| {
            let instance = if number % 2 == 0 { &one } else { &other };
            let dice = SeededEntropy::new(seed * 100 + number as u64);
            let client = Client { shared: &shared, instance, dice, steps: Vec::new() };
            Box::pin(client.run()) as Boxed<'_, Result<Vec<Taken>, Seen>>
        });
        let mut steps = Vec::new();
        for client in together(clients.collect()).await {
            steps.extend(client?);
        }
        // What was told to be committed is still there for an instance that is opened afterwards.
        let last = trial.open().await?;
        let dice = SeededEntropy::new(seed);
        let mut reader = Client { shared: &shared, instance: &last, dice, steps };
        reader.read(&[0, 1, 2]).await?;
        judged(reader.steps)?;
    }
    Ok(())
}

/// Puts the steps into the form that the judge wants: those that wrote are known by the number
/// that stands in their rows.
fn judged(taken: Vec<Taken>) -> Result<(), Seen> {
    let position = |name: Option<usize>| match name {
        None => Ok(None),
        Some(name) => {
            let writer = taken.iter().position(|taken| taken.name == Some(name));
            let seen = || Seen::new(format!("change {name} is seen, but was never committed"));
            writer.map(Some).ok_or_else(seen)
        }
    };
    let mut steps = Vec::new();
    for Taken { saw, step, .. } in &taken {
        let mut step = step.clone();
        for &(row, name) in saw {
            step.saw.push((row, position(name)?));
        }
        steps.push(step);
    }
    let without = without_order(&steps);
    ensure(without.is_empty(), || {
        let told = without.iter().filter_map(|&step| taken.get(step));
        let told: Vec<String> = told.take(8).map(Taken::told).collect();
        format!("no order of {} steps explains what they saw: {}", without.len(), told.join("; "))
    })
}

#[derive(Default)]
struct Shared {
    seed: u64,
    ticks: AtomicUsize,
    names: AtomicUsize,
}

impl Shared {
    fn tick(&self) -> usize {
        self.ticks.fetch_add(1, Ordering::Relaxed)
    }
}

/// What a client did. Changes have names, which stand in the rows that they write.
struct Taken {
    name: Option<usize>,
    saw: Vec<(usize, Option<usize>)>,
    step: Step,
}

impl Taken {
    fn told(&self) -> String {
        let Step { began, ended, wrote, .. } = &self.step;
        let name = self.name.map_or("a read".to_owned(), |name| format!("change {name}"));
        let saw: Vec<String> = self.saw.iter().map(|saw| format!("{saw:?}")).collect();
        format!("{name} at {began}..{ended} saw {} and wrote {wrote:?}", saw.join(" "))
    }
}

struct Client<'a> {
    shared: &'a Shared,
    instance: &'a Instance,
    dice: SeededEntropy,
    steps: Vec<Taken>,
}

impl Client<'_> {
    async fn run(mut self) -> Result<Vec<Taken>, Seen> {
        for _ in 0..ROUNDS {
            let rows: Vec<usize> = (0..ROWS).filter(|_| self.flip()).collect();
            let found = self.read(&rows).await?;
            for _ in 0..self.dice.next() % 3 {
                turn().await;
            }
            self.change(&rows, &found).await?;
        }
        Ok(self.steps)
    }

    fn flip(&self) -> bool {
        !self.dice.next().is_multiple_of(3)
    }

    fn key(&self, row: usize) -> crate::ports::Key {
        key(&format!("{} {row}", self.shared.seed))
    }

    /// Reads rows: a step for each, since they need not be of one instant.
    async fn read(&mut self, rows: &[usize]) -> Result<Vec<Option<Versioned>>, Seen> {
        let keys: Vec<_> = rows.iter().map(|&row| self.key(row)).collect();
        let began = self.shared.tick();
        let found = self.instance.get(&keys).await?;
        let ended = self.shared.tick();
        for (&row, found) in rows.iter().zip(&found) {
            let step = Step { began, ended, ..Step::default() };
            self.steps.push(Taken { name: None, saw: vec![(row, writer(found.as_ref())?)], step });
        }
        Ok(found)
    }

    /// Writes some of the rows and checks the others, all as they were read.
    async fn change(&mut self, rows: &[usize], found: &[Option<Versioned>]) -> Result<(), Seen> {
        let name = self.shared.names.fetch_add(1, Ordering::Relaxed);
        let (mut saw, mut wrote, mut operations) = (Vec::new(), Vec::new(), Vec::new());
        for (&row, found) in rows.iter().zip(found) {
            let written = self.flip().then(|| number(name));
            if written.is_some() {
                wrote.push(row);
            }
            saw.push((row, writer(found.as_ref())?));
            operations.push(self.operation(row, found.as_ref(), written));
        }
        let began = self.shared.tick();
        let told = self.instance.commit(operations).await?;
        let ended = self.shared.tick();
        if told.is_committed() {
            let step = Step { began, ended, saw: Vec::new(), wrote };
            self.steps.push(Taken { name: Some(name), saw, step });
        }
        Ok(())
    }

    fn operation(&self, row: usize, found: Option<&Versioned>, write: Option<Row>) -> Operation {
        let expect = found.map_or(Expect::Absent, |found| Expect::At(found.version));
        match write {
            Some(write) => put(&self.key(row), expect, write),
            None => check(&self.key(row), expect),
        }
    }
}

/// The name of the change that wrote a row.
fn writer(found: Option<&Versioned>) -> Result<Option<usize>, Seen> {
    let name = found.map(|found| serde_json::from_slice(&found.row.json)).transpose();
    name.map_err(|_| Seen::new("a row is not what was put"))
}
