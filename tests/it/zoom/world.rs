//! A client over the simulated Zoom, every request and answer checked on the way.

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use slotlink::ports::{
    Access, Clock, Consent, ConsentPage, HttpRequest, HttpResponse, HttpSend, Meeting, MeetingPage,
    NewMeeting, PageToken, SendError, TokenGrant, ZoomApi, ZoomAuth, ZoomError,
};
use slotlink::testkit::{ManualClock, SimulatedZoom, block_on};
use slotlink::words::{Interval, MeetingId, Secret, Topic, ZoomAccountId};
use slotlink::zoom::{ZoomApp, ZoomClient};
use url::Url;

use super::openapi::OpenApi;

/// A simulated Zoom with the users `zoom-a` and `zoom-b`, both with a live token.
pub(super) struct World {
    pub(super) clock: Arc<ManualClock>,
    pub(super) zoom: Arc<SimulatedZoom>,
    pub(super) client: ZoomClient,
    pub(super) a: User,
    pub(super) b: User,
}

pub(super) struct User {
    pub(super) id: ZoomAccountId,
    pub(super) token: Secret,
    pub(super) refresh: Secret,
}

/// RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn app() -> ZoomApp {
    ZoomApp::new("client-id", Secret::new("client-secret"))
}

pub(super) fn redirect() -> Url {
    "https://crm.example/zoom/callback?from=zoom".parse().unwrap()
}

pub(super) fn page() -> ConsentPage {
    ConsentPage::new(Secret::new("CANARY state"), CHALLENGE.to_owned(), redirect())
}

/// The consent with this code, as it is right.
pub(super) fn consent(code: &str) -> Consent {
    Consent::new(Secret::new(code), Secret::new(VERIFIER), redirect())
}

/// A field of the query that the browser brings back.
pub(super) fn brought(back: &Url, name: &str) -> Option<String> {
    let mut fields = back.query_pairs();
    fields.find(|(field, _)| field == name).map(|(_, value)| value.into_owned())
}

pub(super) fn half_hour(start: &str) -> Interval {
    let start = at(start);
    Interval::new(start, start + TimeDelta::minutes(30)).unwrap()
}

pub(super) fn demo(start: &str) -> NewMeeting {
    NewMeeting::new(Topic::fit("Demo"), half_hour(start), "[ref:1]".to_owned())
}

/// Sends on to the simulated Zoom, and checks both ways.
struct Checked(Arc<SimulatedZoom>);

#[async_trait]
impl HttpSend for Checked {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let openapi = OpenApi::load();
        let is_api = request.uri().host() == Some("api.zoom.us");
        if is_api {
            openapi.check_request(&request);
        }
        let answer = self.0.send(request.clone(), deadline).await?;
        if is_api {
            openapi.check_response(&request, &answer);
        }
        Ok(answer)
    }
}

impl World {
    pub(super) fn new() -> Self {
        let clock = Arc::new(ManualClock::new(at("2026-11-23T08:00:00Z")));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let client = ZoomClient::new(app(), Arc::new(Checked(zoom.clone())));
        let user = |name| {
            let id = ZoomAccountId::new(name).unwrap();
            zoom.add_account(id.clone());
            let back = zoom.allow(&client.authorize_url(&page()), &id).unwrap();
            let consent = consent(&brought(&back, "code").unwrap());
            let deadline = clock.now() + TimeDelta::seconds(10);
            let grant = block_on(client.exchange_code(&consent, deadline)).unwrap();
            User { id, token: grant.access_token, refresh: grant.refresh_token }
        };
        let (a, b) = (user("zoom-a"), user("zoom-b"));
        Self { clock, zoom, client, a, b }
    }

