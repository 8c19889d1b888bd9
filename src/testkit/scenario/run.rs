//! Runs the steps of a scenario, one after the other.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::expect::{Names, compare};
use super::given;
use super::moment::At;
use super::stage::Stage;
use super::steps::{Act, Step};
use super::view::{Seats, Seen, Told, ToldOf, View};
use super::world::{Person, World};
use super::{Failure, Report, answer, invariants};
use crate::ports::{BusyTime, Clock as _};
use crate::testkit::SimulatedMeeting;
use crate::words::{
    AppointmentFilter, AppointmentId, Calendar, CalendarRef, Interval, ListPage, LocationSetting,
    User, UserId,
};
use crate::{Actor, Appointment, BookRequest, Caller, Edit, Error, Fault};

pub(super) type Answer = Result<Value, Error>;

/// A run of a scenario that has come so far.
pub(super) struct Run<'a> {
    world: &'a World,
    pub(super) stage: Stage,
    /// The users as they are now, restored ones last.
    pub(super) people: Vec<Person>,
    /// The appointments by the names that steps gave them.
    named: BTreeMap<String, AppointmentId>,
    told: Told,
    /// The most seats that slots of each calendar ever had: what is booked stays booked.
    seats: Seats,
    /// The meetings that were at Zoom before the first step.
    foreign: Vec<SimulatedMeeting>,
    names: Names,
    report: Report,
}

/// An answer as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    step: usize,
    #[serde(rename = "do")]
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Value>,
}

impl<'a> Run<'a> {
    pub(super) fn new(world: &'a World, stage: Stage) -> Self {
        Self {
            world,
            people: world.people.clone(),
            foreign: stage.zoom.meetings(),
            stage,
            told: Told::new(),
            seats: world.calendars.iter().map(most_seats).collect(),
            named: BTreeMap::new(),
            names: Names::default(),
            report: Report::default(),
        }
    }

    /// Checks the invariants; they are looked for when nothing is being done.
    pub(super) async fn finish(mut self) -> Report {
        let seen = Seen { told: self.told, seats: self.seats, foreign: self.foreign };
        let failures = match View::look(self.world, &self.stage, seen).await {
            Ok(view) => invariants::broken(&view),
            Err(error) => vec![Failure {
                step: None,
                path: "invariants".to_owned(),
                expected: "rows that can be read".to_owned(),
                got: error.to_string(),
            }],
        };
        self.report.failures.extend(failures);
        self.report
    }

    /// Does a step, then what background work it made due at this instant.
    pub(super) async fn step(&mut self, number: usize, step: &Step) {
        let answer = self.act(step).await;
        self.stage.settle().await;
        let (name, answer) = match answer {
            Ok(ok) => ("ok", ok),
            Err(error) => ("error", answer::error(&error)),
        };
        let line = Line {
            step: number,
            name: &step.name,
            ok: (name == "ok").then_some(&answer),
            error: (name == "error").then_some(&answer),
        };
        let line = serde_json::to_string(&line).unwrap_or_default();
        self.report.lines.push(line);
        self.check(number, step, name, answer);
    }

    fn check(&mut self, number: usize, step: &Step, name: &str, answer: Value) {
        let default = json!({"ok": {}});
        let expected = step.expect.as_ref().unwrap_or(&default);
        let failure = |path, expected, got| Failure { step: Some(number), path, expected, got };
        if expected.get(name).is_none() {
            let other = if name == "ok" { "error" } else { "ok" };
            let got = json!({name: answer}).to_string();
            let expected = expected.to_string();
            self.report.failures.push(failure(other.to_owned(), expected, got));
            return;
        }
        let mismatches = compare(expected, &json!({name: answer}), &mut self.names);
        let failures =
            mismatches.into_iter().map(|found| failure(found.path, found.expected, found.got));
        self.report.failures.extend(failures);
    }

