//! A deterministic simulation: several processes over one store and one Zoom, in one thread, with
//! faults at every call of a port.
//!
//! A seed says all: which faults and which calls there are, who goes on next at every await, what each
//! call meets, how clocks differ. First everything happens at once, and nothing may ever break; then
//! faults end, all work has to get done, and everything must be as callers were told.
//!
//! ```
//! use slotlink::testkit::simulator::Simulation;
//!
//! let report = Simulation::of_seed(7).steps(100).run()?;
//! assert_eq!(report.steps, 100);
//! # Ok::<(), Box<slotlink::testkit::simulator::Broken>>(())
//! ```

mod broken;
mod chance;
mod clients;
mod deed;
mod fate;
mod ground;
mod late;
mod lines;
mod liveness;
mod people;
mod points;
mod probe;
mod process;
mod rest;
mod run;
mod safety;
mod simulation;
mod swarm;
mod tasks;
#[cfg(test)]
mod tests;
mod to_store;
mod to_zoom;
mod told;
mod trace;
mod watch;
mod world;

pub use broken::Broken;
pub use fate::PointFault;
pub use points::Flow;
pub use probe::{Probe, Probes};
pub use simulation::{Report, Simulation};
pub use swarm::{DeedClass, FaultClass};

use super::Breach;

/// What is put together for a simulation may be no legal value: a defect of the simulator.
type Built<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn set_up_failed(error: impl std::fmt::Display) -> Breach {
    watch::breach("I15", "a simulation can be set up", error.to_string())
}
