//! What takes effect after its sender has given up.

use chrono::{DateTime, Utc};

use crate::ports::{ChangeSet, HttpRequest, ZoomCall};

/// Something on its way.
#[derive(Clone)]
pub(super) enum What {
    Commit(ChangeSet),
    Request(Box<HttpRequest>, ZoomCall),
}

/// Something that takes effect then.
pub(super) struct Late {
    pub(super) at: DateTime<Utc>,
    pub(super) what: What,
    /// Its sender is gone.
    pub(super) was_dropped: bool,
}