    async fn act(&mut self, step: &Step) -> Answer {
        match &step.act {
            Act::ConnectZoom(given) => self.connect_zoom(step, given).await,
            Act::DisconnectZoom(given) => self.disconnect_zoom(step, given).await,
            Act::ReleaseZoom(given) => self.release_zoom(step, given).await,
            Act::TransferZoom(given) => self.transfer_zoom(step, given).await,
            Act::Connection(given) => self.connection(step, given).await,
            Act::SetDefaultLocation(given) => self.set_default_location(step, given).await,
            Act::ZoomEvent(given) => self.zoom_event(given).await,
            Act::DeleteUser(given) => self.delete_user(&given.user).await,
            Act::RestoreUser(given) => self.restore_user(given).await,
            Act::SetCalendarLocation(given) => self.set_location(step, given).await,
            Act::PutCalendar(given) => self.put_calendar(step, given).await,
            Act::Slots(given) => self.slots(step, given).await,
            Act::Explain(given) => {
                let (caller, At(start)) = (caller(step, None)?, given.start);
                let told = self.stage.scheduler.explain(&caller, &given.calendar, start).await?;
                Ok(answer::explanation(&told))
            }
            Act::Book(given) => self.book(step, given).await,
            Act::Confirm(given) => {
                let id = self.appointment(&given.appointment);
                self.seen(self.stage.scheduler.confirm(&caller(step, None)?, id).await)
            }
            Act::Cancel(given) => {
                let id = self.appointment(&given.appointment);
                self.seen(self.stage.scheduler.cancel(&caller(step, None)?, id).await)
            }
            Act::Delete(given) => {
                let id = self.appointment(&given.appointment);
                self.stage.scheduler.delete(&caller(step, None)?, id).await?;
                self.told.remove(&id);
                Ok(json!({}))
            }
            Act::Edit(given) => {
                let id = self.appointment(&given.appointment);
                let (caller, edit) = (caller(step, None)?, edit(given));
                self.seen(self.stage.scheduler.edit(&caller, id, &edit).await)
            }
            Act::Reschedule(given) => {
                let id = self.appointment(&given.appointment);
                let (caller, At(start)) = (caller(step, None)?, given.start);
                let host = given.host.as_ref();
                let moved = self.stage.scheduler.reschedule(&caller, id, start, host);
                self.seen(moved.await)
            }
            Act::Mark(given) => {
                let id = self.appointment(&given.appointment);
                let caller = caller(step, None)?;
                self.seen(self.stage.scheduler.mark(&caller, id, given.status).await)
            }
            Act::Appointments(given) => self.appointments(step, given).await,
            Act::Appointment(given) => {
                let id = self.appointment(&given.appointment);
                let seen = self.stage.scheduler.appointment(&caller(step, None)?, id).await?;
                Ok(answer::appointment(&seen))
            }
            Act::Reassign(given) => {
                let id = self.appointment(&given.appointment);
                let caller = caller(step, None)?;
                self.seen(self.stage.scheduler.reassign(&caller, id, &given.host).await)
            }
            Act::Busy(given) => Ok(self.busy(given)),
            Act::ZoomFault(given) => Ok(self.zoom_fault(given)),
            Act::ZoomState(_) => Ok(answer::zoom_state(&self.stage.zoom)),
            Act::Advance(given) => Ok(self.advance(given).await),
            Act::Settle(_) => Ok(json!({})),
        }
    }

    // ---- Users ----

    async fn delete_user(&self, user: &UserId) -> Answer {
        let affected = self.stage.scheduler.delete_user(user).await?;
        let names = self.names(affected.iter().map(|one| (one.start, one.appointment)));
        Ok(json!({"affected": names}))
    }

    /// Support makes the user anew, under another id: everything but calendars and connection.
    async fn restore_user(&mut self, given: &given::RestoreUser) -> Answer {
        let mut people = self.people.iter();
        let known = people.find(|person| person.user.id == given.user);
        let Some(person) = known else {
            let nobody = crate::Thing::User(given.user.clone());
            return Err(crate::Refusal::NotFound(nobody).into());
        };
        let mut restored = person.clone();
        restored.user = User { id: given.new_id.clone(), ..restored.user };
        restored.zoom = None;
        self.stage.put_person(&restored).await?;
        self.people.push(restored);
        Ok(json!({}))
    }

    // ---- Calendars ----

    async fn set_location(&self, step: &Step, given: &given::SetCalendarLocation) -> Answer {
        let own = given.user.clone().map(Actor::User);
        let caller = caller(step, own)?;
        let location = LocationSetting::from(given.location.clone());
        let host = given.user.as_ref();
        let scheduler = &self.stage.scheduler;
        scheduler.set_calendar_location(&caller, &given.calendar, host, &location).await?;
        Ok(json!({}))
    }

    async fn put_calendar(&mut self, step: &Step, given: &Calendar) -> Answer {
        let caller = caller(step, None)?;
        let misfits = self.stage.scheduler.put_calendar(&caller, given).await?;
        let (calendar, seats) = most_seats(given);
        let most = self.seats.entry(calendar).or_default();
        *most = seats.max(*most);
        let names = self.names(misfits.iter().map(|one| (one.start, one.appointment)));
        Ok(json!({"no_longer_fit": names}))
    }

    // ---- Appointments ----

    /// All pages of the list.
    async fn appointments(&self, step: &Step, given: &given::Appointments) -> Answer {
        let (caller, filter) = (caller(step, None)?, filter(given));
        let mut page = ListPage::default();
        let mut found = Vec::new();
        loop {
            let list = self.stage.scheduler.appointments(&caller, &filter, &page).await?;
            found.extend(list.appointments.iter().map(|one| (one.interval.start(), one.id)));
            match list.next {
                Some(cursor) => page = ListPage::after(cursor, page.size()),
                None => return Ok(json!({"appointments": self.names(found.into_iter())})),
            }
        }
    }

    async fn slots(&self, step: &Step, given: &given::Slots) -> Answer {
        let caller = caller(step, None)?;
        let (At(from), At(to)) = (given.from, given.to);
        let scheduler = &self.stage.scheduler;
        let found = scheduler.slots(&caller, &given.calendar, from, to).await?;
        Ok(answer::slots(&found))
    }

    async fn book(&mut self, step: &Step, given: &given::Book) -> Answer {
        let caller = caller(step, None)?;
        let booked = self.stage.scheduler.book(&caller, &request(given)).await?;
        if let Some(name) = &step.makes {
            self.named.insert(name.clone(), booked.id);
        }
        self.seen(Ok(booked))
    }

