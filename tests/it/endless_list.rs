//! R17: a list of meetings that never ends says nothing of what is not in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use slotlink::ports::{HttpRequest, HttpResponse, HttpSend, SendError, ZoomCall};
use slotlink::rules::LinkState;
use slotlink::testkit::{Fault, SimulatedZoom, TestSealer, block_on};
use slotlink::words::Secret;
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Jitter, MeetingLocation, Scheduler};

use crate::world::{World, caller, request, round_robin};

/// Zoom, whose lists have so many pages before their end.
struct Pages {
    zoom: Arc<SimulatedZoom>,
    left: AtomicU32,
    listed: AtomicU32,
}

#[async_trait]
impl HttpSend for Pages {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let is_list = request.method() == Method::GET && request.uri().path().ends_with("meetings");
        let left = |pages: u32| pages.checked_sub(1);
        self.listed.fetch_add(is_list.into(), Ordering::Relaxed);
        if !is_list || self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() {
            let uri = request.uri().to_string().replace("&next_page_token=more", "");
            let (mut head, body) = request.into_parts();
            head.uri = uri.parse().unwrap();
            return self.zoom.send(http::Request::from_parts(head, body), deadline).await;
        }
        let page = br#"{"meetings":[],"next_page_token":"more"}"#;
        Ok(http::Response::builder().status(200).body(page.to_vec()).unwrap())
    }
}

fn pages(left: u32) -> (World, Arc<Pages>, Scheduler) {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    world.settle();
    let (zoom, listed) = (world.zoom.clone(), AtomicU32::new(0));
    let pages = Arc::new(Pages { zoom, left: left.into(), listed });
    let client = ZoomClient::new(ZoomApp::new("client", Secret::new("secret")), pages.clone());
    let scheduler = Scheduler::builder(world.store.clone(), Arc::new(client))
        .sealer(Arc::new(TestSealer))
        .clock(world.clock.clone())
        .jitter(Jitter::None)
        .build()
        .unwrap();
    (world, pages, scheduler)
}

fn work(world: &World, scheduler: &Scheduler) {
    for _ in 0..20 {
        world.clock.advance(TimeDelta::minutes(1));
        block_on(scheduler.run_due(100)).unwrap();
    }
}

/// Books with a create whose answer is lost, and works for a while. Answers with how the link stands.
fn after_a_lost_answer(world: &World, scheduler: &Scheduler) -> impl Fn() -> LinkState {
    world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::DoneReplyLost, 1);
    let ten = request("2026-11-24T10:00:00Z", "Pat");
    let id = block_on(scheduler.book(&caller(), &ten)).unwrap().id;
    work(world, scheduler);
    move || match block_on(scheduler.appointment(&caller(), id)).unwrap().location {
        MeetingLocation::Zoom(state) => state,
        other => panic!("{other:?}"),
    }
}

#[test]
fn r17_a_list_that_is_not_read_to_its_end_is_looked_at_again() {
    let (world, pages, scheduler) = pages(u32::MAX);
    let state = after_a_lost_answer(&world, &scheduler);
    assert!(pages.listed.load(Ordering::Relaxed) >= 200, "looked at more than once");
    assert_eq!((world.zoom.meetings().len(), state()), (1, LinkState::Pending));
    pages.left.store(0, Ordering::Relaxed);
    for _ in 0..6 {
        work(&world, &scheduler);
    }
    assert!(matches!(state(), LinkState::Ready { .. }), "{:?}", state());
    assert_eq!(world.zoom.meetings().len(), 1);
}

#[test]
fn r17_a_list_of_a_hundred_pages_is_read_to_its_end() {
    let (world, pages, scheduler) = pages(99);
    let state = after_a_lost_answer(&world, &scheduler);
    assert!(matches!(state(), LinkState::Ready { .. }), "{:?}", state());
    // And one more page, to see whether something has landed late.
    assert_eq!((world.zoom.meetings().len(), pages.listed.load(Ordering::Relaxed)), (1, 101));
}
