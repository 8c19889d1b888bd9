//! Reading the appointment that a call is about.

use super::calendars;
use super::caller::{Actor, Caller};
use super::planner::Planner;
use super::records::{AppointmentRow, Booked};
use crate::error::{Error, Fault, Refusal, Thing, missing};
use crate::rules::Act;
use crate::rules::lifecycle::{Verdict, notice, verdict};
use crate::words::{AppointmentId, Notice};

/// An appointment that something is asked of.
pub(crate) enum Asked {
    ToDo(Booked),
    /// It is so already.
    Done(Booked),
}

/// An appointment of the caller's account, as it is now; the change rests on it.
pub(crate) async fn load(
    planner: &mut Planner<'_>,
    caller: &Caller,
    id: AppointmentId,
) -> Result<AppointmentRow, Error> {
    let row = planner.keys.appointment(caller.account(), id);
    planner.load(&row).await?.ok_or_else(|| missing(Thing::Appointment(id)))
}

/// An appointment with which something may be done now, or is done already.
pub(crate) async fn load_for(
    planner: &mut Planner<'_>,
    caller: &Caller,
    id: AppointmentId,
    act: Act,
) -> Result<Asked, Error> {
    let AppointmentRow::Kept(booked) = load(planner, caller, id).await? else {
        return Err(missing(Thing::Appointment(id)));
    };
    let (status, when) = (booked.status, booked.interval());
    let notice = notice_asked(planner, caller, &booked, act).await?;
    match verdict(act, status, when, notice, planner.now) {
        Verdict::Go => Ok(Asked::ToDo(*booked)),
        Verdict::AlreadySo => Ok(Asked::Done(*booked)),
        Verdict::WrongState => Err(Refusal::WrongState { act, status }.into()),
        Verdict::TooEarly => Err(Refusal::NotBegun { start: when.start() }.into()),
        Verdict::TooLate => Err(Refusal::TooLate { act, end: when.end() }.into()),
        Verdict::TooLateSince(until) => {
            Err(Refusal::NoticeTooShort { act, until, notice: notice.minutes() }.into())
        }
    }
}

/// The notice that the calendar asks of an invitee, as it is now (R29). Others need none.
async fn notice_asked(
    planner: &mut Planner<'_>,
    caller: &Caller,
    booked: &Booked,
    act: Act,
) -> Result<Notice, Error> {
    if *caller.actor() != Actor::Invitee || !matches!(act, Act::Cancel | Act::Reschedule) {
        return Ok(Notice::NONE);
    }
    let calendar = calendars::settings(planner, booked.calendar()).await?;
    Ok(notice(act, &calendar))
}

/// Writes an appointment with what a caller gave.
pub(crate) fn put_input(planner: &mut Planner<'_>, booked: &Booked) -> Result<(), Error> {
    let row = planner.keys.appointment(booked.account(), booked.id);
    planner.put_input(&row, &AppointmentRow::Kept(Box::new(booked.clone())))
}

/// Writes an appointment back.
pub(crate) fn put(planner: &mut Planner<'_>, booked: &Booked) -> Result<(), Fault> {
    let row = planner.keys.appointment(booked.account(), booked.id);
    planner.put(&row, &AppointmentRow::Kept(Box::new(booked.clone())))
}