    // ---- The world around ----

    /// An echo of an appointment that was never made is as long as nothing.
    fn busy(&self, given: &given::Busy) -> Value {
        let id = given.appointment.as_ref().map(|name| self.appointment(name));
        let told = id.and_then(|id| self.told.get(&id)).map(|told| told.when);
        let stated = given.from.zip(given.to);
        let stated = stated.and_then(|(At(from), At(to))| Interval::new(from, to).ok());
        let busy = &self.stage.busy;
        match (stated.or(told), id) {
            (Some(when), Some(id)) => busy.add(&given.user, BusyTime::echo(when, id)),
            (Some(when), None) => busy.add(&given.user, BusyTime::new(when)),
            (None, _) => {}
        }
        if given.fails {
            busy.fail(&given.user);
        }
        json!({})
    }

    fn zoom_fault(&self, given: &given::ZoomFault) -> Value {
        let (zoom, times) = (&self.stage.zoom, given.times.unwrap_or(1));
        match given.fault.of_calls() {
            Some(fault) => zoom.fault(given.op.into(), given.zoom.clone(), fault, times),
            None => zoom.void_refresh_tokens(given.zoom.as_ref()),
        }
        json!({})
    }

    async fn advance(&self, given: &given::Advance) -> Value {
        let now = self.stage.clock.now();
        let minutes = given.minutes.unwrap_or_default();
        let later = now + TimeDelta::minutes(minutes.into());
        self.stage.advance(given.to.map_or(later, |to| to.0)).await;
        json!({})
    }

    // ---- Who and what is meant ----

    /// What a change answers is what callers were told.
    fn seen(&mut self, answer: Result<Appointment, Error>) -> Answer {
        let seen = answer?;
        self.told.insert(seen.id, ToldOf::from(&seen));
        Ok(answer::appointment(&seen))
    }

    /// Names of appointments by start; those of one start have no order of their own.
    pub(super) fn names(
        &self,
        found: impl Iterator<Item = (DateTime<Utc>, AppointmentId)>,
    ) -> Vec<String> {
        let mut named: Vec<_> = found.map(|(start, id)| (start, self.name(id))).collect();
        named.sort();
        named.into_iter().map(|(_, name)| name).collect()
    }

    fn name(&self, id: AppointmentId) -> String {
        let mut named = self.named.iter();
        let name = named.find(|(_, named)| **named == id);
        name.map_or_else(|| id.to_string(), |(name, _)| name.clone())
    }

    /// The appointment of that name. One that was never made has an id that none has.
    pub(super) fn appointment(&self, name: &str) -> AppointmentId {
        let nobody = AppointmentId::from_uuid(Uuid::nil());
        self.named.get(name).copied().unwrap_or(nobody)
    }
}

/// Who calls, for which account.
pub(super) fn caller(step: &Step, own: Option<Actor>) -> Result<Caller, Error> {
    let account = step.account.clone();
    let account = account.ok_or(Fault::Inconsistent("a step was not settled"))?;
    let actor = step.actor.clone().or(own).unwrap_or(Actor::System);
    Ok(Caller::new(account, actor))
}

fn most_seats(calendar: &Calendar) -> (CalendarRef, u16) {
    (calendar.as_ref(), calendar.slot.seats().seats())
}

fn filter(given: &given::Appointments) -> AppointmentFilter {
    let mut filter = AppointmentFilter::new();
    if let Some(calendar) = given.calendar.clone() {
        filter = filter.on(calendar);
    }
    if let Some(host) = given.host.clone() {
        filter = filter.hosted_by(host);
    }
    if let Some(statuses) = &given.statuses {
        filter = filter.standing_at(statuses.iter().copied());
    }
    if let Some(At(from)) = given.from {
        filter = filter.starting_from(from);
    }
    match given.to {
        Some(At(to)) => filter.starting_before(to),
        None => filter,
    }
}

fn edit(given: &given::Edit) -> Edit {
    let mut edit = Edit::new();
    if let Some(title) = given.title.clone() {
        edit = edit.with_title(title);
    }
    if let Some(notes) = given.notes.clone() {
        edit = edit.with_notes(notes);
    }
    let edit = given.add.iter().cloned().fold(edit, Edit::adding);
    given.remove.iter().cloned().fold(edit, Edit::removing)
}

fn request(given: &given::Book) -> BookRequest {
    let (calendar, At(start)) = (given.calendar.clone(), given.start);
    let mut request = BookRequest::new(calendar, start, given.invitee.clone())
        .with_participants(given.participants.iter().cloned());
    if let Some(title) = given.title.clone() {
        request = request.with_title(title);
    }
    if let Some(notes) = given.notes.clone() {
        request = request.with_notes(notes);
    }
    if let Some(location) = given.location.clone() {
        request = request.with_location(location);
    }
    if let Some(host) = given.host.clone() {
        request = request.with_host(host);
    }
    match given.request_id.clone() {
        Some(id) => request.with_request_id(id),
        None => request,
    }
}
