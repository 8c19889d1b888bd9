//! What a host's tests need: a manual clock, simulated randomness, a simulated Zoom.

mod ambient;
mod block_on;

pub use ambient::{ManualClock, SeededEntropy};
pub use block_on::block_on;
