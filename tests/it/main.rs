//! Tests of the crate from outside, in one binary.

// `cfg(test)` tells clippy that helpers beside the tests may unwrap, too.
#[cfg(test)]
mod booking;
#[cfg(test)]
mod interleaving;
#[cfg(test)]
mod link_work;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod public_input;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod services;
#[cfg(test)]
mod slots_oracle;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod words_input;
#[cfg(test)]
mod workloads;
#[cfg(test)]
mod world;
#[cfg(test)]
mod zoom;
