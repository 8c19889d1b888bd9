//! Tests of the crate from outside, in one binary.

// It is only ever built for tests; this tells clippy that helpers beside the tests may unwrap, too.
#![cfg(test)]

mod audit;
mod bookable;
mod booking;
mod busy;
mod canary;
mod conformance;
mod consents;
mod crash_points;
mod deauthorized;
mod erasure;
mod erasure_races;
mod erasure_users;
mod fair_shares;
mod health;
mod interleaving;
mod lapses;
mod limits;
mod limits_bound;
mod limits_changes;
mod limits_counting;
mod limits_lab;
mod link_work;
mod lists;
mod marks;
mod misfits;
mod old_rows;
mod peer_cases;
mod promises;
mod public_input;
mod quota_day;
mod quota_policies;
mod recorded;
mod refreshed;
mod refreshes;
mod retention;
mod retention_bound;
mod row_file;
mod rush;
mod scenarios;
mod sealing;
mod services;
mod simulator;
mod slots_oracle;
mod stalled;
mod steps;
mod tenants;
mod tie_audit;
mod warm;
mod watched;
mod words_input;
mod workloads;
mod world;
mod zoom;
