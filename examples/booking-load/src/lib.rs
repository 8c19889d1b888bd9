//! How many bookings per second go through the services, beside a bare loop that does the same reads
//! and conditional writes with ready-made bytes.
//!
//! What is booked is written down in the README.

mod bare;
mod clients;
mod copying;
mod crm;
mod recording;
mod run;
mod stores;
mod workload;

use std::error::Error;

pub use bare::BareBooking;
pub use clients::{Clients, Tally};
pub use crm::Crm;
pub use run::Run;
pub use stores::{Fresh, Stores};
pub use workload::{History, Wanted, Workload};

/// What went right, or why it did not.
pub type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;
