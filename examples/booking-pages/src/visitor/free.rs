//! The next free slots.

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::words::{CalendarId, Interval};
use slotlink::{Caller, Error};

use crate::app::App;
use crate::when;

/// How far ahead is looked.
const AHEAD: TimeDelta = TimeDelta::days(60);

/// At most so many slots that start from then on.
pub(crate) async fn next(
    app: &App,
    caller: &Caller,
    calendar: &CalendarId,
    from: DateTime<Utc>,
    most: usize,
) -> Result<Vec<Interval>, Error> {
    let slots = app.scheduler.slots(caller, calendar, from, from + AHEAD).await?;
    Ok(slots.iter().take(most).map(|slot| slot.interval()).collect())
}

/// The free slots around a time that has just been taken: those of its day first.
pub(crate) async fn around(
    app: &App,
    caller: &Caller,
    calendar: &CalendarId,
    taken: DateTime<Utc>,
) -> Result<Vec<Interval>, Error> {
    next(app, caller, calendar, (taken - TimeDelta::hours(4)).max(when::now()), 6).await
}
