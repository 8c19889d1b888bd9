//! What a host's tests need: a manual clock, simulated randomness, a simulated Zoom
//! and busy source, a runner of scenarios, and the suite that proves a store.

mod ambient;
mod block_on;
mod busy;
pub mod conformance;
pub mod scenario;
mod sealer;
pub mod simulator;
mod visit;
mod zoom;

pub use ambient::{ManualClock, SeededEntropy};
pub use block_on::block_on;
pub use busy::SimulatedBusy;
pub use scenario::audit::{Breach, audit};
pub use sealer::TestSealer;
pub use visit::ZoomVisit;
pub use zoom::{Fault, PageRefused, SimulatedMeeting, SimulatedWebhook, SimulatedZoom};
