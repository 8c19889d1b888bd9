//! The service, called through the router. Every answer of the API is checked against its description
//! ([`described`]).

mod booking;
mod changing;
mod described;
mod document;
mod faults;
mod pages;
mod refused;
pub(crate) mod service;
mod staff;
