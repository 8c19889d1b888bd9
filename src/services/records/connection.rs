//! Users' connections to Zoom, and what leads to one.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::Record;
use crate::ports::Sealed;
use crate::services::caller::Actor;
use crate::services::health::ReconnectReason;
use crate::services::older::{ConnectedRow1, ConnectionRow1};
use crate::services::retention::Retention;
use crate::services::shapes::{Shape, never_written, step};
use crate::words::{EntryPoint, UserId, ZoomAccountId};

/// A Zoom account is tied to a user id (R2).
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimRow {
    pub(crate) user: UserId,
}

impl Record for ClaimRow {}

/// A user's connection to Zoom. Gone with a disconnect.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConnectionRow {
    pub(crate) user: UserId,
    pub(crate) zoom: ZoomAccountId,
    /// The organisation of the Zoom account, if Zoom told.
    pub(crate) organisation: Option<String>,
    pub(crate) grant: Grant,
    /// When the user consented last.
    pub(crate) connected_at: DateTime<Utc>,
    pub(crate) scopes: Vec<String>,
    /// When the worker wakes links that waited for this connection.
    pub(crate) wake_at: Option<DateTime<Utc>>,
}

/// What a user's consent is good for now.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Grant {
    Live(Tokens),
    /// The tokens are erased; only a new consent helps (R6).
    Dead(Died),
}

/// How tokens died.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Died {
    /// The pair that died. If its refresh succeeded after all, the answer revives the grant.
    pub(crate) pair: Uuid,
    pub(crate) at: DateTime<Utc>,
    pub(crate) why: ReconnectReason,
}

/// A pair of tokens.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tokens {
    /// Names the pair: whoever refreshes it knows whether it is still the same.
    pub(crate) pair: Uuid,
    pub(crate) access: Sealed,
    pub(crate) refresh: Sealed,
    /// Whether the realm is bound to what is sealed; before schema version 2 it was not.
    pub(crate) of_realm: bool,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) health: TokenHealth,
    /// When the worker refreshes them, used or not.
    pub(crate) refresh_at: DateTime<Utc>,
    /// Refreshes in a row that came to nothing.
    pub(crate) failures: u32,
    /// The regional API that Zoom named with them.
    pub(crate) api: Option<Url>,
}

/// What Zoom said of an access token.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenHealth {
    /// Nothing against it.
    Good,
    /// It was refused, and has to be refreshed before its time.
    Rejected,
    /// It came in place of one that was refused. If it is refused too, no refresh helps.
    Doubted,
}

impl ConnectionRow {
    /// The tokens, unless they are dead.
    pub(crate) const fn tokens(&self) -> Option<&Tokens> {
        match &self.grant {
            Grant::Live(tokens) => Some(tokens),
            Grant::Dead(_) => None,
        }
    }

    /// The pair that there is, or was last.
    pub(crate) const fn pair(&self) -> Uuid {
        match &self.grant {
            Grant::Live(tokens) => tokens.pair,
            Grant::Dead(died) => died.pair,
        }
    }
}

impl Record for ConnectionRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<ConnectionRow1, Self>(json),
            // Nothing was known of regional APIs: that for everybody was called.
            2 => serde_json::from_slice(json),
            other => never_written(other),
        }
    }

    fn due(&self, _: &Retention) -> Option<DateTime<Utc>> {
        let refresh = self.tokens().map(|tokens| tokens.refresh_at);
        self.wake_at.into_iter().chain(refresh).min()
    }
}

/// As much of a [`ConnectionRow`] as says whether links can be made. It is never written, and its
/// tokens are not kept in memory.
#[derive(Serialize, Deserialize)]
pub(crate) struct ConnectedRow {
    pub(crate) zoom: ZoomAccountId,
    #[serde(rename = "grant", deserialize_with = "is_live")]
    pub(crate) is_live: bool,
}

fn is_live<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum State {
        Live(serde::de::IgnoredAny),
        Dead(serde::de::IgnoredAny),
    }
    State::deserialize(value).map(|state| matches!(state, State::Live(_)))
}

impl Shape for ConnectedRow {
    const KIND: &'static str = ConnectionRow::KIND;
    const SCHEMA: u16 = ConnectionRow::SCHEMA;
}

impl Record for ConnectedRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            1 => step::<ConnectedRow1, Self>(json),
            2 => serde_json::from_slice(json),
            other => never_written(other),
        }
    }
}

/// A question whether a user allows the app to use their Zoom account (R1). Its key is a digest of
/// the state.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentRow {
    pub(crate) user: UserId,
    /// Who asked: the same have to come back.
    pub(crate) actor: Actor,
    pub(crate) entry: EntryPoint,
    /// A digest of the browser session.
    pub(crate) session: String,
    pub(crate) redirect: Url,
    pub(crate) expires_at: DateTime<Utc>,
    /// The PKCE verifier. `None` once somebody came back: a state is good once.
    pub(crate) verifier: Option<Sealed>,
}

/// So long after it expired one can tell that it did.
const EXPLAINED: TimeDelta = TimeDelta::days(1);

impl Record for ConsentRow {
    fn due(&self, _: &Retention) -> Option<DateTime<Utc>> {
        Some(self.expires_at + EXPLAINED)
    }
}

/// Tokens that are of no use here any more, and have to be revoked at Zoom. Erased with that.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevocationRow {
    pub(crate) user: UserId,
    pub(crate) zoom: ZoomAccountId,
    pub(crate) tokens: Tokens,
    pub(crate) since: DateTime<Utc>,
    pub(crate) attempts: u32,
    pub(crate) at: DateTime<Utc>,
}

impl Record for RevocationRow {
    fn upgrade(schema: u16, json: &[u8]) -> Result<Self, serde_json::Error> {
        match schema {
            // Without the regional API of the tokens, as in connections.
            1 => serde_json::from_slice(json),
            other => never_written(other),
        }
    }

    fn due(&self, _: &Retention) -> Option<DateTime<Utc>> {
        Some(self.at)
    }
}
