//! The Zoom ports: what the core needs of Zoom, without HTTP.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use url::Url;

use super::http::BoxedCause;
use crate::words::{Interval, JoinUrl, MeetingId, Secret, Topic, ZoomAccountId};

/// Calls of Zoom's API on behalf of one Zoom user.
///
/// # Contract
/// * **ZA-1** A call is made at most once, and never after `deadline`.
/// * **ZA-2** [`ZoomError::outcome`] says what may have happened: [`Outcome::NoEffect`] only if
///   the call certainly changed nothing at Zoom.
/// * **ZA-3** A create makes a scheduled meeting (type 2) that never uses the personal meeting id.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ZoomApi: Send + Sync {
    /// `POST /users/me/meetings`.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn create_meeting(
        &self,
        access: &Access,
        meeting: &NewMeeting,
    ) -> Result<Meeting, ZoomError>;

    /// `GET /meetings/{id}`. Does not count against the 100 requests a day.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn meeting(&self, access: &Access, id: MeetingId) -> Result<Meeting, ZoomError>;

    /// `PATCH /meetings/{id}`: sets what the meeting is called. Its id and link stay.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn rename_meeting(
        &self,
        access: &Access,
        id: MeetingId,
        topic: &Topic,
    ) -> Result<(), ZoomError>;

    /// `DELETE /meetings/{id}`, without mails to anybody.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn delete_meeting(&self, access: &Access, id: MeetingId) -> Result<(), ZoomError>;

    /// One page of `GET /users/me/meetings?type=scheduled`: all that are not expired, however far
    /// ahead. Does not count against the 100 requests a day.
    ///
    /// # Errors
    /// [`ZoomError`]
    // The lifetime has a name, since no mock can be made of an elided one within a type.
    async fn meetings<'a>(
        &self,
        access: &Access,
        page: Option<&'a PageToken>,
    ) -> Result<MeetingPage, ZoomError>;

    /// `GET /users/me`: who gave the consent.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn me(&self, access: &Access) -> Result<ZoomUser, ZoomError>;
}

/// Zoom's OAuth endpoints.
///
/// # Contract
/// * **ZO-1** A call is made at most once, and never after `deadline`.
/// * **ZO-2** [`ZoomError::Unauthorized`] only if Zoom said that the code or the refresh token is
///   void: then it is given up. An app that is set up wrongly is [`ZoomError::Refused`].
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait ZoomAuth: Send + Sync {
    /// Where a user is led to give their consent: `GET /oauth/authorize`. Nothing is called.
    fn authorize_url(&self, page: &ConsentPage) -> AuthorizeUrl;

    /// `POST /oauth/token` with `grant_type=authorization_code`: trades the code of a consent
    /// for tokens. A code is good for one call, within five minutes of the consent.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn exchange_code(
        &self,
        consent: &Consent,
        deadline: DateTime<Utc>,
    ) -> Result<TokenGrant, ZoomError>;

    /// `POST /oauth/token` with `grant_type=refresh_token`: the next pair of tokens. The refresh token
    /// is dead then, whether the answer arrives or not.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn refresh(
        &self,
        refresh_token: &Secret,
        deadline: DateTime<Utc>,
    ) -> Result<TokenGrant, ZoomError>;

    /// `POST /oauth/revoke`: the token and its pair are void, and the app is removed from the Zoom
    /// user, of which Zoom tells by the webhook `app_deauthorized`.
    ///
    /// # Errors
    /// [`ZoomError`]
    async fn revoke(&self, token: &Secret, deadline: DateTime<Utc>) -> Result<(), ZoomError>;
}

/// The page at Zoom where a user is asked for their consent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ConsentPage {
    /// Comes back with the answer, and ties it to the question.
    pub state: Secret,
    /// The PKCE challenge, S256 (RFC 7636, section 4.2).
    pub challenge: String,
    /// Where Zoom leads the user afterwards: exactly as configured at Zoom.
    pub redirect: Url,
}

impl ConsentPage {
    /// A page that asks so.
    #[must_use]
    pub const fn new(state: Secret, challenge: String, redirect: Url) -> Self {
        Self { state, challenge, redirect }
    }
}

/// The address of a page at Zoom where a user is asked for their consent. Good once, for ten minutes.
#[derive(Clone, Eq, PartialEq)]
pub struct AuthorizeUrl(String);

impl AuthorizeUrl {
    /// An address that a [`ZoomAuth`] made.
    #[must_use]
    pub const fn new(address: String) -> Self {
        Self(address)
    }

