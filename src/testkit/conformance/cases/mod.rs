//! The cases, a file for each clause.

pub(super) mod bytes;
pub(super) mod conflicts;
pub(super) mod dropped;
pub(super) mod due;
pub(super) mod histories;
pub(super) mod instant;
pub(super) mod ranges;
pub(super) mod reads;
pub(super) mod resent;
pub(super) mod versions;
pub(super) mod whole;
