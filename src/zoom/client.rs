//! Orders the calls: build the request, send it, read the answer.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::app::ZoomApp;
use super::classify::{Answer, read_empty, read_json};
use super::request::{self, Api, Built};
use super::site::ZoomSite;
use super::wire::{WireMeeting, WirePage, WireTokens, WireUser};
use crate::ports::{
    Access, AuthorizeUrl, Consent, ConsentPage, HttpSend, Meeting, MeetingPage, NewMeeting,
    PageToken, SendError, TokenGrant, ZoomApi, ZoomAuth, ZoomCall, ZoomError, ZoomUser,
};
use crate::words::{MeetingId, Secret, Topic};

/// Zoom over the host's own HTTP client.
///
/// Cheap to clone; holds no state, so any number of them may be in use at once.
#[derive(Clone)]
pub struct ZoomClient {
    app: ZoomApp,
    http: Arc<dyn HttpSend>,
    site: ZoomSite,
}

impl fmt::Debug for ZoomClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ZoomClient");
        shown.field("app", &self.app).field("site", &self.site).finish_non_exhaustive()
    }
}

impl ZoomClient {
    /// A client of `app` that sends by `http`, to `zoom.us`.
    #[must_use]
    pub fn new(app: ZoomApp, http: Arc<dyn HttpSend>) -> Self {
        Self { app, http, site: ZoomSite::zoom_us() }
    }

    /// The same, where Zoom is somewhere else: Zoom for Government, say, or a simulated Zoom.
    #[must_use]
    pub fn at(mut self, site: ZoomSite) -> Self {
        self.site = site;
        self
    }

    /// Where these tokens are good.
    fn api<'a>(&self, access: &'a Access) -> Api<'a> {
        Api { base: self.site.api(access.api.as_ref()), token: &access.token }
    }

    async fn send(
        &self,
        call: ZoomCall,
        request: Built,
        deadline: DateTime<Utc>,
    ) -> Result<Answer, ZoomError> {
        let request = request.map_err(ZoomError::NotSent)?;
        let sent = self.http.send(request, deadline).await;
        let (head, body) = sent.map_err(|error| not_answered(call, error))?.into_parts();
        Ok(Answer {
            call,
            status: head.status,
            headers: head.headers,
            // Answers hold tokens and join links.
            body: Zeroizing::new(body),
        })
    }
}

fn not_answered(call: ZoomCall, error: SendError) -> ZoomError {
    match error {
        SendError::NotSent(cause) => ZoomError::NotSent(cause),
        SendError::OutcomeUnknown(cause) => ZoomError::outcome_unknown(call, cause),
    }
}

#[async_trait]
impl ZoomApi for ZoomClient {
    async fn create_meeting(
        &self,
        access: &Access,
        meeting: &NewMeeting,
    ) -> Result<Meeting, ZoomError> {
        let request = request::create_meeting(&self.api(access), meeting);
        let call = ZoomCall::CreateMeeting;
        let answer = self.send(call, request, access.deadline).await?;
        read_json(&answer, WireMeeting::meeting)
    }

    async fn meeting(&self, access: &Access, id: MeetingId) -> Result<Meeting, ZoomError> {
        let request = request::get_meeting(&self.api(access), id);
        let call = ZoomCall::GetMeeting;
        let answer = self.send(call, request, access.deadline).await?;
        read_json(&answer, WireMeeting::meeting)
    }

    async fn rename_meeting(
        &self,
        access: &Access,
        id: MeetingId,
        topic: &Topic,
    ) -> Result<(), ZoomError> {
        let request = request::rename_meeting(&self.api(access), id, topic);
        let call = ZoomCall::UpdateMeeting;
        let answer = self.send(call, request, access.deadline).await?;
        read_empty(&answer)
    }

    async fn delete_meeting(&self, access: &Access, id: MeetingId) -> Result<(), ZoomError> {
        let request = request::delete_meeting(&self.api(access), id);
        let call = ZoomCall::DeleteMeeting;
        let answer = self.send(call, request, access.deadline).await?;
        read_empty(&answer)
    }

    async fn meetings<'a>(
        &self,
        access: &Access,
        page: Option<&'a PageToken>,
    ) -> Result<MeetingPage, ZoomError> {
        let request = request::meetings(&self.api(access), page);
        let call = ZoomCall::ListMeetings;
        let answer = self.send(call, request, access.deadline).await?;
        read_json(&answer, WirePage::page)
    }

    async fn me(&self, access: &Access) -> Result<ZoomUser, ZoomError> {
        let request = request::me(&self.api(access));
        let answer = self.send(ZoomCall::Me, request, access.deadline).await?;
        read_json(&answer, WireUser::user)
    }
}

#[async_trait]
impl ZoomAuth for ZoomClient {
    fn authorize_url(&self, page: &ConsentPage) -> AuthorizeUrl {
        request::authorize_url(&self.site, &self.app, page)
    }

    async fn exchange_code(
        &self,
        consent: &Consent,
        deadline: DateTime<Utc>,
    ) -> Result<TokenGrant, ZoomError> {
        let request = request::exchange_code(&self.site, &self.app, consent);
        self.tokens(ZoomCall::ExchangeCode, request, deadline).await
    }

    async fn refresh(
        &self,
        refresh_token: &Secret,
        deadline: DateTime<Utc>,
    ) -> Result<TokenGrant, ZoomError> {
        let request = request::refresh(&self.site, &self.app, refresh_token);
        self.tokens(ZoomCall::Refresh, request, deadline).await
    }

    async fn revoke(&self, token: &Secret, deadline: DateTime<Utc>) -> Result<(), ZoomError> {
        let request = request::revoke(&self.site, &self.app, token);
        let answer = self.send(ZoomCall::Revoke, request, deadline).await?;
        read_empty(&answer)
    }
}

impl ZoomClient {
    async fn tokens(
        &self,
        call: ZoomCall,
        request: Built,
        deadline: DateTime<Utc>,
    ) -> Result<TokenGrant, ZoomError> {
        let answer = self.send(call, request, deadline).await?;
        read_json(&answer, |tokens: WireTokens| Some(tokens.grant(&self.site)))
    }
}