    /// The address, for the redirect of the browser.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without the state, which only the browser is to know.
impl fmt::Debug for AuthorizeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizeUrl(redacted)")
    }
}

/// A consent, as it came back from Zoom.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Consent {
    /// Good for one exchange.
    pub code: Secret,
    /// Proves that whoever exchanges the code has asked for it (RFC 7636, section 4.5).
    pub verifier: Secret,
    /// The redirect of the [`ConsentPage`].
    pub redirect: Url,
}

impl Consent {
    /// A consent that came back with this code.
    #[must_use]
    pub const fn new(code: Secret, verifier: Secret, redirect: Url) -> Self {
        Self { code, verifier, redirect }
    }
}

/// On whose behalf a call is made, and until when.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Access {
    /// The access token of the Zoom user.
    pub token: Secret,
    /// The instant after which nothing may be transmitted.
    pub deadline: DateTime<Utc>,
    /// What came with the token as [`TokenGrant::api`].
    pub api: Option<Url>,
}

impl Access {
    /// A call with this token, before this instant.
    #[must_use]
    pub const fn new(token: Secret, deadline: DateTime<Utc>) -> Self {
        Self { token, deadline, api: None }
    }

    /// The same, where Zoom named an API with the token.
    #[must_use]
    pub fn with_api(mut self, api: Option<Url>) -> Self {
        self.api = api;
        self
    }
}

/// A meeting to be made.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NewMeeting {
    /// What Zoom shows as the meeting's name.
    pub topic: Topic,
    /// When it is planned.
    pub interval: Interval,
    /// Our mark at the start of the agenda, by which a meeting is recognised as ours.
    pub marker: String,
}

impl NewMeeting {
    /// A meeting to be made.
    #[must_use]
    pub const fn new(topic: Topic, interval: Interval, marker: String) -> Self {
        Self { topic, interval, marker }
    }
}

/// A meeting as Zoom tells of it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Meeting {
    /// Zoom's number of the meeting.
    pub id: MeetingId,
    /// The one link that all participants of the meeting share.
    pub join_url: JoinUrl,
    /// What Zoom shows as its name.
    pub topic: String,
    /// When it starts; Zoom leaves it out for meetings without a fixed time.
    pub start: Option<DateTime<Utc>>,
    /// The description; in lists only its first 250 characters.
    pub agenda: String,
}

impl Meeting {
    /// A meeting without a fixed time and without an agenda.
    #[must_use]
    pub fn new(id: MeetingId, join_url: JoinUrl, topic: impl Into<String>) -> Self {
        Self { id, join_url, topic: topic.into(), start: None, agenda: String::new() }
    }
}

/// A page of a list of meetings.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MeetingPage {
    /// The meetings of this page.
    pub meetings: Vec<Meeting>,
    /// Where the next page starts, if there is one.
    pub next: Option<PageToken>,
}

impl MeetingPage {
    /// A page of a list.
    #[must_use]
    pub const fn new(meetings: Vec<Meeting>, next: Option<PageToken>) -> Self {
        Self { meetings, next }
    }
}

/// Where a page of a list starts. Opaque, good for 15 minutes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PageToken(String);

impl PageToken {
    /// A token from an answer of Zoom.
    #[must_use]
    pub const fn new(token: String) -> Self {
        Self(token)
    }

    /// The token as Zoom gave it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A Zoom user, as `GET /users/me` tells.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ZoomUser {
    /// Zoom's own id of the user.
    pub id: ZoomAccountId,
    /// Zoom's id of the organisation that the user belongs to, as webhooks name it too.
    pub organisation: Option<String>,
}

impl ZoomUser {
    /// The user with this id, of an organisation that is not known.
    #[must_use]
    pub const fn new(id: ZoomAccountId) -> Self {
        Self { id, organisation: None }
    }
}

/// Tokens, as the token endpoint gives them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenGrant {
    /// For calls of the API.
    pub access_token: Secret,
    /// For the next tokens; dead once it is used.
    pub refresh_token: Secret,
    /// How long the access token lives, in seconds from the answer.
    pub expires_in_seconds: u32,
    /// What the user allowed.
    pub scopes: Vec<String>,
    /// The regional API that Zoom named with the tokens, if it is another than that for everybody. It is
    /// kept with the tokens, and given back with each call ([`Access::api`]).
    pub api: Option<Url>,
}

impl TokenGrant {
    /// Tokens without any scope.
    #[must_use]
    pub const fn new(access_token: Secret, refresh_token: Secret, expires_in_seconds: u32) -> Self {
        let scopes = Vec::new();
        Self { access_token, refresh_token, expires_in_seconds, scopes, api: None }
    }
}

