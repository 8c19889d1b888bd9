//! The words of the domain: plain values that cannot be wrong.
//!
//! No I/O, no clock, no decisions. Every constructor, serde included, refuses bad input with a
//! typed error that says what was given and what is allowed.

mod id;
mod interval;
mod secret;
mod zoom;

pub use id::{
    AccountId, AppointmentId, CalendarId, ChangeSetId, InvalidId, LinkId, MAX_ID_BYTES,
    ParticipantId, RequestId, UserId, ZoomAccountId,
};
pub(crate) use interval::check_instant;
pub use interval::{Interval, InvalidInstant, InvalidInterval, InvalidSeconds};
pub use secret::Secret;
pub use zoom::{MAX_TOPIC_CHARS, MeetingId, Topic};
