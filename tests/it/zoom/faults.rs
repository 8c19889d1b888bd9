//! Faults of the simulated Zoom.

use slotlink::ports::{Meeting, Outcome, ZoomApi, ZoomCall, ZoomError};
use slotlink::testkit::{Fault, block_on};

use super::world::World;

const TOMORROW: &str = "2026-11-24T15:00:00Z";

/// A create that meets a fault: its error, how many meetings there are then, and how many
/// requests were counted.
fn create_with(fault: Fault) -> (World, ZoomError, usize, u32) {
    let world = World::new();
    let create = Some(ZoomCall::CreateMeeting);
    world.zoom.fault(create, Some(world.a.id.clone()), fault, 1);
    let error = world.create(&world.a, TOMORROW).unwrap_err();
    let meetings = world.zoom.meetings().len();
    let requests = world.requests(&world.a);
    (world, error, meetings, requests)
}

fn again(world: &World) -> Result<Meeting, ZoomError> {
    world.create(&world.a, TOMORROW)
}

#[test]
fn a_lost_request_has_no_effect_but_the_sender_cannot_know() {
    let (world, error, meetings, requests) = create_with(Fault::Lost);
    assert!(matches!(error, ZoomError::OutcomeUnknown { .. }));
    assert_eq!((meetings, requests), (0, 0));
    assert!(again(&world).is_ok());
}

#[test]
fn a_call_whose_answer_is_lost_has_its_effect() {
    let (world, error, meetings, requests) = create_with(Fault::DoneReplyLost);
    assert!(matches!(error, ZoomError::OutcomeUnknown { .. }));
    assert_eq!((meetings, requests), (1, 1));
    let listed = world.list(&world.a, None).unwrap().meetings;
    assert_eq!(listed[0].agenda, "[ref:1]");
}

#[test]
fn an_unavailable_zoom_does_nothing_but_counts() {
    let (world, error, meetings, requests) = create_with(Fault::Unavailable);
    assert!(matches!(error, ZoomError::OutcomeUnknown { .. }));
    assert_eq!((meetings, requests), (0, 1));
    assert!(again(&world).is_ok());
}

#[test]
fn a_daily_limit_lasts_until_midnight_utc() {
    let (mut world, error, meetings, requests) = create_with(Fault::DailyLimit);
    assert!(matches!(error, ZoomError::DailyLimit));
    assert_eq!((meetings, requests), (0, 0));
    assert!(matches!(again(&world), Err(ZoomError::DailyLimit)));
    assert!(world.create(&world.b, TOMORROW).is_ok());
    world.set("2026-11-24T00:00:00Z");
    assert!(again(&world).is_ok());
}

#[test]
fn a_limit_per_second_passes_and_does_not_count() {
    let (world, error, meetings, requests) = create_with(Fault::PerSecondLimit);
    assert!(matches!(error, ZoomError::TooManyRequests));
    assert_eq!((meetings, requests), (0, 0));
    assert!(again(&world).is_ok());
}

#[test]
fn an_expired_token_does_not_count() {
    let (world, error, meetings, requests) = create_with(Fault::TokenExpired);
    assert!(matches!(error, ZoomError::TokenExpired));
    assert_eq!((meetings, requests), (0, 0));
    assert!(again(&world).is_ok());
}

#[test]
fn a_meeting_can_be_gone() {
    let world = World::new();
    let id = again(&world).unwrap().id;
    let update = Some(ZoomCall::UpdateMeeting);
    world.zoom.fault(update, None, Fault::Gone, 1);
    assert!(matches!(world.rename(&world.a, id, "New"), Err(ZoomError::Gone)));
    assert_eq!(world.requests(&world.a), 2);
    assert!(matches!(world.rename(&world.a, id, "New"), Err(ZoomError::Gone)));
    assert_eq!(world.zoom.meetings(), []);
}

#[test]
fn a_call_can_take_effect_a_minute_late() {
    let world = World::new();
    world.zoom.fault(Some(ZoomCall::CreateMeeting), None, Fault::Late, 1);
    let error = world.create(&world.a, TOMORROW).unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!((world.zoom.meetings(), world.requests(&world.a)), (Vec::new(), 0));
    world.clock.set("2026-11-23T08:00:59Z".parse().unwrap());
    assert_eq!(world.zoom.meetings(), []);
    world.clock.set("2026-11-23T08:01:00Z".parse().unwrap());
    assert_eq!((world.zoom.meetings().len(), world.requests(&world.a)), (1, 1));
}

#[test]
fn a_deleted_meeting_can_be_restored_for_a_week() {
    let mut world = World::new();
    let id = again(&world).unwrap().id;
    world.delete(&world.a, id).unwrap();
    assert_eq!(world.zoom.webhooks().len(), 1, "Zoom tells of what the app itself does, too");
    assert!(world.zoom.restore_meeting(id));
    assert_eq!((world.listed(&world.a), world.zoom.webhooks().len()), (vec![id], 1));
    assert!(!world.zoom.restore_meeting(id), "it is there");
    world.zoom.delete_meeting(id);
    world.set("2026-11-30T08:00:00Z");
    assert!(!world.zoom.restore_meeting(id), "too late");
}

#[test]
fn a_fault_meets_its_call_its_user_and_its_times_only() {
    let world = World::new();
    let create = Some(ZoomCall::CreateMeeting);
    world.zoom.fault(create, Some(world.a.id.clone()), Fault::Unavailable, 2);
    world.zoom.fault(create, None, Fault::Unavailable, 0);
    assert!(world.create(&world.b, TOMORROW).is_ok());
    assert!(world.list(&world.a, None).is_ok());
    let outcomes = [(); 3].map(|()| again(&world).is_ok());
    assert_eq!(outcomes, [false, false, true]);
}

#[test]
fn a_fault_of_any_call_waits_for_one_that_it_fits() {
    let world = World::new();
    let id = again(&world).unwrap().id;
    world.zoom.fault(None, None, Fault::Gone, 1);
    world.zoom.fault(None, None, Fault::DailyLimit, 1);
    assert!(world.list(&world.a, None).is_ok());
    assert!(block_on(world.client.me(&world.access(&world.b))).is_ok());
    assert!(matches!(world.get(&world.a, id), Err(ZoomError::Gone)));
    assert!(matches!(again(&world), Err(ZoomError::DailyLimit)));
}

#[test]
fn faults_come_in_the_order_they_were_planned() {
    let world = World::new();
    world.zoom.fault(None, None, Fault::PerSecondLimit, 1);
    world.zoom.fault(None, None, Fault::Lost, 1);
    assert!(matches!(again(&world), Err(ZoomError::TooManyRequests)));
    assert!(matches!(again(&world), Err(ZoomError::OutcomeUnknown { .. })));
    assert!(again(&world).is_ok());
}
