//! Tests of the crate from outside, in one binary.

// It is only ever built for tests; this tells clippy that helpers beside the tests may unwrap, too.
#![cfg(test)]

mod booking;
mod interleaving;
mod link_work;
mod peer_cases;
mod promises;
mod public_input;
mod scenarios;
mod services;
mod slots_oracle;
mod steps;
mod words_input;
mod workloads;
mod world;
mod zoom;
