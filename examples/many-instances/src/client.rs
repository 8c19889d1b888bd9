//! One client of an instance: books, moves and cancels, one call after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use slotlink::words::{
    AppointmentId, CalendarId, Email, Name, Participant, RequestId, Status, Title,
};
use slotlink::{Appointment, BookRequest, Caller, Error, Fault, Scheduler};
use tokio::time::{Instant, sleep};

use crate::Failure;
use crate::journal::{Asked, Journal, Line, Stands, Told};
use crate::world::{self, POPULAR, Popular};

/// How often a call is made again that failed, or whose outcome is unknown.
const TRIES: u32 = 20;
/// How long it waits before that: a server that restarts needs a second or two.
const PAUSE: Duration = Duration::from_millis(250);

/// What clients of an instance share.
pub(crate) struct Desk {
    pub(crate) scheduler: Scheduler,
    pub(crate) journal: Journal,
    pub(crate) instance: u32,
    pub(crate) calls: AtomicU64,
    pub(crate) until: Instant,
    pub(crate) first_day: DateTime<Utc>,
}

/// A call of the services.
enum Call {
    Book(Box<BookRequest>),
    Move(AppointmentId, DateTime<Utc>),
    Cancel(AppointmentId),
}

impl Call {
    async fn make(&self, scheduler: &Scheduler, caller: &Caller) -> Result<Appointment, Error> {
        match self {
            Self::Book(request) => scheduler.book(caller, request).await,
            Self::Move(id, start) => scheduler.reschedule(caller, *id, *start, None).await,
            Self::Cancel(id) => scheduler.cancel(caller, *id).await,
        }
    }
}

pub(crate) struct Client {
    desk: Arc<Desk>,
    random: fastrand::Rng,
    /// What this client booked and did not cancel, and on which calendar.
    mine: Vec<(&'static Popular, AppointmentId)>,
}

impl Client {
    pub(crate) fn new(desk: Arc<Desk>, seed: u64) -> Self {
        Self { desk, random: fastrand::Rng::with_seed(seed), mine: Vec::new() }
    }

    /// Goes on until the time is up.
    pub(crate) async fn work(mut self) -> Result<(), Failure> {
        while Instant::now() < self.desk.until {
            let at = if self.mine.is_empty() { 0 } else { self.random.usize(..self.mine.len()) };
            match (self.random.u8(..10), self.mine.get(at).copied()) {
                (0..3, Some((popular, id))) => self.reschedule(popular, id).await?,
                (3..6, Some((popular, id))) => {
                    self.mine.swap_remove(at);
                    self.cancel(popular, id).await?;
                }
                _ => self.book().await?,
            }
        }
        Ok(())
    }

    async fn book(&mut self) -> Result<(), Failure> {
        let popular = self.random.choice(&POPULAR).ok_or("there are popular calendars")?;
        let (number, start) = (self.next_call(), self.start(popular));
        let id = format!("{}-{number}", self.desk.instance);
        let invitee = Participant::new(Name::new("Pat")?)
            .with_email(Email::new(format!("pat-{id}@example.com"))?);
        let request = BookRequest::new(CalendarId::new(popular.calendar)?, start, invitee)
            .with_title(Title::new(id.clone())?)
            .with_request_id(RequestId::new(id.clone())?);
        let asked = Asked::Book { request: id };
        let told = self.ask(number, popular, asked, &Call::Book(Box::new(request))).await?;
        self.mine.extend(told.map(|booked| (popular, booked.id)));
        Ok(())
    }

    async fn reschedule(&mut self, popular: &Popular, id: AppointmentId) -> Result<(), Failure> {
        let (number, start) = (self.next_call(), self.start(popular));
        let asked = Asked::Move { appointment: id.to_string(), start: start.timestamp() };
        self.ask(number, popular, asked, &Call::Move(id, start)).await?;
        Ok(())
    }

    async fn cancel(&mut self, popular: &Popular, id: AppointmentId) -> Result<(), Failure> {
        let asked = Asked::Cancel { appointment: id.to_string() };
        self.ask(self.next_call(), popular, asked, &Call::Cancel(id)).await?;
        Ok(())
    }

    /// Makes a call, and again while it fails, as a host does: that is safe. Writes down what is
    /// asked and what was told at last.
    async fn ask(
        &self,
        number: u64,
        popular: &Popular,
        asked: Asked,
        call: &Call,
    ) -> Result<Option<Appointment>, Failure> {
        self.desk.journal.write(&Line::Asked(number, asked))?;
        let caller = world::caller(popular.account)?;
        let (mut told, mut done, mut is_doubtful) = (Told::Unknown, None, false);
        for _ in 0..TRIES {
            let answer = call.make(&self.desk.scheduler, &caller).await;
            told = self::told(answer.as_ref());
            done = answer.ok();
            is_doubtful |= told == Told::Unknown;
            if !matches!(told, Told::Unknown | Told::Failed { .. }) {
                break;
            }
            sleep(PAUSE).await;
        }
        // An earlier try whose outcome is unknown may have been applied, or still be.
        if is_doubtful && !matches!(told, Told::Done(_)) {
            told = Told::Unknown;
        }
        self.desk.journal.write(&Line::Told(number, told))?;
        Ok(done)
    }

    fn next_call(&self) -> u64 {
        self.desk.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// A start on the grid of the calendar.
    fn start(&mut self, popular: &Popular) -> DateTime<Utc> {
        let steps = world::DAYS * 24 * 60 / i64::from(popular.every);
        self.desk.first_day
            + TimeDelta::minutes(i64::from(popular.every) * self.random.i64(0..steps))
    }
}

/// What an answer says.
pub(crate) fn told(answer: Result<&Appointment, &Error>) -> Told {
    match answer {
        Ok(appointment) => Told::Done(stands(appointment)),
        Err(Error::Refused(_)) => {
            Told::Refused { kind: answer.err().map_or("", Error::kind).to_owned() }
        }
        Err(Error::Conflict(_)) => Told::Overtaken,
        Err(Error::Fault(Fault::OutcomeUnknown { .. })) => Told::Unknown,
        Err(error) => Told::Failed { kind: error.kind().to_owned() },
    }
}

pub(crate) fn stands(appointment: &Appointment) -> Stands {
    Stands {
        appointment: appointment.id.to_string(),
        title: appointment.title.as_str().to_owned(),
        calendar: appointment.calendar.as_str().to_owned(),
        start: appointment.interval.start().timestamp(),
        end: appointment.interval.end().timestamp(),
        hosts: appointment.hosts.iter().map(|host| host.as_str().to_owned()).collect(),
        is_cancelled: appointment.status == Status::Cancelled,
    }
}
