//! All that the simulated Zoom knows, and how it answers.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::answer::Answer;
use super::fault::{Fault, Faults, is_counted};
use super::meetings::{Meetings, later};
use super::oauth::Grants;
use super::quota::Quotas;
use super::request::Asked;
use super::webhook::{Deauthorization, Owed};
use crate::ports::{HttpRequest, HttpResponse, SendError, ZoomCall};
use crate::words::ZoomAccountId;

/// Zoom's id of the organisation that all its users belong to.
pub(super) const ORGANISATION: &str = "simulated-account";

#[derive(Default)]
pub(super) struct World {
    pub(super) quotas: Quotas,
    pub(super) grants: Grants,
    pub(super) meetings: Meetings,
    pub(super) faults: Faults,
    /// What Zoom has to tell the app.
    pub(super) owed: Vec<Owed>,
    /// Requests that are on their way still, and when they arrive.
    late: Vec<(DateTime<Utc>, HttpRequest)>,
}

/// How late a late request arrives.
const LATE: TimeDelta = TimeDelta::seconds(60);

impl World {
    /// Does what late requests asked for that have arrived by now.
    pub(super) fn land(&mut self, now: DateTime<Utc>) {
        let due = |(at, _): &(DateTime<Utc>, HttpRequest)| *at <= now;
        if !self.late.iter().any(due) {
            return;
        }
        let (landed, late) = std::mem::take(&mut self.late).into_iter().partition(due);
        self.late = late;
        let mut landed: Vec<_> = landed;
        landed.sort_by_key(|(at, _)| *at);
        for (at, request) in landed {
            if let Some(asked) = Asked::read(&request)
                && let Some(call) = asked.call
            {
                self.arrive(call, &asked, at);
                self.serve(call, &asked, at);
            }
        }
    }

    /// What the sender of a request gets to see.
    pub(super) fn answer(
        &mut self,
        request: &HttpRequest,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let Some(call) = asked.call else {
            return Ok(Answer::no_such_endpoint().http());
        };
        let fault = self.faults.meet(call, self.grants.whose(asked).as_ref());
        match fault {
            Some(Fault::Lost) => return Err(lost("the request")),
            Some(Fault::Late) => {
                self.late.push((later(now, LATE), request.clone()));
                return Err(lost("the answer"));
            }
            _ => {}
        }
        self.arrive(call, asked, now);
        let answer = match fault {
            None => self.serve(call, asked, now),
            Some(Fault::DoneReplyLost) => {
                self.serve(call, asked, now);
                return Err(lost("the answer"));
            }
            Some(fault) => self.fail(fault, call, asked, now),
        };
        Ok(answer.http())
    }

    /// A Zoom user loses the app, of which Zoom tells the app; says whether it was there.
    pub(super) fn remove_app(&mut self, zoom: &ZoomAccountId, now: DateTime<Utc>) -> bool {
        let was_there = self.grants.remove_app(zoom);
        if was_there {
            self.owe(zoom.clone(), now);
        }
        was_there
    }

    fn owe(&mut self, zoom: ZoomAccountId, at: DateTime<Utc>) {
        let client = self.grants.client().to_owned();
        self.owed.push(Owed::Deauthorization(Deauthorization { zoom, at, client }));
    }

    /// A request has come: it is counted, whatever will be answered.
    fn arrive(&mut self, call: ZoomCall, asked: &Asked<'_>, now: DateTime<Utc>) {
        if call == ZoomCall::Refresh {
            if let Some(zoom) = self.grants.whose(asked) {
                self.grants.count_refresh(&zoom);
            }
        } else if is_counted(call) {
            // Of a token that is not good Zoom looks at no more than the token.
            if let Ok(zoom) = self.grants.caller(asked, now) {
                self.quotas.arrive(&zoom, now.date_naive());
            }
        }
    }

