//! A client over the simulated Zoom, every request and answer checked on the way.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use slotlink::ports::{
    Access, Clock, HttpRequest, HttpResponse, HttpSend, Meeting, MeetingPage, NewMeeting,
    PageToken, SendError, ZoomApi, ZoomAuth, ZoomError,
};
use slotlink::testkit::{ManualClock, SimulatedZoom, block_on};
use slotlink::words::{Interval, MeetingId, Secret, Topic, ZoomAccountId};
use slotlink::zoom::{ZoomApp, ZoomClient};

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
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn app() -> ZoomApp {
    let redirect = "https://crm.example/zoom/callback?from=zoom".parse().unwrap();
    ZoomApp::new("client-id", Secret::new("client-secret"), redirect)
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
            let code = zoom.consent(&id);
            let deadline = clock.now() + TimeDelta::seconds(10);
            let grant = block_on(client.exchange_code(&code, deadline)).unwrap();
            let token = grant.access_token;
            User { id, token }
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
        block_on(self.client.upcoming_meetings(&self.access(user), page))
    }

    pub(super) fn listed(&self, user: &User) -> Vec<MeetingId> {
        let page = self.list(user, None).unwrap();
        page.meetings.iter().map(|meeting| meeting.id).collect()
    }

    pub(super) fn requests(&self, user: &User) -> u32 {
        self.zoom.requests_today()[&user.id]
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
