//! Consents, codes and tokens.
//!
//! All secrets have `CANARY` in them, so that a test finds them wherever they must not be.

mod code;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use url::Url;

use super::answer::Answer;
use super::meetings::later;
use super::request::Asked;
use crate::ports::AuthorizeUrl;
use crate::words::ZoomAccountId;
use code::Codes;
use page::Page;
pub use page::PageRefused;

/// How long an access token lives, in seconds.
const ACCESS_SECONDS: i64 = 3599;
/// A refresh token that is not used for so long is dead.
const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(90);
const API_URL: &str = "https://api.zoom.us";
const SCOPES: &str = "meeting:write:meeting meeting:update:meeting meeting:delete:meeting \
                      meeting:read:meeting meeting:read:list_meetings user:read:user";

#[derive(Default)]
pub(super) struct Grants {
    codes: Codes,
    pairs_made: u32,
    /// One live pair of tokens per Zoom user: a newer one kills the older.
    live: BTreeMap<ZoomAccountId, Pair>,
    /// Every token that was ever given out: of a dead one, too, Zoom knows whose it was.
    given: BTreeMap<String, ZoomAccountId>,
    /// The users who have added the app, whatever became of their tokens.
    added: BTreeSet<ZoomAccountId>,
    refreshes: BTreeMap<ZoomAccountId, u32>,
    /// What consents and refreshes grant, if not [`SCOPES`].
    scopes: Option<String>,
    /// The API that comes with tokens, if not that for everybody; within, whether any does.
    api_url: Option<Option<String>>,
    /// The app that called last.
    client: Option<String>,
}

struct Pair {
    consented_at: DateTime<Utc>,
    access: String,
    access_ends: DateTime<Utc>,
    refresh: String,
    refresh_ends: DateTime<Utc>,
}

impl Pair {
    fn can_refresh(&self, now: DateTime<Utc>) -> bool {
        now < self.refresh_ends
    }

    fn has_live(&self, token: &str, now: DateTime<Utc>) -> bool {
        self.access == token && now < self.access_ends
            || self.refresh == token && self.can_refresh(now)
    }
}

/// What people do in Zoom's own pages.
impl Grants {
    pub(super) fn allow(
        &mut self,
        page: &AuthorizeUrl,
        zoom: &ZoomAccountId,
        now: DateTime<Utc>,
    ) -> Result<Url, PageRefused> {
        let page = Page::read(page)?;
        self.added.insert(zoom.clone());
        let code = self.codes.give(zoom, &page, now);
        Ok(page.answered("code", &code))
    }

    pub(super) fn deny(page: &AuthorizeUrl) -> Result<Url, PageRefused> {
        Ok(Page::read(page)?.answered("error", "access_denied"))
    }

    /// Removes the app from a Zoom user; says whether it was there.
    pub(super) fn remove_app(&mut self, zoom: &ZoomAccountId) -> bool {
        self.live.remove(zoom);
        self.codes.drop_those_of(zoom);
        self.added.remove(zoom)
    }

    /// Removes the app, unless the tokens come from a later consent.
    pub(super) fn remove_app_at(&mut self, zoom: &ZoomAccountId, at: DateTime<Utc>) {
        if self.live.get(zoom).is_some_and(|pair| pair.consented_at < at) {
            self.remove_app(zoom);
        }
    }

    /// Voids the refresh tokens of a Zoom user, or of all. The app stays, and access tokens live on.
    pub(super) fn void_refresh_tokens(&mut self, zoom: Option<&ZoomAccountId>) {
        for (user, pair) in &mut self.live {
            if zoom.is_none_or(|zoom| zoom == user) {
                pair.refresh_ends = DateTime::<Utc>::MIN_UTC;
            }
        }
    }

    pub(super) fn set_scopes(&mut self, scopes: &[&str]) {
        self.scopes = Some(scopes.join(" "));
    }

    pub(super) fn scopes(&self) -> &str {
        self.scopes.as_deref().unwrap_or(SCOPES)
    }

    pub(super) fn set_api_url(&mut self, api_url: Option<&str>) {
        self.api_url = Some(api_url.map(str::to_owned));
    }
}

/// Who calls.
impl Grants {
    /// Whose access token, code, refresh token or revoked token it is, dead tokens included.
    pub(super) fn whose(&self, asked: &Asked<'_>) -> Option<ZoomAccountId> {
        if let Some(bearer) = asked.bearer() {
            return self.given.get(bearer).cloned();
        }
        let form = asked.form();
        let by_code = form.get("code").and_then(|code| self.codes.user(code));
        let token = form.get("refresh_token").or_else(|| form.get("token"));
        by_code.or_else(|| self.given.get(token?)).cloned()
    }

