//! The ports: what a host plugs in. Traits only, each with a numbered contract.

pub(crate) mod ambient;
pub(crate) mod busy;
pub(crate) mod http;
mod key;
pub(crate) mod sealer;
pub(crate) mod store;
pub(crate) mod zoom;

pub use ambient::{Clock, Entropy, EntropyError};
#[cfg(feature = "system")]
pub use ambient::{SystemClock, SystemEntropy};
pub use busy::{BusyError, BusyQuestion, BusySource, BusyTime, BusyTimes};
pub use http::{BoxedCause, HttpRequest, HttpResponse, HttpSend, SendError};
pub use key::Key;
pub(crate) use key::Parts;
pub use sealer::{Sealed, Sealer, SealerError};
pub use store::{
    ChangeSet, CommitOutcome, Cursor, Expect, InvalidChangeSet, MAX_CHANGE_SET_BYTES,
    MAX_OPERATIONS, MAX_ROW_BYTES, Operation, Page, Row, Scan, ScanPage, Store, StoreError,
    Version, Versioned, Write,
};
pub use zoom::{
    Access, AuthorizeUrl, Consent, ConsentPage, Meeting, MeetingPage, NewMeeting, Outcome,
    PageToken, TokenGrant, ZoomApi, ZoomAuth, ZoomCall, ZoomError, ZoomUser,
};
