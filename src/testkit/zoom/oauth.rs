//! Consents, codes and tokens.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::json;

use super::answer::Answer;
use super::request::Asked;
use crate::words::{Secret, ZoomAccountId};

/// A code is good for five minutes.
const CODE_LIFETIME: TimeDelta = TimeDelta::minutes(5);
const SCOPES: &str = "meeting:write:meeting meeting:update:meeting meeting:delete:meeting \
                      meeting:read:meeting meeting:read:list_meetings user:read:user";

#[derive(Default)]
pub(super) struct Grants {
    made: u64,
    codes: BTreeMap<String, Code>,
    /// One live access token per Zoom user: a newer grant kills the older.
    tokens: BTreeMap<ZoomAccountId, String>,
}

struct Code {
    zoom: ZoomAccountId,
    expires: DateTime<Utc>,
}

impl Grants {
    pub(super) fn consent(&mut self, zoom: &ZoomAccountId, now: DateTime<Utc>) -> Secret {
        let code = self.name("code");
        let expires = now.checked_add_signed(CODE_LIFETIME).unwrap_or(now);
        let zoom = zoom.clone();
        self.codes.insert(code.clone(), Code { zoom, expires });
        Secret::new(code)
    }

    /// Whose call it is, by its token or its code.
    pub(super) fn caller(&self, asked: &Asked<'_>) -> Option<ZoomAccountId> {
        if let Some(bearer) = asked.bearer() {
            let mut tokens = self.tokens.iter();
            return tokens.find(|(_, token)| *token == bearer).map(|(zoom, _)| zoom.clone());
        }
        let code = asked.form().remove("code")?;
        self.codes.get(&code).map(|code| code.zoom.clone())
    }

    /// The token endpoint.
    pub(super) fn token(&mut self, asked: &Asked<'_>, now: DateTime<Utc>) -> Answer {
        if !asked.basic().is_some_and(names_an_app) {
            let reason = "Invalid client_id or client_secret";
            return Answer::oauth(StatusCode::UNAUTHORIZED, "invalid_client", reason);
        }
        let form = asked.form();
        let field = |name| form.get(name).map(String::as_str).unwrap_or_default();
        if field("grant_type") != "authorization_code" {
            let (error, reason) = ("unsupported_grant_type", "unsupported grant type");
            return Answer::oauth(StatusCode::BAD_REQUEST, error, reason);
        }
        if field("redirect_uri").is_empty() {
            let (error, reason) = ("invalid_request", "Redirect URI mismatch.");
            return Answer::oauth(StatusCode::BAD_REQUEST, error, reason);
        }
        let code = self.codes.remove(field("code"));
        code.filter(|code| now < code.expires).map(|code| self.grant(code.zoom)).unwrap_or_else(
            || {
                let reason = "Invalid authorization code";
                Answer::oauth(StatusCode::BAD_REQUEST, "invalid_grant", reason)
            },
        )
    }

    fn grant(&mut self, zoom: ZoomAccountId) -> Answer {
        let access = self.name("access");
        let refresh = self.name("refresh");
        self.tokens.insert(zoom, access.clone());
        Answer::ok(json!({
            "access_token": access,
            "token_type": "bearer",
            "refresh_token": refresh,
            "expires_in": 3599,
            "scope": SCOPES,
            "api_url": "https://api.zoom.us",
        }))
    }

    fn name(&mut self, what: &str) -> String {
        self.made = self.made.saturating_add(1);
        format!("{what}-{}", self.made)
    }
}

/// Whether Basic credentials hold both a client id and a client secret.
fn names_an_app(basic: &str) -> bool {
    let decoded = STANDARD.decode(basic).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    text.split_once(':').is_some_and(|(id, secret)| !id.is_empty() && !secret.is_empty())
}
