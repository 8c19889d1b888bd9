//! Zoom: the client against Zoom's own documents, and the simulated Zoom against the same.

mod answers;
mod consents;
mod decisions;
mod documented;
mod faults;
mod limits;
mod meetings;
mod openapi;
mod refresh;
mod requests;
mod revoke;
mod secrecy;
mod tokens;
mod webhooks;
mod webhooks_sent;
mod world;
