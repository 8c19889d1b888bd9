//! The line to Zoom, with its faults.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;

use super::fate::SendFate;
use super::ground::{State, TaskId};
use super::late::What;
use super::lines::{Lines, Pause};
use super::probe::Probe;
use crate::ports::{Clock as _, HttpRequest, HttpResponse, HttpSend, SendError, ZoomCall};
use crate::testkit::{Fault, SimulatedZoom};

type Answer = Result<HttpResponse, SendError>;

#[async_trait]
impl HttpSend for Lines {
    async fn send(&self, request: HttpRequest, deadline: DateTime<Utc>) -> Answer {
        let Some((call, _)) = SimulatedZoom::call_of(&request) else {
            return Err(SendError::NotSent("simulated: there is no such address".into()));
        };
        let task = self.sends(&request, call);
        Pause::new().await;
        // The look at the clock, and the first byte: nothing comes between them, but for a pause.
        let in_time = self.clock.now() <= deadline;
        if in_time {
            let mut state = self.ground.state();
            state.watch.leaves(task, &request, call, self.ground.now());
        }
        let fate = if in_time { self.send_fate(call) } else { SendFate::NotSent };
        let looked_at = self.ground.now();
        if fate == SendFate::Paused {
            Pause::new().await;
        }
        let answer = if in_time {
            self.send_now(request, call, fate, looked_at)
        } else {
            self.ground.state().fault(Probe::DeadlinePassed);
            Err(SendError::NotSent("simulated: the deadline has passed".into()))
        };
        self.sent(task, call, &answer);
        Pause::new().await;
        self.heard(task);
        answer
    }
}

fn lost() -> SendError {
    SendError::OutcomeUnknown("simulated: the answer never came".into())
}

impl Lines {
    fn sends(&self, request: &HttpRequest, call: ZoomCall) -> TaskId {
        let mut state = self.ground.state();
        state.figures.zoom_calls = state.figures.zoom_calls.saturating_add(1);
        let task = state.begins(What::Request(Box::new(request.clone()), call));
        let path = request.uri().path();
        state.trace.line(format_args!("{task:>4} p{} {call:?} {path}", self.process));
        task
    }

    fn send_fate(&self, call: ZoomCall) -> SendFate {
        let mut held = self.ground.state();
        let state = &mut *held;
        state.fates.of_send(&state.chance, call)
    }

    fn send_now(
        &self,
        request: HttpRequest,
        call: ZoomCall,
        fate: SendFate,
        looked_at: DateTime<Utc>,
    ) -> Answer {
        match fate {
            SendFate::Fine => self.ground.deliver(request),
            SendFate::NotSent => {
                self.ground.state().fault(Probe::RequestNotSent);
                Err(SendError::NotSent("simulated: no connection".into()))
            }
            SendFate::Lost => {
                self.ground.state().fault(Probe::RequestLost);
                Err(lost())
            }
            SendFate::Late(by) => {
                let now = self.ground.now();
                let what = What::Request(Box::new(request), call);
                self.ground.state().later(what, now, by, false);
                Err(lost())
            }
            SendFate::AnswerLost => {
                self.ground.state().fault(probe_of_lost(call));
                self.ground.deliver(request).and_then(|_| Err(lost()))
            }
            SendFate::ErrorAfterEffect => {
                self.ground.state().fault(Probe::ServerErrorAfterEffect);
                self.ground.deliver(request).map(|_| unavailable())
            }
            SendFate::Answered(fault) => {
                self.ground.state().fault(probe_of(fault));
                self.ground.zoom.fault(Some(call), None, fault, 1);
                self.ground.deliver(request)
            }
            SendFate::Paused => self.send_after_pause(request, looked_at),
        }
    }

    /// A connection does not live for ever: bytes that come too late reach nobody.
    fn send_after_pause(&self, request: HttpRequest, looked_at: DateTime<Utc>) -> Answer {
        let most = {
            let state = self.ground.state();
            state.fates.swarm().map_or(0, |swarm| swarm.lateness)
        };
        if self.ground.now() > looked_at + TimeDelta::seconds(most) {
            return Err(lost());
        }
        self.ground.state().fault(Probe::Paused);
        self.ground.deliver(request)
    }

    fn sent(&self, task: TaskId, call: ZoomCall, answer: &Answer) {
        let mut state = self.ground.state();
        state.is_done(task);
        let code = match answer {
            Ok(answer) => answer.status().as_u16().into(),
            Err(SendError::NotSent(_)) => 1,
            Err(SendError::OutcomeUnknown(_)) => 2,
        };
        state.trace.event(&[3, self.process, task.into(), code]);
        match (call, code) {
            (ZoomCall::CreateMeeting, 2 | 503) => state.probes.hit(Probe::DoubtfulCreate),
            (ZoomCall::Refresh, 200) => state.probes.hit(Probe::Refreshed),
            _ => {}
        }
        let says = what_it_says(answer);
        state.trace.line(format_args!("{task:>4} p{}   {call:?}: {says}", self.process));
    }

    /// Whoever sent it knows what became of it.
    fn heard(&self, task: TaskId) {
        let mut state: std::sync::MutexGuard<'_, State> = self.ground.state();
        state.flights.remove(&task);
        state.watch.heard(task);
    }
}

/// Bodies hold tokens and links.
fn what_it_says(answer: &Answer) -> String {
    match answer {
        Ok(answer) => answer.status().to_string(),
        Err(error) => error.to_string(),
    }
}

fn unavailable() -> HttpResponse {
    let mut answer = HttpResponse::new(b"<html></html>".to_vec());
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    answer
}

const fn probe_of_lost(call: ZoomCall) -> Probe {
    match call {
        ZoomCall::CreateMeeting => Probe::CreateAnswerLost,
        ZoomCall::Refresh => Probe::RefreshAnswerLost,
        _ => Probe::ChangeAnswerLost,
    }
}

const fn probe_of(fault: Fault) -> Probe {
    match fault {
        Fault::DailyLimit => Probe::DailyLimit,
        Fault::PerSecondLimit => Probe::PerSecondLimit,
        Fault::TokenExpired => Probe::TokenExpired,
        _ => Probe::ServerError,
    }
}
