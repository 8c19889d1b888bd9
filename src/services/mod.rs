//! The services: the only place that orders effects.

mod aged;
mod ahead;
mod book;
mod booked_on;
mod builder;
mod busy;
mod calendars;
mod caller;
mod connect;
mod core;
mod count_up;
mod counters;
mod counting;
mod days;
mod decoded;
mod digest;
mod edit;
mod end;
mod erase;
mod erase_user;
mod explain;
mod find;
#[cfg(feature = "testkit")]
mod inspect;
mod journal;
mod kept;
mod keys;
mod lane;
mod list;
mod listed;
mod mark;
mod misfits;
mod older;
mod parking;
mod planner;
mod prepare;
mod put;
mod quota;
mod reassign;
mod records;
mod remembered;
mod reschedule;
mod retention;
mod run_due;
mod scene;
mod scheduler;
mod search;
mod seats;
mod setup;
mod shapes;
mod standings;
mod sticky;
mod take_down;
mod turns;
mod under_way;
mod upcoming;
mod view;
mod zoom_work;

pub use book::BookRequest;
pub use builder::{BuildError, Builder};
pub use caller::{Actor, Caller};
pub use connect::{Advice, Connected};
pub use core::LinkWork;
#[cfg(feature = "testkit")]
pub(crate) use counting::CountingRow;
pub use edit::Edit;
pub use erase::Erased;
pub use explain::{Explanation, HostExplanation};
#[cfg(feature = "testkit")]
pub(crate) use inspect::{Inspected, all_calendars, inspect};
pub use list::AppointmentList;
pub use misfits::NoLongerFits;
#[cfg(feature = "testkit")]
pub(crate) use records::{Booked, ListedRow};
pub use retention::Retention;
#[cfg(feature = "testkit")]
pub(crate) use retention::may_be_gone;
pub use run_due::RunReport;
pub use scheduler::Scheduler;
pub use upcoming::Affected;
pub use view::{Appointment, MeetingLocation};
