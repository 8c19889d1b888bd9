//! What can become of a consent but a connection (R1).

/// A consent came to nothing: whom Zoom accounts are tied to did not change.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentRefusal {
    /// The user did not allow it, or Zoom could not ask. Lead them back to where they began
    /// ([`zoom_consent_entry`](crate::Scheduler::zoom_consent_entry)).
    #[error("the user did not give their consent ({error})")]
    #[non_exhaustive]
    Denied {
        /// The error code that Zoom sent, as RFC 6749, section 4.1.2.1, has them: `access_denied`.
        error: String,
    },
    /// Nobody here has sent the browser to Zoom with this state. Let the user begin again.
    #[error("nobody here asked for this consent; begin again")]
    Unknown,
    /// The callback was opened before: each is good once. Show whether the user is connected.
    #[error("this consent was used before; look whether the user is connected, else begin again")]
    Used,
    /// The user came back more than ten minutes after they began. Let them begin again.
    #[error("this consent took more than ten minutes; begin again")]
    Expired,
    /// The question was asked in another browser session, or by somebody else. Let the user begin again
    /// in this one; if it happens often, somebody is sending links around.
    #[error("this consent was asked for in another session; begin again in this one")]
    OtherSession,
    /// Zoom did not accept the code: used before, older than five minutes, or for another app. Let the
    /// user begin again.
    #[error("Zoom does not accept this consent; begin again")]
    CodeRefused,
    /// The app does not have all scopes that the crate needs, so none of its consents has. Whoever runs
    /// the host application adds them to the app at Zoom; then let the user begin again.
    #[error("the consent lacks the scopes {}; add them to the app at Zoom", scopes.join(", "))]
    #[non_exhaustive]
    MissingScopes {
        /// The scopes that are missing, by the names of granular scopes.
        scopes: Vec<&'static str>,
    },
}

impl ConsentRefusal {
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "consent_denied",
            Self::Unknown => "consent_unknown",
            Self::Used => "consent_used",
            Self::Expired => "consent_expired",
            Self::OtherSession => "consent_of_another_session",
            Self::CodeRefused => "consent_refused",
            Self::MissingScopes { .. } => "scopes_missing",
        }
    }
}
