//! Steps that tie users to Zoom accounts.

use std::collections::BTreeSet;

use serde_json::json;

use super::answer;
use super::given::{
    All, ApplyTo, ConnectZoom, Event, OfUser, ReleaseZoom, SetDefaultLocation, TransferZoom,
    ZoomEvent,
};
use super::moment::At;
use super::run::{Answer, Run, caller};
use super::steps::Step;
use super::view::{always, marked};
use crate::services::inspect;
use crate::testkit::{SimulatedMeeting, SimulatedWebhook};
use crate::words::{
    AccountId, AppointmentId, LocationSetting, StatedReason, UserId, ZoomAccountId,
};
use crate::{Actor, Advice, Affected, Error, Fault};

impl Run<'_> {
    pub(super) async fn connect_zoom(&self, step: &Step, given: &ConnectZoom) -> Answer {
        let actor = own(step, &given.user);
        let (user, zoom) = (&given.user, &given.zoom);
        let connected = self.stage.connect(&actor, user, zoom, given.entry).await?;
        let advice = connected.advice.map(|advice| match advice {
            Advice::ReplacedZoomAccount { previous } => format!(
                "{previous} was connected before and is disconnected now; different Zoom accounts \
                 for one user are not recommended"
            ),
        });
        Ok(json!({
            "zoom": connected.zoom.as_str(),
            "user": connected.user.as_str(),
            "entry": connected.entry,
            "advice": advice,
            "unmanaged": self.affected(&connected.unmanaged),
        }))
    }

    pub(super) async fn disconnect_zoom(&self, step: &Step, given: &OfUser) -> Answer {
        let actor = own(step, &given.user);
        let affected = self.stage.scheduler.disconnect_zoom(&actor, &given.user).await?;
        Ok(json!({"affected": self.affected(&affected)}))
    }

    pub(super) async fn release_zoom(&self, step: &Step, given: &ReleaseZoom) -> Answer {
        let (actor, reason) = support(step)?;
        self.stage.scheduler.release_zoom(&actor, &given.zoom, &reason).await?;
        Ok(json!({}))
    }

    pub(super) async fn transfer_zoom(&self, step: &Step, given: &TransferZoom) -> Answer {
        let (actor, reason) = support(step)?;
        self.stage.scheduler.transfer_zoom(&actor, &given.zoom, &given.to, &reason).await?;
        Ok(json!({}))
    }

    pub(super) async fn connection(&self, step: &Step, given: &OfUser) -> Answer {
        let actor = own(step, &given.user);
        let found = self.stage.scheduler.zoom_connection(&actor, &given.user).await?;
        Ok(answer::connection(&found))
    }

    /// The dialog's two calls.
    pub(super) async fn set_default_location(
        &mut self,
        step: &Step,
        given: &SetDefaultLocation,
    ) -> Answer {
        let caller = caller(step, Some(Actor::User(given.user.clone())))?;
        let location = LocationSetting::from(given.location.clone());
        let scheduler = &self.stage.scheduler;
        let differs = scheduler.set_default_location(&caller, &given.user, &location).await?;
        for person in self.people.iter_mut().filter(|person| person.user.id == given.user) {
            person.user.default_location = Some(location.clone());
        }
        let apply_to = match &given.apply_to {
            None => &[],
            Some(ApplyTo::All(All::All)) => differs.as_slice(),
            Some(ApplyTo::These(calendars)) => calendars.as_slice(),
        };
        scheduler.apply_default_location(&caller, &given.user, apply_to).await?;
        Ok(json!({"differs": differs}))
    }

    pub(super) async fn zoom_event(&self, given: &ZoomEvent) -> Answer {
        let webhook = match (given.event, &given.zoom, &given.appointment) {
            (Event::AppDeauthorized, Some(zoom), _) => Some(self.app_deauthorized(given, zoom)),
            (Event::MeetingDeleted | Event::MeetingRecovered, _, Some(appointment)) => {
                self.meeting_event(given, self.appointment(appointment)).await?
            }
            _ => None,
        };
        let nothing = Fault::Inconsistent("there is no meeting for the event to tell of");
        let mut webhook = webhook.ok_or(nothing)?;
        if !given.valid {
            forge(&mut webhook);
        }
        for _ in 0..given.copies {
            self.stage.deliver(&webhook).await;
        }
        Ok(json!({}))
    }

    /// What it tells of has happened at Zoom; of a later consent it is only an echo.
    fn app_deauthorized(&self, given: &ZoomEvent, user: &ZoomAccountId) -> SimulatedWebhook {
        let zoom = &self.stage.zoom;
        if given.at.is_none() && given.valid {
            zoom.remove_app(user);
        }
        let at = given.at.map_or_else(|| self.stage.now(), |At(at)| at);
        if given.valid {
            zoom.remove_app_at(user, at);
        }
        zoom.deauthorized(user, at)
    }

    /// A person has deleted or restored the meeting of an appointment, unless Zoom did not send it.
    async fn meeting_event(
        &self,
        given: &ZoomEvent,
        appointment: AppointmentId,
    ) -> Result<Option<SimulatedWebhook>, Error> {
        let accounts: BTreeSet<AccountId> =
            self.people.iter().flat_map(|person| person.accounts.iter().cloned()).collect();
        let accounts: Vec<AccountId> = accounts.into_iter().collect();
        let core = self.stage.scheduler.core();
        let booked = inspect(core, &accounts, &[], always()?).await?.appointments;
        let booked = booked.into_iter().find(|booked| booked.id == appointment);
        let Some(link) = booked.and_then(|booked| booked.link) else { return Ok(None) };
        let zoom = &self.stage.zoom;
        let is_its = |meeting: &SimulatedMeeting| marked(meeting) == Some(link);
        let deleted = matches!(given.event, Event::MeetingDeleted);
        let meetings = if deleted { zoom.meetings() } else { zoom.deleted_meetings() };
        let Some(meeting) = meetings.iter().find(|meeting| is_its(meeting)) else {
            return Ok(None);
        };
        match (given.valid, deleted) {
            (true, true) => _ = zoom.delete_meeting(meeting.id),
            (true, false) => _ = zoom.restore_meeting(meeting.id),
            (false, _) => {}
        }
        Ok(if deleted {
            zoom.meeting_deleted(meeting.id)
        } else {
            zoom.meeting_recovered(meeting.id)
        })
    }

    fn affected(&self, found: &[Affected]) -> Vec<String> {
        self.names(found.iter().map(|one| (one.start, one.appointment)))
    }
}

/// One byte more than was signed.
fn forge(webhook: &mut SimulatedWebhook) {
    webhook.body.push(b' ');
}

/// The user whom a step names acts, unless it says otherwise.
fn own(step: &Step, user: &UserId) -> Actor {
    step.actor.clone().unwrap_or_else(|| Actor::User(user.clone()))
}

fn support(step: &Step) -> Result<(Actor, StatedReason), Error> {
    let reason = StatedReason::new("the user asked for it");
    let reason = reason.map_err(|_| Fault::Inconsistent("support has no reason"))?;
    Ok((step.actor.clone().unwrap_or(Actor::System), reason))
}
