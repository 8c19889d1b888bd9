//! Group-calendar scheduling with Zoom links, as an embeddable core.

pub mod ports;
pub mod rules;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod words;
pub mod zoom;
