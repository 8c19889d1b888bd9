//! The conformance suite of the `Store` port, proved by stores that break the contract: each of its
//! cases fails for a store that is broken just there, and none for a store that keeps it.

mod changes;
mod commits;
mod defect;
mod dropped;
mod keys;
mod reads;
mod scans;
mod suite;
mod table;
mod versions;