/// Whether a failed call may have changed something at Zoom.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a call had an effect for certain, or not, or who knows"
)]
pub enum Outcome {
    /// It certainly changed nothing.
    NoEffect,
    /// It may have had its effect, or may have it later.
    Unknown,
}

/// Why a call of Zoom failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoomError {
    /// The request was never transmitted. Try again at once or later.
    #[error("Zoom was not reached")]
    NotSent(#[source] BoxedCause),
    /// No answer, or one of status 5xx, or one that cannot be read: it may have taken effect.
    #[error("it is unknown whether Zoom did {call}")]
    #[non_exhaustive]
    OutcomeUnknown {
        /// Which call.
        call: ZoomCall,
        /// What the transport or the parser said.
        #[source]
        cause: BoxedCause,
    },
    /// The Zoom user has used up the 100 requests of this UTC day.
    #[error("the daily limit of this Zoom user is used up")]
    DailyLimit,
    /// Too many requests at once. Wait some seconds.
    #[error("Zoom asks to slow down")]
    TooManyRequests,
    /// The access token is expired, or was replaced (HTTP 401, code 124). Refresh it and try again.
    #[error("Zoom does not accept the access token any more")]
    TokenExpired,
    /// The consent, or the token, is void or lacks a scope: only a new consent helps.
    #[error("Zoom does not accept the token (HTTP {status}, code {code:?})")]
    #[non_exhaustive]
    Unauthorized {
        /// The HTTP status.
        status: u16,
        /// Zoom's own error code, if the body had one.
        code: Option<i64>,
    },
    /// The meeting does not exist (any more), 404 with code 3001, or is over.
    #[error("Zoom knows no such meeting")]
    Gone,
    /// The meeting is being held, so that the call changed nothing. Try again later.
    #[error("the meeting is in progress")]
    InProgress,
    /// Zoom says no, and will say so again.
    #[error("Zoom refused {call} (HTTP {status}, code {code:?})")]
    #[non_exhaustive]
    Refused {
        /// Which call.
        call: ZoomCall,
        /// The HTTP status.
        status: u16,
        /// Zoom's own error code, if the body had one.
        code: Option<i64>,
    },
}

impl ZoomError {
    /// The outcome of a call is unknown.
    #[must_use]
    pub fn outcome_unknown(call: ZoomCall, cause: impl Into<BoxedCause>) -> Self {
        Self::OutcomeUnknown { call, cause: cause.into() }
    }

    /// Zoom refused a call.
    #[must_use]
    pub const fn refused(call: ZoomCall, status: u16, code: Option<i64>) -> Self {
        Self::Refused { call, status, code }
    }

    /// Zoom does not accept a token.
    #[must_use]
    pub const fn unauthorized(status: u16, code: Option<i64>) -> Self {
        Self::Unauthorized { status, code }
    }

    /// What the call may have changed at Zoom: a read never changes anything.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::OutcomeUnknown { call, .. } if call.changes_something() => Outcome::Unknown,
            _ => Outcome::NoEffect,
        }
    }
}

/// A call of Zoom, for error messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ZoomCall {
    /// `POST /users/me/meetings`
    CreateMeeting,
    /// `GET /meetings/{id}`
    GetMeeting,
    /// `PATCH /meetings/{id}`
    UpdateMeeting,
    /// `DELETE /meetings/{id}`
    DeleteMeeting,
    /// `GET /users/me/meetings`
    ListMeetings,
    /// `GET /users/me`
    Me,
    /// `POST /oauth/token` with a code
    ExchangeCode,
    /// `POST /oauth/token` with a refresh token
    Refresh,
    /// `POST /oauth/revoke`
    Revoke,
}

impl ZoomCall {
    /// Whether the call is more than a read: an exchange uses up its code, a refresh its token.
    #[must_use]
    pub const fn changes_something(self) -> bool {
        !matches!(self, Self::GetMeeting | Self::ListMeetings | Self::Me)
    }
}

impl fmt::Display for ZoomCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CreateMeeting => "create a meeting",
            Self::GetMeeting => "read a meeting",
            Self::UpdateMeeting => "update a meeting",
            Self::DeleteMeeting => "delete a meeting",
            Self::ListMeetings => "list meetings",
            Self::Me => "read the user",
            Self::ExchangeCode => "exchange a code",
            Self::Refresh => "refresh a token",
            Self::Revoke => "revoke a token",
        })
    }
}
