//! Who did what in whose name (R4).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Record;
use crate::services::audit::Audited;
use crate::services::caller::Actor;
use crate::services::retention::Retention;

/// Something that somebody may be asked about later.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditRow {
    pub(crate) at: DateTime<Utc>,
    pub(crate) by: Actor,
    pub(crate) what: Audited,
}

impl Record for AuditRow {
    fn due(&self, kept: &Retention) -> Option<DateTime<Utc>> {
        Some(self.at + kept.audit)
    }
}