    /// The user on whose behalf the API is called, or why the access token is not good.
    pub(super) fn caller(
        &self,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Result<ZoomAccountId, Box<Answer>> {
        let live = asked.bearer().and_then(|token| {
            let zoom = self.given.get(token)?;
            let pair = self.live.get(zoom).filter(|pair| pair.access == token)?;
            Some((zoom, pair.access_ends))
        });
        match live {
            Some((zoom, ends)) if now < ends => Ok(zoom.clone()),
            Some(_) => Err(Box::new(Answer::token_expired())),
            None => Err(Box::new(Answer::token_invalid())),
        }
    }

    pub(super) fn count_refresh(&mut self, zoom: &ZoomAccountId) {
        let count = self.refreshes.entry(zoom.clone()).or_default();
        *count = count.saturating_add(1);
    }

    pub(super) fn refreshes(&self, zoom: &ZoomAccountId) -> u32 {
        self.refreshes.get(zoom).copied().unwrap_or_default()
    }

    pub(super) fn is_live(&self, zoom: &ZoomAccountId, now: DateTime<Utc>) -> bool {
        self.live.get(zoom).is_some_and(|pair| pair.can_refresh(now))
    }

    /// The app that called last.
    pub(super) fn client(&self) -> &str {
        self.client.as_deref().unwrap_or("simulated-client")
    }
}

/// The OAuth endpoints.
impl Grants {
    pub(super) fn exchange(&mut self, asked: &Asked<'_>, now: DateTime<Utc>) -> Answer {
        let Some(client) = asked.client() else {
            return Answer::no_such_client();
        };
        let form = asked.form();
        if form.get("grant_type").map(String::as_str) != Some("authorization_code") {
            return Answer::oauth("unsupported_grant_type", "unsupported grant type");
        }
        let consented = self.codes.take(&form, &client, now);
        self.client = Some(client);
        match consented {
            Ok(zoom) => self.grant(zoom, now, now),
            Err(refusal) => *refusal,
        }
    }

    pub(super) fn refresh(&mut self, asked: &Asked<'_>, now: DateTime<Utc>) -> Answer {
        let Some(client) = asked.client() else {
            return Answer::no_such_client();
        };
        self.client = Some(client);
        let form = asked.form();
        let token = form.get("refresh_token").map(String::as_str).unwrap_or_default();
        let is_live = |pair: &&Pair| pair.refresh == token && pair.can_refresh(now);
        let zoom = self.given.get(token);
        let pair = zoom.and_then(|zoom| self.live.get(zoom)).filter(is_live);
        match zoom.cloned().zip(pair.map(|pair| pair.consented_at)) {
            Some((zoom, consented_at)) => self.grant(zoom, consented_at, now),
            None => Answer::void_refresh_token(),
        }
    }

    /// The answer, and whose tokens and app are gone.
    pub(super) fn revoke(
        &mut self,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> (Answer, Option<ZoomAccountId>) {
        let Some(client) = asked.client() else {
            return (Answer::no_such_client(), None);
        };
        self.client = Some(client);
        let form = asked.form();
        let token = form.get("token").map(String::as_str).unwrap_or_default();
        let is_live = |pair: &Pair| pair.has_live(token, now);
        let zoom = self.given.get(token).filter(|zoom| self.live.get(*zoom).is_some_and(is_live));
        let Some(zoom) = zoom.cloned() else {
            return (Answer::oauth("invalid_request", "Invalid Token!"), None);
        };
        self.remove_app(&zoom);
        (Answer::ok(json!({"status": "success"})), Some(zoom))
    }

    fn grant(
        &mut self,
        zoom: ZoomAccountId,
        consented_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Answer {
        self.pairs_made = self.pairs_made.saturating_add(1);
        let pair = Pair {
            consented_at,
            access: format!("CANARY-access-{}", self.pairs_made),
            access_ends: later(now, TimeDelta::seconds(ACCESS_SECONDS)),
            refresh: format!("CANARY-refresh-{}", self.pairs_made),
            refresh_ends: later(now, REFRESH_LIFETIME),
        };
        let mut told = json!({
            "access_token": pair.access,
            "token_type": "bearer",
            "refresh_token": pair.refresh,
            "expires_in": ACCESS_SECONDS,
            "scope": self.scopes(),
        });
        let api_url = self.api_url.as_ref().map_or(Some(API_URL), Option::as_deref);
        if let Some((fields, api_url)) = told.as_object_mut().zip(api_url) {
            fields.insert("api_url".to_owned(), json!(api_url));
        }
        let answer = Answer::ok(told);
        for token in [&pair.access, &pair.refresh] {
            self.given.insert(token.clone(), zoom.clone());
        }
        self.live.insert(zoom, pair);
        answer
    }
}
