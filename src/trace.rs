//! What the logs of the host application are told, with feature `tracing`; without it all of this is
//! nothing.
//!
//! Told are the names of calls, ids, kinds of errors and what caused them; never names, addresses, notes,
//! tokens or links where one joins (I16). All of it has the target `slotlink`.
//!
//! `WARN` is for what failed and that nobody would learn of otherwise, since it is tried again or left to
//! others; `DEBUG` for the rest: callers are answered with their errors.
#![cfg_attr(
    not(feature = "tracing"),
    expect(unused_variables, clippy::missing_const_for_fn, reason = "nothing is told without it")
)]

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Fault};
use crate::ports::{Key, ZoomApi, ZoomAuth};
use crate::services::{RunReport, WebhookOutcome};
use crate::words::{AccountId, ChangeSetId};
use crate::zoom::WebhookRefusal;

#[cfg(feature = "tracing")]
pub(crate) use tracing::Span;

/// Nothing is told.
#[cfg(not(feature = "tracing"))]
pub(crate) struct Span;

/// Tells something.
macro_rules! tell {
    ($level:ident, $($told:tt)+) => {
        #[cfg(feature = "tracing")]
        tracing::$level!(target: "slotlink", $($told)+);
    };
}

/// Names what is worked on, for warnings too. Ids are told as texts: those are quoted, whatever they hold.
macro_rules! span {
    ($($told:tt)+) => {{
        #[cfg(feature = "tracing")]
        let span = tracing::warn_span!(target: "slotlink", $($told)+);
        #[cfg(not(feature = "tracing"))]
        let span = Span;
        span
    }};
}

// After the macros, which it uses.
#[cfg(feature = "tracing")]
mod zoom;

/// Whatever is told meanwhile, is told as part of this.
pub(crate) fn within<F: Future>(span: Span, work: F) -> impl Future<Output = F::Output> {
    #[cfg(feature = "tracing")]
    let work = tracing::Instrument::instrument(work, span);
    work
}

/// Tells of each call of Zoom, whoever makes it.
pub(crate) fn told_zoom(zoom: Arc<dyn ZoomApi>) -> Arc<dyn ZoomApi> {
    #[cfg(feature = "tracing")]
    let zoom = Arc::new(zoom::Told(zoom));
    zoom
}

/// The same of calls about tokens.
pub(crate) fn told_auth(auth: Arc<dyn ZoomAuth>) -> Arc<dyn ZoomAuth> {
    #[cfg(feature = "tracing")]
    let auth = Arc::new(zoom::Told(auth));
    auth
}

/// A change that is planned and committed.
pub(crate) fn command(name: &'static str) -> Span {
    span!("command", name)
}

/// Something that is worked on, of an account or of a user.
pub(crate) fn due(what: &'static str, account: Option<&AccountId>, id: &dyn fmt::Display) -> Span {
    span!("due", what, account = account.map(AccountId::as_str), id = id.to_string().as_str())
}

/// Others were faster, and it is planned anew.
pub(crate) fn overtaken(at: Option<&Key>) {
    tell!(debug, row = at.map(tracing::field::debug), "others were faster");
}

/// A change was committed, or nothing was to be changed.
pub(crate) fn done(tries: u32) {
    tell!(debug, tries, "done");
}

/// The caller is answered with an error.
pub(crate) fn answered(error: &Error) {
    tell!(debug, kind = error.kind(), "answered with an error");
}

/// Nobody knows whether a change set was applied; it is sent again.
pub(crate) fn outcome_unknown(change: ChangeSetId) {
    tell!(warn, %change, "it is not known whether a change set was applied");
}

/// Something failed that is tried again later, or goes on without.
pub(crate) fn failed(what: &'static str, error: &Error) {
    tell!(warn, kind = error.kind(), error = chain(error).as_str(), "failed {what}");
}

/// The same, where what failed before is told already.
pub(crate) fn failed_again(what: &'static str, error: &Error) {
    tell!(debug, kind = error.kind(), error = chain(error).as_str(), "failed {what}");
}

/// Tries once what others do later if it fails: nobody is answered with that.
pub(crate) async fn tried(
    span: Span,
    what: &'static str,
    work: impl Future<Output = Result<(), Error>>,
) {
    let told = async {
        if let Err(error) = work.await {
            failed(what, &error);
        }
    };
    within(span, told).await;
}

/// Why a row cannot be read.
pub(crate) fn unreadable(why: &Fault) {
    tell!(warn, error = chain(why).as_str(), "a row cannot be read");
}

/// The busy source failed: its hosts take nothing new meanwhile (R21). Whoever looks at slots asks it: it is
/// a warning when it begins.
pub(crate) fn busy_source_failed(error: &(dyn StdError + 'static), hosts: usize, begins: bool) {
    if begins {
        tell!(warn, hosts, error = chain(error).as_str(), "the busy source failed");
    } else {
        tell!(debug, hosts, error = chain(error).as_str(), "the busy source fails still");
    }
}

/// The busy source answered for others than it was asked for.
pub(crate) fn busy_source_mixed_up(hosts: usize, answered: usize) {
    tell!(warn, hosts, answered, "the busy source did not answer for each host");
}

/// An error and its causes, on one line once it is quoted. What a parser says of a row may hold what stands
/// in the row.
#[cfg(feature = "tracing")]
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut chain = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        match error.downcast_ref::<serde_json::Error>() {
            Some(parser) => {
                let (line, column) = (parser.line(), parser.column());
                chain.push_str(&format!(": not as expected at {line}:{column}"));
            }
            None => chain.push_str(&format!(": {error}")),
        }
        cause = error.source();
    }
    chain
}

/// Some background work was done.
pub(crate) fn ran(report: &RunReport) {
    let RunReport { done, failed, removed, next } = report;
    tell!(
        debug,
        done,
        failed,
        removed,
        next = next.map(tracing::field::display),
        "ran what was due"
    );
}

/// A webhook was received.
pub(crate) fn webhook(outcome: &WebhookOutcome) {
    match outcome {
        WebhookOutcome::Done | WebhookOutcome::Validated => {
            tell!(debug, "a webhook was received");
        }
        WebhookOutcome::Unknown { event } => {
            tell!(debug, event, "a webhook was received that nobody listens to");
        }
        // Anybody can send these.
        WebhookOutcome::Refused(
            WebhookRefusal::TooLarge { .. }
            | WebhookRefusal::MissingHeader { .. }
            | WebhookRefusal::BadSignature,
        )
        | WebhookOutcome::Failed(Error::Fault(Fault::NotConfigured(_))) => {
            tell!(debug, "a webhook was refused that nothing proves to be of Zoom");
        }
        WebhookOutcome::Refused(refusal) => {
            tell!(warn, error = chain(refusal).as_str(), "a webhook of Zoom was refused");
        }
        WebhookOutcome::Failed(error) => failed("to act upon a webhook", error),
    }
}
