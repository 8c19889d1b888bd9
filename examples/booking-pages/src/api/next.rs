//! Other slots, in place of one that is taken.

use chrono::{DateTime, Utc};
use slotlink::words::CalendarId;
use slotlink::{Error, Refusal};

use super::instant::Period;
use super::problem::Problem;
use crate::app::App;
use crate::visitor::free;

/// The problem with the slots that are free now, if it is that one was not.
pub(crate) async fn with_next_slots(
    app: &App,
    problem: Problem,
    error: &Error,
    calendar: &CalendarId,
    start: DateTime<Utc>,
) -> Problem {
    let is_taken = matches!(
        error,
        Error::Refused(Refusal::SlotUnavailable { .. } | Refusal::QuotaExhausted { .. })
    );
    if !is_taken {
        return problem;
    }
    match free::around(app, &app.invitee(), calendar, start).await {
        Ok(next) => problem.with_slots(next.into_iter().map(Period::from).collect()),
        // The first problem is the one to tell.
        Err(_) => problem,
    }
}
