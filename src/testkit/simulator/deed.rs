//! What clients, workers and Zoom ask of a process.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::testkit::{SimulatedWebhook, SimulatedZoom, ZoomVisit};
use crate::words::{AccountId, AppointmentId, Calendar, Title, User, UserId, ZoomAccountId};
use crate::{
    Actor, Appointment, BookRequest, Caller, Edit, Error, RunReport, Scheduler, WebhookOutcome,
};

/// A call of the front door.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Book(AccountId, DateTime<Utc>, BookRequest),
    Confirm(AccountId, AppointmentId),
    Cancel(AccountId, AppointmentId),
    Delete(AccountId, AppointmentId),
    Reschedule(AccountId, AppointmentId, DateTime<Utc>),
    Reassign(AccountId, AppointmentId, UserId),
    Edit(AccountId, AppointmentId, Title),
    Connect(UserId, ZoomAccountId),
    Disconnect(UserId),
    DeleteUser(UserId),
    PutUser(Box<User>),
    PutCalendar(Box<Calendar>),
    RunDue(u32),
    Webhook(SimulatedWebhook),
}

/// What it answered.
pub(super) enum Answer {
    Appointment(Box<Appointment>),
    Ran(RunReport),
    /// Whether Zoom need not send it again.
    Taken(bool),
    Done,
}

pub(super) type Running = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>;

impl Deed {
    /// The account on whose behalf it is, if it is only one.
    pub(super) const fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Book(account, ..)
            | Self::Confirm(account, _)
            | Self::Cancel(account, _)
            | Self::Delete(account, _)
            | Self::Reschedule(account, ..)
            | Self::Reassign(account, ..)
            | Self::Edit(account, ..) => Some(account),
            _ => None,
        }
    }

    /// Whether losing it half-way is worse than for others: what is done for nobody but us.
    pub(super) const fn is_work(&self) -> bool {
        matches!(self, Self::RunDue(_))
    }

    /// Begins it.
    pub(super) fn run(self, scheduler: Arc<Scheduler>, zoom: Arc<SimulatedZoom>) -> Running {
        Box::pin(async move {
            match self {
                Self::Connect(user, account) => {
                    ZoomVisit::new(&scheduler, &zoom).connect(&user, &account).await?;
                    Ok(Answer::Done)
                }
                Self::RunDue(limit) => scheduler.run_due(limit).await.map(Answer::Ran),
                Self::Webhook(webhook) => {
                    let reply = scheduler.receive_webhook(&webhook.headers, &webhook.body).await;
                    let failed = matches!(reply.outcome, WebhookOutcome::Failed(_));
                    Ok(Answer::Taken(!failed))
                }
                deed => match deed.account().map(|account| Caller::system(account.clone())) {
                    Some(caller) => deed.on_appointment(&scheduler, &caller).await,
                    None => deed.on_setup(&scheduler).await,
                },
            }
        })
    }

    async fn on_appointment(self, scheduler: &Scheduler, by: &Caller) -> Result<Answer, Error> {
        let appointment = match self {
            Self::Book(_, _, request) => scheduler.book(by, &request).await?,
            Self::Confirm(_, id) => scheduler.confirm(by, id).await?,
            Self::Cancel(_, id) => scheduler.cancel(by, id).await?,
            Self::Reschedule(_, id, to) => scheduler.reschedule(by, id, to, None).await?,
            Self::Reassign(_, id, host) => scheduler.reassign(by, id, &host).await?,
            Self::Edit(_, id, title) => {
                scheduler.edit(by, id, &Edit::new().with_title(title)).await?
            }
            Self::Delete(_, id) => {
                scheduler.delete(by, id).await?;
                return Ok(Answer::Done);
            }
            _ => return Ok(Answer::Done),
        };
        Ok(Answer::Appointment(Box::new(appointment)))
    }

    async fn on_setup(self, scheduler: &Scheduler) -> Result<Answer, Error> {
        match self {
            Self::Disconnect(user) => {
                let actor = Actor::User(user.clone());
                scheduler.disconnect_zoom(&actor, &user).await?;
            }
            Self::DeleteUser(user) => {
                scheduler.delete_user(&user).await?;
            }
            Self::PutUser(user) => scheduler.put_user(&user).await?,
            Self::PutCalendar(calendar) => {
                let caller = Caller::system(calendar.account.clone());
                scheduler.put_calendar(&caller, &calendar).await?;
            }
            _ => {}
        }
        Ok(Answer::Done)
    }
}
