//! What can go wrong between us and Zoom.

use crate::ports::ZoomCall;
use crate::words::ZoomAccountId;

/// A fault that calls of the simulated Zoom meet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The request never reaches Zoom, but the sender cannot know.
    Lost,
    /// The call takes effect, and its answer is lost.
    DoneReplyLost,
    /// The answer is lost, and the call takes effect 60 s later.
    Late,
    /// HTTP 503, without effect.
    Unavailable,
    /// HTTP 429 with the body of the daily limit, and so for the rest of this UTC day.
    DailyLimit,
    /// HTTP 429: too many requests in this second.
    PerSecondLimit,
    /// HTTP 401, code 124: the access token is expired. The refresh token stays good.
    TokenExpired,
    /// HTTP 404, code 3001: the meeting does not exist. If it did, it is gone now, and nobody is told.
    Gone,
}

impl Fault {
    /// Whether Zoom could answer such a call so: for faults planned for any call.
    const fn fits(self, call: ZoomCall) -> bool {
        match self {
            Self::Lost
            | Self::DoneReplyLost
            | Self::Late
            | Self::Unavailable
            | Self::PerSecondLimit => true,
            Self::DailyLimit => is_counted(call),
            Self::TokenExpired => !is_of_app(call),
            Self::Gone => matches!(
                call,
                ZoomCall::GetMeeting | ZoomCall::UpdateMeeting | ZoomCall::DeleteMeeting
            ),
        }
    }
}

/// Whether the app calls in its own name, so that no access token is looked at.
pub(super) const fn is_of_app(call: ZoomCall) -> bool {
    matches!(call, ZoomCall::ExchangeCode | ZoomCall::Refresh | ZoomCall::Revoke)
}

/// Whether a call counts against the 100 requests a day.
pub(super) const fn is_counted(call: ZoomCall) -> bool {
    matches!(call, ZoomCall::CreateMeeting | ZoomCall::UpdateMeeting | ZoomCall::DeleteMeeting)
}

/// The faults to come, oldest first.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Planned>);

#[derive(Debug)]
struct Planned {
    op: Option<ZoomCall>,
    zoom: Option<ZoomAccountId>,
    fault: Fault,
    times: u32,
}

impl Planned {
    fn meets(&self, call: ZoomCall, zoom: Option<&ZoomAccountId>) -> bool {
        let op_meets = self.op.map_or_else(|| self.fault.fits(call), |op| op == call);
        op_meets && (self.zoom.is_none() || self.zoom.as_ref() == zoom)
    }
}

impl Faults {
    pub(super) fn plan(
        &mut self,
        op: Option<ZoomCall>,
        zoom: Option<ZoomAccountId>,
        fault: Fault,
        times: u32,
    ) {
        self.0.push(Planned { op, zoom, fault, times });
    }

    /// The fault that this call meets, which is then used up by one.
    pub(super) fn meet(&mut self, call: ZoomCall, zoom: Option<&ZoomAccountId>) -> Option<Fault> {
        self.0.retain(|planned| planned.times > 0);
        let mut met = self.0.iter_mut();
        let met = met.find(|planned| planned.meets(call, zoom))?;
        met.times = met.times.saturating_sub(1);
        Some(met.fault)
    }
}
