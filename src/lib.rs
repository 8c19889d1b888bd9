#![doc = include_str!("../README.md")]
//!
//! ## How it is built
//!
//! Each layer uses only those before it:
//!
//! 1. [`words`]: plain values that cannot be wrong.
//! 2. [`rules`]: pure decisions. What is bookable, who gets it, what becomes of a link.
//! 3. [`ports`]: what a host plugs in, as traits with numbered contracts.
//! 4. [`Scheduler`]: the calls; the only place that orders effects. [`zoom`] is the client of Zoom
//!    over the HTTP port.
//! 5. `testkit`: what tests need.
//!
//! A call answers with an [`Error`]: a refusal (the rules say no), a conflict (others were faster) or
//! a fault (a port failed). It then changed nothing.
//!
//! ## Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `system` | yes | the system's clock and randomness, as defaults of the builder |
//! | `memory` | no | `MemoryStore` |
//! | `mocks` | no | `mocks`: mocks of the ports |
//! | `sealing` | no | `sealing`: a sealer with the host's keys (XChaCha20-Poly1305) |
//! | `testkit` | no | `testkit`: simulated Zoom, manual clock, scenarios; switches `memory` on |
//! | `tracing` | no | the host application's logs are told what goes on, and what fails in the background |
//!
//! ## Logs
//!
//! With feature `tracing` the host application's logs are told what goes on, with the target `slotlink`.
//! Most of it is `DEBUG`: commands and how often they were planned, calls of Zoom, background work. `WARN` is
//! for what failed and what a caller may never hear of: a call of Zoom behind a booking, a step of
//! [`run_due`](Scheduler::run_due), the busy source when it begins to fail, a webhook that Zoom has signed and
//! that is refused. It is told with what it belongs to (spans with ids) and with what caused it, never with
//! tokens, join links, names, addresses or notes. Ids are told as the host application has made them, and
//! causes as the ports gave them: an adapter should put no rows into its errors.

mod bugs;
mod error;
pub mod guide;
#[cfg(feature = "memory")]
mod memory;
#[cfg(feature = "mocks")]
pub mod mocks;
pub mod ports;
pub mod rules;
#[cfg(feature = "sealing")]
pub mod sealing;
mod services;
#[cfg(feature = "testkit")]
pub mod testkit;
mod trace;
pub mod words;
pub mod zoom;

pub use error::{Conflict, ConsentRefusal, Error, Fault, InvalidInput, Refusal, StoreCall, Thing};
#[cfg(feature = "memory")]
pub use memory::MemoryStore;
pub use rules::{Slot, Slots};
pub use services::{
    Actor, Advice, Affected, Appointment, AppointmentList, AuditRecord, Audited, BeginConsent,
    BookRequest, BuildError, Builder, Caller, Connected, ConnectionState, Edit, Erased,
    Explanation, HostExplanation, Jitter, LinkWork, LoggedInAs, MeetingLocation, Member, Message,
    MessageCursor, MessageId, MessageKind, MessageList, MessagePage, NoLongerFits, ReconnectReason,
    Retention, RunReport, Scheduler, UserMessage, UserMessageKind, WebhookCounts, WebhookOutcome,
    WebhookReply, ZoomConnection,
};