    /// Zoom tells of every meeting that is deleted or restored, whoever did it.
    pub(super) fn owe_changes(&mut self, at: DateTime<Utc>) {
        let changes = self.meetings.take_changes();
        self.owed.extend(changes.into_iter().map(|change| Owed::Meeting { change, at }));
    }

    /// The call as it goes without faults.
    fn serve(&mut self, call: ZoomCall, asked: &Asked<'_>, now: DateTime<Utc>) -> Answer {
        match call {
            ZoomCall::ExchangeCode => self.grants.exchange(asked, now),
            ZoomCall::Refresh => self.grants.refresh(asked, now),
            ZoomCall::Revoke => self.revoke(asked, now),
            _ => match self.grants.caller(asked, now) {
                Ok(zoom) => self.serve_user(&zoom, call, asked, now),
                Err(refusal) => *refusal,
            },
        }
    }

    fn revoke(&mut self, asked: &Asked<'_>, now: DateTime<Utc>) -> Answer {
        let (answer, gone) = self.grants.revoke(asked, now);
        if let Some(zoom) = gone {
            self.owe(zoom, now);
        }
        answer
    }

    /// A call of the API with a good access token.
    fn serve_user(
        &mut self,
        zoom: &ZoomAccountId,
        call: ZoomCall,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        if is_counted(call) && !self.quotas.admit(zoom, now.date_naive()) {
            return Answer::daily_limit();
        }
        match call {
            ZoomCall::CreateMeeting => self.meetings.create(zoom, asked, now),
            ZoomCall::GetMeeting => self.meetings.get(zoom, asked, now),
            ZoomCall::UpdateMeeting => self.meetings.update(zoom, asked, now),
            ZoomCall::DeleteMeeting => {
                let answer = self.meetings.delete(zoom, asked, now);
                self.owe_changes(now);
                answer
            }
            ZoomCall::ListMeetings => self.meetings.list(zoom, asked, now),
            ZoomCall::Me => Answer::ok(user(zoom)),
            ZoomCall::ExchangeCode | ZoomCall::Refresh | ZoomCall::Revoke => {
                Answer::no_such_endpoint()
            }
        }
    }

    /// An answer that Zoom gives in place of doing what it is asked.
    fn fail(
        &mut self,
        fault: Fault,
        call: ZoomCall,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        let today = now.date_naive();
        // Whatever comes back, Zoom has seen the request.
        let counts = matches!(fault, Fault::Unavailable | Fault::Gone) && is_counted(call);
        if let (true, Ok(zoom)) = (counts, self.grants.caller(asked, now))
            && !self.quotas.admit(&zoom, today)
        {
            return Answer::daily_limit();
        }
        if let (Fault::DailyLimit, Some(zoom)) = (fault, self.grants.whose(asked)) {
            self.quotas.exhaust(&zoom, today);
        }
        match fault {
            Fault::DailyLimit => Answer::daily_limit(),
            Fault::PerSecondLimit => Answer::per_second_limit(),
            Fault::TokenExpired => Answer::token_expired(),
            Fault::Gone => {
                self.meetings.expire(asked.meeting);
                Answer::no_such_meeting(asked.meeting)
            }
            Fault::Unavailable | Fault::Lost | Fault::DoneReplyLost | Fault::Late => {
                Answer::unavailable()
            }
        }
    }
}

fn lost(what: &str) -> SendError {
    SendError::OutcomeUnknown(format!("{what} was lost on the way").into())
}

fn user(zoom: &ZoomAccountId) -> serde_json::Value {
    json!({
        "id": zoom.as_str(),
        "account_id": ORGANISATION,
        "email": email(zoom),
        "display_name": zoom.as_str(),
        "type": 2,
        "timezone": "UTC",
        "status": "active",
        "verified": 1,
        "use_pmi": false,
    })
}

/// Zoom ids may hold characters that no e-mail address has.
pub(super) fn email(zoom: &ZoomAccountId) -> String {
    let local: String =
        zoom.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{local}@zoom.example")
}
