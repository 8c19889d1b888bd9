//! Tells of each call of Zoom, whoever makes it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tracing::Instrument as _;

use super::chain;
use crate::ports::{
    Access, AuthorizeUrl, Consent, ConsentPage, Meeting, MeetingPage, NewMeeting, PageToken,
    TokenGrant, ZoomApi, ZoomAuth, ZoomCall, ZoomError, ZoomUser,
};
use crate::words::{MeetingId, Secret, Topic};

/// Passes each call on, and tells what became of it.
pub(super) struct Told<T: ?Sized>(pub(super) Arc<T>);

async fn told<T: Send>(
    call: ZoomCall,
    answer: impl Future<Output = Result<T, ZoomError>> + Send,
) -> Result<T, ZoomError> {
    let span = span!("zoom", %call);
    let answer = answer.instrument(span.clone()).await;
    span.in_scope(|| match &answer {
        Ok(_) => {
            tell!(debug, "Zoom did it");
        }
        Err(error) if is_usual(call, error) => {
            tell!(debug, error = chain(error).as_str(), "Zoom did not do it");
        }
        Err(error) => {
            tell!(warn, error = chain(error).as_str(), "a call of Zoom failed");
        }
    });
    answer
}

/// What happens every day, or what a caller is answered with.
const fn is_usual(call: ZoomCall, error: &ZoomError) -> bool {
    match error {
        ZoomError::Gone | ZoomError::InProgress | ZoomError::TokenExpired => true,
        // Who consents hears of it. A token that is void need not be revoked.
        _ => {
            matches!(call, ZoomCall::ExchangeCode | ZoomCall::Me)
                || matches!((call, error), (ZoomCall::Revoke, ZoomError::Unauthorized { .. }))
        }
    }
}

#[async_trait]
impl ZoomApi for Told<dyn ZoomApi> {
    async fn create_meeting(
        &self,
        access: &Access,
        meeting: &NewMeeting,
    ) -> Result<Meeting, ZoomError> {
        told(ZoomCall::CreateMeeting, self.0.create_meeting(access, meeting)).await
    }

    async fn meeting(&self, access: &Access, id: MeetingId) -> Result<Meeting, ZoomError> {
        told(ZoomCall::GetMeeting, self.0.meeting(access, id)).await
    }

    async fn rename_meeting(
        &self,
        access: &Access,
        id: MeetingId,
        topic: &Topic,
    ) -> Result<(), ZoomError> {
        told(ZoomCall::UpdateMeeting, self.0.rename_meeting(access, id, topic)).await
    }

    async fn delete_meeting(&self, access: &Access, id: MeetingId) -> Result<(), ZoomError> {
        told(ZoomCall::DeleteMeeting, self.0.delete_meeting(access, id)).await
    }

    async fn meetings<'a>(
        &self,
        access: &Access,
        page: Option<&'a PageToken>,
    ) -> Result<MeetingPage, ZoomError> {
        told(ZoomCall::ListMeetings, self.0.meetings(access, page)).await
    }

    async fn me(&self, access: &Access) -> Result<ZoomUser, ZoomError> {
        told(ZoomCall::Me, self.0.me(access)).await
    }
}

#[async_trait]
impl ZoomAuth for Told<dyn ZoomAuth> {
    fn authorize_url(&self, page: &ConsentPage) -> AuthorizeUrl {
        self.0.authorize_url(page)
    }

    async fn exchange_code(
        &self,
        consent: &Consent,
        deadline: DateTime<Utc>,
    ) -> Result<TokenGrant, ZoomError> {
        told(ZoomCall::ExchangeCode, self.0.exchange_code(consent, deadline)).await
    }

    async fn refresh(
        &self,
        refresh_token: &Secret,
        deadline: DateTime<Utc>,
    ) -> Result<TokenGrant, ZoomError> {
        told(ZoomCall::Refresh, self.0.refresh(refresh_token, deadline)).await
    }

    async fn revoke(&self, token: &Secret, deadline: DateTime<Utc>) -> Result<(), ZoomError> {
        told(ZoomCall::Revoke, self.0.revoke(token, deadline)).await
    }
}
