//! The API, called through the router. Every answer is checked against the description ([`described`]).

mod booking;
mod changing;
mod described;
mod document;
mod faults;
mod refused;
mod service;
mod staff;
