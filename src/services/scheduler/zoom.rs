//! The calls that connect users to Zoom.

use http::HeaderMap;

use super::Scheduler;
use crate::error::Error;
use crate::ports::AuthorizeUrl;
use crate::services::audit::{self, AuditRecord};
use crate::services::caller::{Actor, Caller};
use crate::services::connect::Connected;
use crate::services::consent::{self, BeginConsent};
use crate::services::disconnect::{disconnect, move_tie};
use crate::services::health::{ZoomConnection, connection};
use crate::services::upcoming::Affected;
use crate::services::webhooks::{self, WebhookCounts, WebhookReply};
use crate::words::{
    BrowserSession, ConsentCallback, EntryPoint, StatedReason, UserId, ZoomAccountId,
};

impl Scheduler {
    // ---- Connecting Zoom (R1 to R6) ----

    /// Begins to connect a user to Zoom: where to lead their browser (R1). They come back to the
    /// redirect with a query for [`complete_zoom_consent`](Self::complete_zoom_consent), within ten
    /// minutes, in the same browser session.
    ///
    /// Only the user connects their own Zoom; an admin may while logged in as them
    /// ([`Actor::logged_in_as`]), which is audited and told to the user (R4).
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody else: let the user do it.
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such user, or they were deleted.
    /// [`Error::Fault`] if the store fails, there is no randomness, or no sealer is configured; else
    /// [`Error::Conflict`]. Nothing was changed: try again.
    pub async fn begin_zoom_consent(
        &self,
        actor: &Actor,
        ask: &BeginConsent,
    ) -> Result<AuthorizeUrl, Error> {
        consent::begin(&self.core, actor, ask).await
    }

