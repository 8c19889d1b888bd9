//! Reading the appointment that a call is about.

use super::caller::Caller;
use super::planner::Planner;
use super::records::{AppointmentRow, Booked};
use crate::error::{Error, Fault, Refusal, Thing, missing};
use crate::rules::Act;
use crate::rules::lifecycle::{Verdict, verdict};
use crate::words::AppointmentId;

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
    match verdict(act, status, when, planner.now) {
        Verdict::Go => Ok(Asked::ToDo(*booked)),
        Verdict::AlreadySo => Ok(Asked::Done(*booked)),
        Verdict::WrongState => Err(Refusal::WrongState { act, status }.into()),
        Verdict::TooLate => Err(Refusal::TooLate { act, end: when.end() }.into()),
    }
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
