//! R17: links that stand still, and what the staff do about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use http::Method;
use slotlink::ports::{HttpRequest, HttpResponse, HttpSend, SendError};
use slotlink::rules::{LinkState, ParkReason};
use slotlink::testkit::{SimulatedZoom, TestSealer, block_on};
use slotlink::words::{AppointmentId, Secret};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Actor, Caller, Error, Jitter, MeetingLocation, Refusal, Scheduler};

use crate::world::{World, abc, at, caller, request, round_robin};

const TEN: &str = "2026-11-24T10:00:00Z";
const NOON: &str = "2026-11-24T12:00:00Z";

/// Zoom, which says no to some calls.
struct SaysNo {
    zoom: Arc<SimulatedZoom>,
    method: Method,
    times: AtomicU32,
}

#[async_trait]
impl HttpSend for SaysNo {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let left = |times: u32| times.checked_sub(1);
        let is_it = request.method() == self.method && request.uri().path().contains("meetings");
        if !is_it || self.times.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() {
            return self.zoom.send(request, deadline).await;
        }
        let no = br#"{"code":3161,"message":"Your user account is not allowed meeting hosting."}"#;
        Ok(http::Response::builder().status(400).body(no.to_vec()).unwrap())
    }
}

/// A Zoom that says no so many times to requests of a method.
fn says_no(method: Method, times: u32) -> (World, Scheduler) {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let zoom = Arc::new(SaysNo { zoom: world.zoom.clone(), method, times: times.into() });
    let client = ZoomClient::new(ZoomApp::new("client", Secret::new("secret")), zoom);
    let scheduler = Scheduler::builder(world.store.clone(), Arc::new(client))
        .sealer(Arc::new(TestSealer))
        .clock(world.clock.clone())
        .jitter(Jitter::None)
        .build()
        .unwrap();
    (world, scheduler)
}

fn state(scheduler: &Scheduler, id: AppointmentId) -> LinkState {
    match block_on(scheduler.appointment(&caller(), id)).unwrap().location {
        MeetingLocation::Zoom(state) => state,
        other => panic!("{other:?}"),
    }
}

fn work(world: &World, scheduler: &Scheduler, minutes: i64) {
    world.clock.advance(TimeDelta::minutes(minutes));
    block_on(scheduler.run_due(100)).unwrap();
}

fn reason(state: &LinkState) -> Option<ParkReason> {
    match state {
        LinkState::Parked { reason, .. } => Some(*reason),
        _ => None,
    }
}

#[test]
fn what_zoom_refused_is_made_when_the_staff_say_so() {
    let (world, scheduler) = says_no(Method::POST, 1);
    let id = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap().id;
    assert_eq!(reason(&state(&scheduler, id)), Some(ParkReason::RefusedByZoom));
    work(&world, &scheduler, 60);
    assert_eq!(reason(&state(&scheduler, id)), Some(ParkReason::RefusedByZoom));
    let invitee = Caller::new(abc(), Actor::Invitee);
    for refused in [
        block_on(scheduler.retry_link(&invitee, id)),
        block_on(scheduler.abandon_link(&invitee, id)),
    ] {
        assert!(matches!(refused, Err(Error::Refused(Refusal::NotPermitted { .. }))));
    }
    let retried = block_on(scheduler.retry_link(&caller(), id)).unwrap();
    assert!(matches!(retried.location, MeetingLocation::Zoom(LinkState::Ready { .. })));
}

#[test]
fn what_is_given_up_stays_so_and_its_predecessor_goes() {
    let (world, scheduler) = says_no(Method::PUT, 0);
    let id = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap().id;
    world.zoom.use_up(&"zoom-A001".parse().unwrap(), 99);
    block_on(scheduler.reschedule(&caller(), id, at(NOON), None)).unwrap();
    assert!(matches!(state(&scheduler, id), LinkState::Deferred { .. } | LinkState::Parked { .. }));
    let given_up = block_on(scheduler.abandon_link(&caller(), id)).unwrap();
    assert!(matches!(&given_up.location, MeetingLocation::Zoom(state)
        if reason(state) == Some(ParkReason::Abandoned)));
    world.clock.set(at("2026-11-24T00:05:00Z"));
    for minutes in [0, 5, 60] {
        work(&world, &scheduler, minutes);
    }
    assert_eq!(reason(&state(&scheduler, id)), Some(ParkReason::Abandoned));
    assert_eq!(world.zoom.meetings(), [], "the old one is deleted");
    block_on(scheduler.retry_link(&caller(), id)).unwrap();
    work(&world, &scheduler, 1);
    assert!(matches!(state(&scheduler, id), LinkState::Ready { .. }));
}

#[test]
fn r13_a_deletion_that_zoom_refuses_is_tried_again() {
    let (world, scheduler) = says_no(Method::DELETE, 2);
    let id = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap().id;
    block_on(scheduler.cancel(&caller(), id)).unwrap();
    block_on(scheduler.abandon_link(&caller(), id)).unwrap();
    for _ in 0..3 {
        work(&world, &scheduler, 61);
    }
    assert_eq!(world.zoom.meetings(), []);
}

/// There is nothing to try again, and nothing to give up.
#[test]
fn a_link_that_is_ready_stays_so() {
    let (world, scheduler) = says_no(Method::PUT, 0);
    let id = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap().id;
    block_on(scheduler.abandon_link(&caller(), id)).unwrap();
    block_on(scheduler.retry_link(&caller(), id)).unwrap();
    assert!(matches!(state(&scheduler, id), LinkState::Ready { .. }));
    assert_eq!(world.zoom.requests_today().into_values().max(), Some(1));
}

/// Nothing is left of a link that was dropped long ago.
#[test]
fn old_cancelled_appointments_are_left_alone() {
    let (world, scheduler) = says_no(Method::PUT, 0);
    let id = block_on(scheduler.book(&caller(), &request(TEN, "Pat"))).unwrap().id;
    block_on(scheduler.cancel(&caller(), id)).unwrap();
    world.clock.set(at("2027-02-01T00:00:00Z"));
    for _ in 0..5 {
        block_on(scheduler.run_due(1000)).unwrap();
    }
    assert!(block_on(scheduler.retry_link(&caller(), id)).is_ok());
    assert!(block_on(scheduler.abandon_link(&caller(), id)).is_ok());
}
