//! Zoom: the client against Zoom's own documents, and the simulated Zoom against the same.

mod answers;
mod faults;
mod limits;
mod meetings;
mod openapi;
mod requests;
mod tokens;
mod webhooks;
mod world;
