//! All that the simulated Zoom knows, and how it answers.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::answer::Answer;
use super::fault::{Fault, Faults, is_counted};
use super::meetings::Meetings;
use super::oauth::Grants;
use super::quota::Quotas;
use super::request::Asked;
use crate::ports::{HttpResponse, SendError, ZoomCall};
use crate::words::ZoomAccountId;

#[derive(Default)]
pub(super) struct World {
    pub(super) quotas: Quotas,
    pub(super) grants: Grants,
    pub(super) meetings: Meetings,
    pub(super) faults: Faults,
}

impl World {
    /// What the sender of a request gets to see.
    pub(super) fn answer(
        &mut self,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let Some(call) = asked.call else {
            return Ok(Answer::no_such_endpoint().http());
        };
        let caller = self.grants.caller(asked);
        let fault = self.faults.meet(call, caller.as_ref());
        if let (Some(zoom), true) = (&caller, is_counted(call) && fault != Some(Fault::Lost)) {
            self.quotas.arrive(zoom, now.date_naive());
        }
        let answer = match fault {
            None => self.serve(call, asked, now),
            Some(Fault::Lost) => return Err(lost("the request")),
            Some(Fault::DoneReplyLost) => {
                self.serve(call, asked, now);
                return Err(lost("the answer"));
            }
            Some(fault) => self.fail(fault, call, caller.as_ref(), asked, now),
        };
        Ok(answer.http())
    }

    /// The call as it goes without faults.
    fn serve(&mut self, call: ZoomCall, asked: &Asked<'_>, now: DateTime<Utc>) -> Answer {
        if matches!(call, ZoomCall::ExchangeCode) {
            return self.grants.token(asked, now);
        }
        let Some(zoom) = asked.bearer().and_then(|_| self.grants.caller(asked)) else {
            return Answer::token_invalid();
        };
        if is_counted(call) && !self.quotas.admit(&zoom, now.date_naive()) {
            return Answer::daily_limit();
        }
        match call {
            ZoomCall::CreateMeeting => self.meetings.create(&zoom, asked, now),
            ZoomCall::GetMeeting => self.meetings.get(&zoom, asked, now),
            ZoomCall::UpdateMeeting => self.meetings.update(&zoom, asked, now),
            ZoomCall::DeleteMeeting => self.meetings.delete(&zoom, asked, now),
            ZoomCall::ListMeetings => self.meetings.list(&zoom, asked, now),
            ZoomCall::Me | ZoomCall::ExchangeCode => Answer::ok(user(&zoom)),
        }
    }

    /// An answer that Zoom gives in place of doing what it is asked.
    fn fail(
        &mut self,
        fault: Fault,
        call: ZoomCall,
        caller: Option<&ZoomAccountId>,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        let today = now.date_naive();
        if let Some(zoom) = caller {
            // Whatever comes back, Zoom has seen the request.
            let counts = matches!(fault, Fault::Unavailable | Fault::Gone) && is_counted(call);
            if counts && !self.quotas.admit(zoom, today) {
                return Answer::daily_limit();
            }
            if fault == Fault::DailyLimit {
                self.quotas.exhaust(zoom, today);
            }
        }
        match fault {
            Fault::DailyLimit => Answer::daily_limit(),
            Fault::PerSecondLimit => Answer::per_second_limit(),
            Fault::TokenExpired => Answer::token_expired(),
            Fault::Gone => Answer::no_such_meeting(asked.meeting),
            Fault::Unavailable | Fault::Lost | Fault::DoneReplyLost => Answer::unavailable(),
        }
    }
}

fn lost(what: &str) -> SendError {
    SendError::OutcomeUnknown(format!("{what} was lost on the way").into())
}

fn user(zoom: &ZoomAccountId) -> serde_json::Value {
    json!({
        "id": zoom.as_str(),
        "account_id": "simulated-account",
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
