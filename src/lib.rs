//! Group-calendar scheduling with Zoom links, as an embeddable core.

mod error;
#[cfg(feature = "memory")]
mod memory;
pub mod ports;
pub mod rules;
mod services;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod words;
pub mod zoom;

pub use error::{Conflict, Error, Fault, InvalidInput, Refusal, StoreCall, Thing};
#[cfg(feature = "memory")]
pub use memory::MemoryStore;
pub use services::{
    Actor, Advice, Affected, Appointment, BookRequest, BuildError, Builder, Caller, Connected,
    Edit, LinkWork, MeetingLocation, RunReport, Scheduler, Slot,
};
