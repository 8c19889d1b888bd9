//! A small complete booking service over `slotlink`: host code to copy from.
//!
//! [`Service::start`] puts it together: a store, Zoom (or the simulated one), the scheduler, workers
//! and the web server. The pages of visitors are in `visitor`, those of the staff in `staff`, the JSON
//! API in `api`.

mod account;
mod api;
mod app;
mod attempts;
mod demo;
mod log;
mod metrics;
mod operations;
mod private;
mod random;
mod secrets;
mod server;
mod settings;
mod staff;
mod start;
mod store;
mod visitor;
mod web;
mod when;
mod worker;

pub use log::{log_failure, log_to_stderr};
pub use settings::Settings;
pub use start::{Died, Service, StartError};
