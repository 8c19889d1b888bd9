//! What a call of a port meets.

use std::sync::Arc;

use chrono::TimeDelta;

use super::chance::Chance;
use super::swarm::{FaultClass, Swarm};
use crate::ports::ZoomCall;
use crate::testkit::Fault;

/// What a read meets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ReadFate {
    Fine,
    Fails,
    /// Rows are left out: of scans only.
    Stale,
}

/// What a commit meets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum CommitFate {
    Fine,
    Fails,
    ReplyLost,
    Lost,
    Late(TimeDelta),
}

/// What a request meets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SendFate {
    Fine,
    NotSent,
    Lost,
    AnswerLost,
    Late(TimeDelta),
    Answered(Fault),
    ErrorAfterEffect,
    /// It stands still before the first byte.
    Paused,
}

/// Where the fates of calls come from.
#[derive(Debug)]
pub(super) enum Fates {
    /// All goes well.
    Calm,
    Drawn(Drawn),
    Scripted(Script),
}

/// Trouble comes in streaks: what a commit met, the next one may meet, too.
#[derive(Debug)]
pub(super) struct Drawn {
    swarm: Arc<Swarm>,
    last: CommitFate,
}

/// A fault at one call of a port.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum PointFault {
    /// It fails, certainly without effect.
    FailsBefore,
    /// It has its effect, and the answer is lost.
    ReplyLost,
    /// It has no effect, and nobody can know.
    Lost,
}

impl PointFault {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FailsBefore, Self::ReplyLost, Self::Lost];
}

/// The n-th call of a port, counted from 0, meets a fault.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) at: u32,
    pub(super) fault: PointFault,
    pub(super) seen: u32,
}

impl Script {
    fn next(&mut self) -> Option<PointFault> {
        let is_it = self.seen == self.at;
        self.seen = self.seen.saturating_add(1);
        is_it.then_some(self.fault)
    }
}

impl Fates {
    pub(super) const fn drawn(swarm: Arc<Swarm>) -> Self {
        Self::Drawn(Drawn { swarm, last: CommitFate::Fine })
    }

    pub(super) fn of_read(&mut self, chance: &Chance, is_scan: bool) -> ReadFate {
        match self {
            Self::Calm => ReadFate::Fine,
            Self::Scripted(script) => match script.next() {
                Some(_) => ReadFate::Fails,
                None => ReadFate::Fine,
            },
            Self::Drawn(Drawn { swarm, .. }) => drawn_read(swarm, chance, is_scan),
        }
    }

    pub(super) fn of_commit(&mut self, chance: &Chance) -> CommitFate {
        match self {
            Self::Calm => CommitFate::Fine,
            Self::Scripted(script) => match script.next() {
                None => CommitFate::Fine,
                Some(PointFault::FailsBefore) => CommitFate::Fails,
                Some(PointFault::ReplyLost) => CommitFate::ReplyLost,
                Some(PointFault::Lost) => CommitFate::Lost,
            },
            Self::Drawn(Drawn { swarm, last }) => {
                let again = *last != CommitFate::Fine && !chance.one_in(3);
                if !again {
                    *last = drawn_commit(swarm, chance);
                }
                *last
            }
        }
    }

    pub(super) fn of_send(&mut self, chance: &Chance, call: ZoomCall) -> SendFate {
        match self {
            Self::Calm => SendFate::Fine,
            Self::Scripted(script) => match script.next() {
                None => SendFate::Fine,
                Some(PointFault::FailsBefore) => SendFate::NotSent,
                Some(PointFault::ReplyLost) => SendFate::AnswerLost,
                Some(PointFault::Lost) => SendFate::Lost,
            },
            Self::Drawn(Drawn { swarm, .. }) => drawn_send(swarm, chance, call),
        }
    }

    pub(super) fn swarm(&self) -> Option<&Swarm> {
        match self {
            Self::Drawn(Drawn { swarm, .. }) => Some(swarm),
            Self::Calm | Self::Scripted(_) => None,
        }
    }
}

/// Reads are so many that each fails more rarely.
fn drawn_read(swarm: &Swarm, chance: &Chance, is_scan: bool) -> ReadFate {
    if chance.one_in(3) && swarm.strikes(FaultClass::ReadFails, chance) {
        ReadFate::Fails
    } else if is_scan && swarm.strikes(FaultClass::ScanStale, chance) {
        ReadFate::Stale
    } else {
        ReadFate::Fine
    }
}

fn drawn_commit(swarm: &Swarm, chance: &Chance) -> CommitFate {
    let strikes = |class| swarm.strikes(class, chance);
    if strikes(FaultClass::CommitFails) {
        CommitFate::Fails
    } else if strikes(FaultClass::CommitReplyLost) {
        CommitFate::ReplyLost
    } else if strikes(FaultClass::CommitLost) {
        CommitFate::Lost
    } else if strikes(FaultClass::CommitLate) {
        CommitFate::Late(swarm.late_by(chance))
    } else {
        CommitFate::Fine
    }
}

/// Calls of Zoom are rarer than those of the store: their faults are more likely.
fn drawn_send(swarm: &Swarm, chance: &Chance, call: ZoomCall) -> SendFate {
    let strikes = |class| (0..2).any(|_| swarm.strikes(class, chance));
    if strikes(FaultClass::NotSent) {
        SendFate::NotSent
    } else if strikes(FaultClass::RequestLost) {
        SendFate::Lost
    } else if strikes(FaultClass::AnswerLost) {
        SendFate::AnswerLost
    } else if strikes(FaultClass::RequestLate) {
        SendFate::Late(swarm.late_by(chance))
    } else if strikes(FaultClass::ServerErrorAfterEffect) {
        SendFate::ErrorAfterEffect
    } else if strikes(FaultClass::Paused) {
        SendFate::Paused
    } else {
        answered(&strikes, call)
    }
}

/// What Zoom answers in place of doing it.
fn answered(strikes: &impl Fn(FaultClass) -> bool, call: ZoomCall) -> SendFate {
    if strikes(FaultClass::ServerError) {
        SendFate::Answered(Fault::Unavailable)
    } else if strikes(FaultClass::PerSecondLimit) {
        SendFate::Answered(Fault::PerSecondLimit)
    } else if is_counted(call) && strikes(FaultClass::DailyLimit) {
        SendFate::Answered(Fault::DailyLimit)
    } else if !is_of_app(call) && strikes(FaultClass::TokenExpired) {
        SendFate::Answered(Fault::TokenExpired)
    } else {
        SendFate::Fine
    }
}

pub(super) const fn is_counted(call: ZoomCall) -> bool {
    matches!(call, ZoomCall::CreateMeeting | ZoomCall::UpdateMeeting | ZoomCall::DeleteMeeting)
}

pub(super) const fn is_of_app(call: ZoomCall) -> bool {
    matches!(call, ZoomCall::ExchangeCode | ZoomCall::Refresh | ZoomCall::Revoke)
}
