//! The ports: what a host plugs in. Traits only, each with a numbered contract.

mod ambient;
mod http;
mod zoom;

pub use ambient::{Clock, Entropy, EntropyError};
#[cfg(feature = "system")]
pub use ambient::{SystemClock, SystemEntropy};
pub use http::{BoxedCause, HttpRequest, HttpResponse, HttpSend, SendError};
pub use zoom::{
    Access, Meeting, MeetingPage, NewMeeting, Outcome, PageToken, TokenGrant, ZoomApi, ZoomAuth,
    ZoomCall, ZoomError, ZoomUser,
};
