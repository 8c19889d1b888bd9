//! Zoom names a regional API with the tokens: calls go there, and to nobody who is not Zoom.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use slotlink::ports::{HttpRequest, HttpResponse, HttpSend, Row, SendError, Write, ZoomCall};
use slotlink::rules::LinkState;
use slotlink::testkit::{Fault, SimulatedZoom, TestSealer, ZoomVisit, block_on};
use slotlink::words::{Secret, ZoomAccountId};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Jitter, MeetingLocation, Scheduler};

use crate::audit::spoil;
use crate::world::{World, caller, request, round_robin, user};

const EVIL: &str = "https://api.zoom.us.evil.example";

/// Notes to which hosts requests go, and what they ask.
struct Hosts {
    zoom: Arc<SimulatedZoom>,
    asked: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl HttpSend for Hosts {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let (uri, method) = (request.uri(), request.method());
        let asked = format!("{method} {}{}", uri.host().unwrap(), uri.path());
        self.asked.lock().unwrap().insert(asked);
        self.zoom.send(request, deadline).await
    }
}

struct Regions {
    world: World,
    hosts: Arc<Hosts>,
    scheduler: Scheduler,
}

impl Regions {
    /// A001 has connected, with tokens that came with this.
    fn told(api_url: Option<&str>) -> Self {
        let world = World::new(&[]);
        world.add_user("A001");
        world.put(&round_robin(&["A001"]));
        world.zoom.set_api_url(api_url);
        let hosts = Arc::new(Hosts { zoom: world.zoom.clone(), asked: Mutex::default() });
        let client = ZoomClient::new(ZoomApp::new("client", Secret::new("secret")), hosts.clone());
        let scheduler = Scheduler::builder(world.store.clone(), Arc::new(client))
            .sealer(Arc::new(TestSealer))
            .clock(world.clock.clone())
            .jitter(Jitter::None)
            .build()
            .unwrap();
        let regions = Self { world, hosts, scheduler };
        regions.connect();
        regions
    }

    fn connect(&self) {
        let zoom = ZoomAccountId::new("zoom-A001").unwrap();
        let visit = ZoomVisit::new(&self.scheduler, &self.world.zoom);
        block_on(visit.connect(&user("A001"), &zoom)).unwrap();
    }

    /// What was asked since the last time.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.hosts.asked.lock().unwrap()).into_iter().collect()
    }

    /// Books, and works until the link is made.
    fn book(&self, start: &str) {
        let booked = block_on(self.scheduler.book(&caller(), &request(start, "Pat"))).unwrap();
        for _ in 0..10 {
            block_on(self.scheduler.run_due(100)).unwrap();
            self.world.clock.advance(TimeDelta::minutes(1));
        }
        let found = block_on(self.scheduler.appointment(&caller(), booked.id)).unwrap();
        let MeetingLocation::Zoom(LinkState::Ready { .. }) = found.location else {
            panic!("{found:?}")
        };
    }

    /// The tokens expire, and new ones come with this.
    fn refreshed(&self, api_url: Option<&str>) {
        self.world.zoom.set_api_url(api_url);
        self.world.clock.advance(TimeDelta::hours(2));
        block_on(self.scheduler.run_due(100)).unwrap();
        self.asked();
    }
}

#[test]
fn r17_calls_go_to_the_region_that_came_with_the_tokens() {
    let regions = Regions::told(Some("https://eu01api.zoom.us/"));
    assert_eq!(regions.asked(), ["GET eu01api.zoom.us/v2/users/me", "POST zoom.us/oauth/token"]);
    regions.book("2026-11-24T10:00:00Z");
    assert_eq!(regions.asked(), ["POST eu01api.zoom.us/v2/users/me/meetings"]);
    // Its answer is lost: it is looked for in the same place.
    regions.world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::DoneReplyLost, 1);
    regions.book("2026-11-24T11:00:00Z");
    assert_eq!(
        regions.asked(),
        ["GET eu01api.zoom.us/v2/users/me/meetings", "POST eu01api.zoom.us/v2/users/me/meetings"]
    );
}

#[test]
fn r17_a_refresh_changes_the_region() {
    let regions = Regions::told(Some("https://eu01api.zoom.us"));
    regions.refreshed(Some("https://sg01api.zoom.us"));
    regions.book("2026-11-24T10:00:00Z");
    assert_eq!(regions.asked(), ["POST sg01api.zoom.us/v2/users/me/meetings"]);
    regions.refreshed(None);
    regions.book("2026-11-24T11:00:00Z");
    assert_eq!(regions.asked(), ["POST api.zoom.us/v2/users/me/meetings"]);
}

#[test]
fn r17_no_token_is_sent_to_who_only_looks_like_zoom() {
    let regions = Regions::told(Some(EVIL));
    regions.book("2026-11-24T10:00:00Z");
    let asked = regions.asked();
    let known = |asked: &String| asked.contains(" api.zoom.us/") || asked.contains(" zoom.us/");
    assert!(asked.len() == 3 && asked.iter().all(known), "{asked:?}");
    // A row may be of other settings, or of another's making.
    spoil(&regions.world, &["user", "A001"], &["connection"], |json| {
        let spoiled = json.replace(r#""api":null"#, &format!(r#""api":"{EVIL}/""#));
        assert_ne!(spoiled, json);
        Write::Put(Row::new(3, spoiled.into_bytes()))
    });
    regions.book("2026-11-24T11:00:00Z");
    assert_eq!(regions.asked(), ["POST api.zoom.us/v2/users/me/meetings"]);
}

#[test]
fn r17_a_connection_of_older_code_goes_on_without_a_region() {
    let regions = Regions::told(Some("https://eu01api.zoom.us"));
    regions.asked();
    spoil(&regions.world, &["user", "A001"], &["connection"], |json| {
        let older = json.replace(r#","api":"https://eu01api.zoom.us/""#, "");
        assert_ne!(older, json);
        Write::Put(Row::new(2, older.into_bytes()))
    });
    regions.book("2026-11-24T10:00:00Z");
    assert_eq!(regions.asked(), ["POST api.zoom.us/v2/users/me/meetings"]);
    regions.refreshed(Some("https://eu01api.zoom.us"));
    regions.book("2026-11-24T11:00:00Z");
    let asked = regions.asked();
    assert!(asked.contains(&"POST eu01api.zoom.us/v2/users/me/meetings".to_owned()), "{asked:?}");
}
