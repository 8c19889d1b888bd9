//! Group-calendar scheduling with Zoom links, as an embeddable core.

#[cfg(feature = "memory")]
mod memory;
pub mod ports;
pub mod rules;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod words;
pub mod zoom;

#[cfg(feature = "memory")]
pub use memory::MemoryStore;
