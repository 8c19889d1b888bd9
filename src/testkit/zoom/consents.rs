//! Consents, tokens and webhooks of the simulated Zoom, as a test asks for them.

use chrono::{DateTime, Utc};
use url::Url;

use super::SimulatedZoom;
use super::meetings::{DELETED, RECOVERED};
use super::oauth::{Grants, PageRefused};
use super::webhook::{self, Deauthorization, Owed, SimulatedWebhook};
use crate::ports::AuthorizeUrl;
use crate::words::{MeetingId, ZoomAccountId};

impl SimulatedZoom {
    /// The secret token with which every [`SimulatedWebhook`] is signed.
    pub const WEBHOOK_SECRET: &'static str = webhook::SECRET;

    /// The Zoom user consents at that page: gives the address that their browser is led back to,
    /// with `code` and `state`.
    ///
    /// The code is good for one exchange within five minutes, by the same app, with the same
    /// redirect URI and the verifier of the challenge. The exchange kills the tokens of this
    /// user's earlier consents. A user who is not there is added.
    ///
    /// # Errors
    /// [`PageRefused`]: Zoom would show an error there. Nothing has changed.
    pub fn allow(&self, page: &AuthorizeUrl, zoom: &ZoomAccountId) -> Result<Url, PageRefused> {
        let now = self.clock.now();
        let mut world = self.world();
        let back = world.grants.allow(page, zoom, now)?;
        world.quotas.add(zoom.clone());
        Ok(back)
    }

    /// A Zoom user says no at that page: gives the address that their browser is led back to, with
    /// `error=access_denied` and `state`.
    ///
    /// # Errors
    /// [`PageRefused`]: Zoom would show an error there.
    pub fn deny(&self, page: &AuthorizeUrl) -> Result<Url, PageRefused> {
        Grants::deny(page)
    }

    /// The Zoom user removes the app in Zoom's own pages: their tokens and codes are dead, and
    /// Zoom owes the app a webhook. Says whether the app was there.
    pub fn remove_app(&self, zoom: &ZoomAccountId) -> bool {
        let now = self.clock.now();
        self.world().remove_app(zoom, now)
    }

    /// A Zoom user removed the app then: what they consented to before is void, later consents are
    /// not. Zoom owes no webhook for it: send [`deauthorized`](Self::deauthorized).
    pub fn remove_app_at(&self, zoom: &ZoomAccountId, at: DateTime<Utc>) {
        self.world().grants.remove_app_at(zoom, at);
    }

    /// From now on the token endpoint answers this Zoom user's refreshes (everybody's, if `None`) with
    /// `invalid_grant`, until they consent again. Access tokens live to their end.
    pub fn void_refresh_tokens(&self, zoom: Option<&ZoomAccountId>) {
        self.world().grants.void_refresh_tokens(zoom);
    }

    /// What consents and refreshes grant from now on. The calls of the API are not held to it.
    pub fn set_scopes(&self, scopes: &[&str]) {
        self.world().grants.set_scopes(scopes);
    }

    /// Where the API is, as consents and refreshes say from now on; `None`: they say nothing of it. At
    /// first it is the one for everybody, `https://api.zoom.us`. Those of all regions,
    /// `https://…api….zoom.us`, are answered whatever is said here.
    pub fn set_api_url(&self, api_url: Option<&str>) {
        self.world().grants.set_api_url(api_url);
    }

    /// What consents and refreshes grant now.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        self.world().grants.scopes().split_ascii_whitespace().map(str::to_owned).collect()
    }

    /// How many requests to refresh tokens of this Zoom user reached Zoom, whatever was answered.
    #[must_use]
    pub fn refreshes(&self, zoom: &ZoomAccountId) -> u32 {
        self.world().grants.refreshes(zoom)
    }

    /// Whether this Zoom user has a refresh token that is good now.
    #[must_use]
    pub fn has_live_grant(&self, zoom: &ZoomAccountId) -> bool {
        let now = self.clock.now();
        self.world().grants.is_live(zoom, now)
    }

    /// Takes the webhooks that Zoom owes by now, oldest first: `app_deauthorized` for every Zoom
    /// user who removed the app and for all tokens that the app revoked, `meeting.deleted` and
    /// `meeting.recovered` for every meeting that anybody deleted or restored, the app included.
    #[must_use]
    pub fn webhooks(&self) -> Vec<SimulatedWebhook> {
        let now = self.clock.now();
        let owed = std::mem::take(&mut self.world().owed);
        owed.iter().map(|owed| owed.webhook(now)).collect()
    }

    /// A webhook that tells that this Zoom user removed the app at that instant. Nothing changes
    /// at Zoom: such an echo may come late, when the user has long consented again.
    #[must_use]
    pub fn deauthorized(&self, zoom: &ZoomAccountId, at: DateTime<Utc>) -> SimulatedWebhook {
        let client = self.world().grants.client().to_owned();
        Deauthorization { zoom: zoom.clone(), at, client }.webhook(self.clock.now())
    }

    /// A webhook that tells that this meeting was deleted. Nothing changes at Zoom: it may come late,
    /// when the meeting has long been restored. `None`: there never was such a meeting.
    #[must_use]
    pub fn meeting_deleted(&self, id: MeetingId) -> Option<SimulatedWebhook> {
        self.meeting_webhook(id, DELETED)
    }

    /// A webhook that tells that this meeting was restored. Nothing changes at Zoom. `None`: there never
    /// was such a meeting.
    #[must_use]
    pub fn meeting_recovered(&self, id: MeetingId) -> Option<SimulatedWebhook> {
        self.meeting_webhook(id, RECOVERED)
    }

    fn meeting_webhook(&self, id: MeetingId, event: &'static str) -> Option<SimulatedWebhook> {
        let at = self.clock.now();
        let change = self.world().meetings.telling(id, event)?;
        Some(Owed::Meeting { change, at }.webhook(at))
    }

    /// A webhook by which Zoom makes sure that the app knows the secret token.
    #[must_use]
    pub fn url_validation(&self, plain_token: &str) -> SimulatedWebhook {
        webhook::url_validation(plain_token, self.clock.now())
    }
}