    pub(super) fn deadline(&self) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::seconds(10)
    }

    pub(super) fn access(&self, user: &User) -> Access {
        Access::new(user.token.clone(), self.deadline())
    }

    /// The user consents at the page of the client.
    pub(super) fn allow(&self, id: &ZoomAccountId) -> Consent {
        let back = self.zoom.allow(&self.client.authorize_url(&page()), id).unwrap();
        consent(&brought(&back, "code").unwrap())
    }

    pub(super) fn exchange(&self, consent: &Consent) -> Result<TokenGrant, ZoomError> {
        block_on(self.client.exchange_code(consent, self.deadline()))
    }

    pub(super) fn refresh(&self, token: &Secret) -> Result<TokenGrant, ZoomError> {
        block_on(self.client.refresh(token, self.deadline()))
    }

    pub(super) fn revoke(&self, token: &Secret) -> Result<(), ZoomError> {
        block_on(self.client.revoke(token, self.deadline()))
    }

    /// Whether the API takes an access token; else, why not.
    pub(super) fn me(&self, token: &Secret) -> Result<ZoomAccountId, ZoomError> {
        let access = Access::new(token.clone(), self.deadline());
        block_on(self.client.me(&access)).map(|user| user.id)
    }

    pub(super) fn create(&self, user: &User, start: &str) -> Result<Meeting, ZoomError> {
        block_on(self.client.create_meeting(&self.access(user), &demo(start)))
    }

    pub(super) fn get(&self, user: &User, id: MeetingId) -> Result<Meeting, ZoomError> {
        block_on(self.client.meeting(&self.access(user), id))
    }

    pub(super) fn rename(&self, user: &User, id: MeetingId, topic: &str) -> Result<(), ZoomError> {
        let topic = Topic::fit(topic);
        block_on(self.client.rename_meeting(&self.access(user), id, &topic))
    }

    pub(super) fn delete(&self, user: &User, id: MeetingId) -> Result<(), ZoomError> {
        block_on(self.client.delete_meeting(&self.access(user), id))
    }

    pub(super) fn list(
        &self,
        user: &User,
        page: Option<&PageToken>,
    ) -> Result<MeetingPage, ZoomError> {
        block_on(self.client.meetings(&self.access(user), page))
    }

    pub(super) fn listed(&self, user: &User) -> Vec<MeetingId> {
        let page = self.list(user, None).unwrap();
        page.meetings.iter().map(|meeting| meeting.id).collect()
    }

    /// What is to come within six months, as Zoom lists it.
    pub(super) fn upcoming(&self, user: &User) -> Vec<MeetingId> {
        let answer = self.raw(user, "GET", "/users/me/meetings?type=upcoming", "");
        let answer: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
        let meetings = answer["meetings"].as_array().unwrap();
        meetings.iter().map(|meeting| MeetingId::new(meeting["id"].as_i64().unwrap())).collect()
    }

    pub(super) fn requests(&self, user: &User) -> u32 {
        self.zoom.requests_today()[&user.id]
    }

    /// Sets the clock, and refreshes the tokens of both users.
    pub(super) fn set(&mut self, time: &str) {
        self.clock.set(at(time));
        for user in [&mut self.a, &mut self.b] {
            let refreshed = self.client.refresh(&user.refresh, at(time));
            let grant = block_on(refreshed).unwrap();
            (user.token, user.refresh) = (grant.access_token, grant.refresh_token);
        }
    }

    /// A form to an OAuth endpoint, by an app; the answer as it is.
    pub(super) fn form(&self, endpoint: &str, form: &str) -> HttpResponse {
        let request = http::Request::post(format!("https://zoom.us/oauth/{endpoint}"))
            .header("authorization", format!("Basic {}", STANDARD.encode("client-id:secret")))
            .body(form.as_bytes().to_vec())
            .unwrap();
        block_on(self.zoom.send(request, self.deadline())).unwrap()
    }

    /// A request that the client would not build; the answer is checked all the same.
    pub(super) fn raw(&self, user: &User, method: &str, path: &str, body: &str) -> HttpResponse {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("https://api.zoom.us/v2{path}"))
            .header("authorization", format!("Bearer {}", user.token.expose()))
            .body(body.as_bytes().to_vec())
            .unwrap();
        let answer = block_on(self.zoom.send(request.clone(), self.deadline())).unwrap();
        OpenApi::load().check_response(&request, &answer);
        answer
    }
}