    /// Completes what [`begin_zoom_consent`](Self::begin_zoom_consent) began: the Zoom account that
    /// the user consented with is tied to them, and links that waited for it are made (R1, R2, R3). A
    /// consent with the same Zoom account again replaces the tokens, and takes its links back (R6).
    ///
    /// The actor and the session must be those that began.
    ///
    /// # Errors
    /// [`Refusal::Consent`](crate::Refusal::Consent): its variants say what to tell the user; no
    /// connection changed. [`Refusal::ZoomAccountTaken`](crate::Refusal::ZoomAccountTaken) if the Zoom
    /// account is tied to another user id, whatever the e-mail addresses say (R2).
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted),
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) as for the beginning. [`Error::Fault`] if Zoom or
    /// the store fails: the code is used up, so let the user begin again.
    ///
    /// Zoom honours only the last consent of a Zoom user. If it is refused after Zoom gave tokens, a
    /// user who is connected with that Zoom account gets them, so that they stay connected. Call this
    /// from a task that goes on when the browser goes away: what is cut off between Zoom's answer and
    /// the commit has cost the tokens.
    pub async fn complete_zoom_consent(
        &self,
        actor: &Actor,
        session: &BrowserSession,
        callback: &ConsentCallback,
    ) -> Result<Connected, Error> {
        consent::complete(&self.core, actor, session, callback).await
    }

    /// Where the user began whose browser came back with this callback, also if
    /// [`complete_zoom_consent`](Self::complete_zoom_consent) refuses it: lead them back there (R1).
    /// `None` if the callback was not asked for in this session, or so long ago that nothing is known of
    /// it.
    ///
    /// # Errors
    /// [`Error::Fault`] if the store fails.
    pub async fn zoom_consent_entry(
        &self,
        session: &BrowserSession,
        callback: &ConsentCallback,
    ) -> Result<Option<EntryPoint>, Error> {
        consent::entry_of(&self.core, session, callback).await
    }

    /// Disconnects a user from Zoom: the tokens are erased here and revoked at Zoom, and the Zoom
    /// account is free for another user id (R2). Answers with the user's upcoming appointments on Zoom,
    /// in all accounts (an admin logged in as them sees those of their own), by start: links that are made stay valid, but are not managed until the user
    /// connects the same Zoom account again; those that are not made wait (R6).
    ///
    /// Disconnecting who is not connected changes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody but the user, or an admin
    /// logged in as them (R4); [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such
    /// user, or they were deleted; else [`Error::Conflict`] or [`Error::Fault`].
    pub async fn disconnect_zoom(
        &self,
        actor: &Actor,
        user: &UserId,
    ) -> Result<Vec<Affected>, Error> {
        disconnect(&self.core, actor, user).await
    }

    /// Support sets a Zoom account free that is tied to a user id who cannot do it themselves, say of
    /// a deleted user (R2). Who had it is cut off as by a disconnect. Audited; answers with the
    /// upcoming appointments on Zoom of the one who had it.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody but the host application
    /// itself; [`Refusal::NotFound`](crate::Refusal::NotFound) if the Zoom account is tied to nobody;
    /// else [`Error::Conflict`] or [`Error::Fault`].
    pub async fn release_zoom(
        &self,
        actor: &Actor,
        zoom: &ZoomAccountId,
        reason: &StatedReason,
    ) -> Result<Vec<Affected>, Error> {
        move_tie(&self.core, actor, zoom, None, reason).await
    }

    /// Support gives the tie of a Zoom account to another user id, say to that of a restored user
    /// (R2). The new user then consents; nobody else can take it meanwhile. Who had it is cut off as by
    /// a disconnect. Audited; answers as [`release_zoom`](Self::release_zoom).
    ///
    /// # Errors
    /// As [`release_zoom`](Self::release_zoom), and
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such user to have it.
    pub async fn transfer_zoom(
        &self,
        actor: &Actor,
        zoom: &ZoomAccountId,
        to: &UserId,
        reason: &StatedReason,
    ) -> Result<Vec<Affected>, Error> {
        move_tie(&self.core, actor, zoom, Some(to), reason).await
    }

    /// How a user's connection to Zoom is doing, and what waits for it: for the host application to
    /// show before a booking fails. For the user, an admin logged in as them, and the host application.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody else,
    /// [`Refusal::NotFound`](crate::Refusal::NotFound) if there is no such user, or, but for the host
    /// application, they were deleted; else [`Error::Fault`].
    pub async fn zoom_connection(
        &self,
        actor: &Actor,
        user: &UserId,
    ) -> Result<ZoomConnection, Error> {
        connection(&self.core, actor, user).await
    }

    // ---- Webhooks (R6, R27) ----

    /// Takes a request that Zoom sent to the host's web server, at the address of the app's events.
    /// Always answer with what this says, within three seconds: Zoom sends again what was not answered
    /// with success. `body` is the body byte by byte as it came.
    ///
    /// Events may come twice, late and in any order. Whoever is not Zoom is refused, and changes
    /// nothing. That the app was removed by the user is acted upon: their tokens are erased, and they
    /// are told (R6). All other events are acknowledged and counted.
    pub async fn receive_webhook(&self, headers: &HeaderMap, body: &[u8]) -> WebhookReply {
        webhooks::receive(&self.core, headers, body).await
    }

    /// How many webhooks this instance was given since it was built: for metrics.
    #[must_use]
    pub fn webhook_counts(&self) -> WebhookCounts {
        self.core.webhooks.counts()
    }

    // ---- The audit (R4) ----

    /// All that became of the tie between a user and Zoom accounts, and by whom, the oldest first, to the
    /// millisecond. For the user and the host application.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody else; else
    /// [`Error::Fault`].
    pub async fn audit_of_user(
        &self,
        actor: &Actor,
        user: &UserId,
    ) -> Result<Vec<AuditRecord>, Error> {
        audit::of_user(&self.core, actor, user).await
    }

    /// All that was changed in an account by somebody who was logged in as another, the oldest first.
    /// For its admins and the host application.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal::NotPermitted) for anybody else,
    /// [`Refusal::NotAMember`](crate::Refusal::NotAMember),
    /// [`Refusal::NotFound`](crate::Refusal::NotFound); else [`Error::Fault`].
    pub async fn audit_of_account(&self, caller: &Caller) -> Result<Vec<AuditRecord>, Error> {
        audit::of_account(&self.core, caller).await
    }
}
