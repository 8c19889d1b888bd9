//! The simulated Zoom over sockets of this machine: alone, and under the services.

// It is only ever built for tests; this tells clippy that helpers beside the tests may unwrap, too.
#![cfg(test)]

mod answers;
mod browser;
mod connecting;
mod crm;
mod faults;
mod links;
// The same check that slotlink's own tests make, with the same document.
#[path = "../../../../tests/it/zoom/openapi.rs"]
mod openapi;
mod rewriting;
mod switchboard;
mod webhooks;
