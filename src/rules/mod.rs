//! The rules: pure decisions over words.

pub(crate) mod assign;
mod bits;
pub(crate) mod consent;
pub(crate) mod deauthorized;
mod explain;
pub(crate) mod fairness;
pub(crate) mod fit;
mod grid;
pub(crate) mod host_day;
mod host_times;
pub(crate) mod lifecycle;
pub(crate) mod limits;
pub(crate) mod link;
pub(crate) mod location;
mod offer;
mod open_time;
pub(crate) mod quota;
pub(crate) mod retry;
pub(crate) mod scopes;
pub(crate) mod slot;
mod slot_rules;
mod slots;
mod spans;
mod wall_clock;

pub use explain::{Reason, reasons_at};
pub use fairness::{
    Assigned, Assignments, Counting, History, Shortfall, Standing, Standings, choose, standings,
};
pub use fit::Misfit;
pub use grid::{is_start, starts};
pub use host_times::HostTimes;
pub use lifecycle::Act;
pub use link::{LinkState, ParkReason};
pub use offer::{Offer, Place};
pub use open_time::open_times;
pub use slot_rules::{Group, InvalidRange, SlotRules};
pub use slots::{Slot, Slots, offer_at, slots};
