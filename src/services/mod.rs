//! The services: the only place that orders effects.

mod aged;
mod ahead;
mod audit;
mod book;
mod booked_on;
mod builder;
mod busy;
mod calendars;
mod caller;
mod connect;
mod consent;
mod core;
mod count_up;
mod counters;
mod counting;
mod days;
mod deauthorize;
mod decoded;
mod digest;
mod disconnect;
mod edit;
mod end;
mod erase;
mod erase_user;
mod explain;
mod find;
mod health;
#[cfg(feature = "testkit")]
mod inspect;
mod journal;
mod kept;
mod keys;
mod lane;
mod list;
mod listed;
mod locations;
mod look;
mod mark;
mod meeting_index;
mod messages;
mod misfits;
#[cfg(feature = "testkit")]
mod observed;
mod older;
mod outbox;
mod parking;
mod planner;
mod prepare;
mod put;
mod queued;
mod quota;
mod reassign;
mod records;
mod refresh;
mod remembered;
mod reschedule;
mod retention;
mod revoke;
mod run_due;
mod scene;
mod scheduler;
mod search;
mod seats;
mod set_up;
mod setup;
mod shapes;
mod stalled;
mod standings;
mod sticky;
mod take_down;
mod token_use;
mod tokens;
mod turns;
mod under_way;
mod upcoming;
mod view;
mod wake;
mod webhooks;
mod zoom_work;

pub use audit::{AuditRecord, Audited};
pub use book::BookRequest;
pub use builder::{BuildError, Builder};
pub use caller::{Actor, Caller, LoggedInAs};
pub use connect::{Advice, Connected};
pub use consent::BeginConsent;
pub use core::{Jitter, LinkWork};
#[cfg(feature = "testkit")]
pub(crate) use counting::CountingRow;
pub use edit::Edit;
pub use erase::Erased;
pub use explain::{Explanation, HostExplanation};
pub use health::{ConnectionState, ReconnectReason, ZoomConnection};
#[cfg(feature = "testkit")]
pub(crate) use inspect::{Inspected, all_calendars, inspect};
pub use list::AppointmentList;
pub use messages::{
    Message, MessageCursor, MessageId, MessageKind, MessageList, MessagePage, UserMessage,
    UserMessageKind,
};
pub use misfits::NoLongerFits;
#[cfg(feature = "testkit")]
pub(crate) use observed::{Observed, account_of, observe};
#[cfg(feature = "testkit")]
pub(crate) use records::{Booked, ListedRow};
pub use retention::Retention;
#[cfg(feature = "testkit")]
pub(crate) use retention::may_be_gone;
pub use run_due::RunReport;
pub use scheduler::Scheduler;
pub use set_up::Member;
pub use upcoming::Affected;
pub use view::{Appointment, MeetingLocation};
pub use webhooks::{WebhookCounts, WebhookOutcome, WebhookReply};
