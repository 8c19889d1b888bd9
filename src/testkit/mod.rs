//! What a host's tests need: a manual clock, simulated randomness, a simulated Zoom.

mod ambient;
mod block_on;
mod sealer;
mod zoom;

pub use ambient::{ManualClock, SeededEntropy};
pub use block_on::block_on;
pub use sealer::TestSealer;
pub use zoom::{Fault, SimulatedMeeting, SimulatedZoom};
