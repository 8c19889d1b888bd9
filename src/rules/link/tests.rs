use uuid::Uuid;

use super::*;
use crate::rules::retry::Spread;
use crate::words::{AccountId, CalendarId, CalendarRef, Interval, Occupant, UserId};

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn appointment(n: u128) -> AppointmentId {
    AppointmentId::from_uuid(Uuid::from_u128(n))
}

fn zoom() -> ZoomAccountId {
    ZoomAccountId::new("zoom-a").unwrap()
}

fn link(n: u128) -> Link {
    let calendar =
        CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new("demo").unwrap());
    let owner = Occupant::User(UserId::new("A001").unwrap());
    let core = Interval::try_from((10_000, 11_800)).unwrap();
    let slot = SlotKey { calendar, owner, core };
    Link::new(LinkId::from_uuid(Uuid::from_u128(n)), slot, Topic::fit("Demo"), appointment(1), NOW)
}

fn created(n: i64) -> CallResult {
    let join_url = JoinUrl::new(&format!("https://zoom.example/j/{n}")).unwrap();
    CallResult::Created { zoom: zoom(), id: MeetingId::new(n), join_url }
}

const SETTLED: DateTime<Utc> = DateTime::from_timestamp(130, 0).unwrap();

/// Sends a call, which is named by the time.
fn begin(link: &mut Link, call: Call) {
    let (attempt, zoom) = (Uuid::from_u128(1), Some(zoom()));
    link.begin(Sending { call, attempt, zoom, since: NOW, look_at: SETTLED });
}

/// Does the step that is due, as the worker would.
fn work(link: &mut Link, result: CallResult) -> LinkNews {
    match link.step(NOW) {
        Some(Step::Call(call)) => begin(link, call),
        other => panic!("no call is due, but {other:?}"),
    }
    link.finish(result, NOW)
}

fn made(n: u128) -> Link {
    let mut link = link(n);
    assert_eq!(work(&mut link, created(7)), LinkNews::Ready);
    assert_eq!(link.step(NOW), None);
    link
}

#[test]
fn r13_the_last_one_who_leaves_drops_the_link() {
    let mut link = made(1);
    link.used_by.insert(appointment(2));
    assert!(!link.leave(appointment(1), None, NOW));
    assert_eq!(link.step(NOW), None, "another appointment uses it");
    assert!(link.leave(appointment(2), None, NOW));
    assert_eq!(link.step(NOW), Some(Step::Call(Call::Delete { meeting: MeetingId::new(7) })));
    work(&mut link, CallResult::NoSuchMeeting);
    assert_eq!((link.step(NOW), link.due()), (None, None), "gone is gone");
    assert_eq!(link.state(Some(&zoom())), LinkState::Dropped);
}

#[test]
fn r16_a_create_never_sent_and_its_cancel_cost_nothing() {
    let mut link = link(1);
    link.leave(appointment(1), None, NOW);
    assert_eq!((link.step(NOW), link.due()), (None, None));
}

#[test]
fn r13_a_link_dropped_while_its_create_is_out_is_deleted_when_the_answer_comes() {
    let mut link = link(1);
    begin(&mut link, Call::Create { topic: Topic::fit("Demo") });
    link.leave(appointment(1), None, NOW);
    assert_eq!(link.step(NOW), None, "nothing is called while a call is out");
    assert_eq!(link.finish(created(7), NOW), LinkNews::None);
    assert_eq!(link.step(NOW), Some(Step::Call(Call::Delete { meeting: MeetingId::new(7) })));
}

#[test]
fn r12_only_a_new_topic_is_worth_a_call() {
    let mut link = made(1);
    link.rename(Topic::fit("Demo"), NOW);
    assert_eq!(link.step(NOW), None);
    link.rename(Topic::fit("Other"), NOW);
    link.rename(Topic::fit("Demo"), NOW);
    assert_eq!(link.step(NOW), None, "renamed there and back before anything was sent");
    link.rename(Topic::fit("Other"), NOW);
    work(&mut link, CallResult::Done);
    assert_eq!(link.step(NOW), None);
}

#[test]
fn r13_a_meeting_that_a_person_deleted_is_made_anew() {
    let mut link = made(1);
    link.rename(Topic::fit("Other"), NOW);
    work(&mut link, CallResult::NoSuchMeeting);
    assert_eq!(link.state(Some(&zoom())), LinkState::Pending, "the dead address is not shown");
    assert_eq!(work(&mut link, created(8)), LinkNews::Changed);
}

#[test]
fn r14_the_old_link_waits_for_the_new_one() {
    let (mut old, mut new) = (made(1), link(2));
    assert!(old.leave(appointment(1), Some(&mut new), NOW));
    assert_eq!((old.step(NOW), old.due()), (None, None));
    work(&mut new, created(8));
    assert_eq!(new.step(NOW), Some(Step::ReleaseReplaced));
    assert_eq!(new.take_replaced(9), [old.id]);
    assert_eq!(new.step(NOW), None);
    old.release(NOW);
    assert_eq!(old.step(NOW), Some(Step::Call(Call::Delete { meeting: MeetingId::new(7) })));
}

#[test]
fn r14_what_waited_for_a_link_that_was_never_made_waits_for_its_replacement() {
    let (mut first, mut second, mut third) = (made(1), link(2), link(3));
    first.leave(appointment(1), Some(&mut second), NOW);
    second.leave(appointment(1), Some(&mut third), NOW);
    assert_eq!((second.step(NOW), second.due()), (None, None), "never sent: nothing to do");
    assert_eq!(third.replaces, BTreeSet::from([first.id]));
    third.leave(appointment(1), None, NOW);
    assert_eq!(third.step(NOW), Some(Step::ReleaseReplaced), "given up: the first may go");
}

#[test]
fn r14_a_replacement_that_is_made_already_frees_the_old_link_at_once() {
    let (mut old, mut new) = (made(1), made(2));
    old.leave(appointment(1), Some(&mut new), NOW);
    assert!(matches!(old.step(NOW), Some(Step::Call(Call::Delete { .. }))));
}

#[test]
fn r14_what_a_link_was_to_replace_may_go_when_it_is_given_up() {
    let (mut old, mut new) = (made(1), link(2));
    old.leave(appointment(1), Some(&mut new), NOW);
    assert!(!new.is_given_up());
    work(&mut new, CallResult::Parked(ParkReason::RefusedByZoom));
    assert!(new.is_given_up());
    assert_eq!(new.take_replaced(9), [old.id]);
    assert_eq!((new.state(None), new.due()), (parked(ParkReason::RefusedByZoom), None));
    let mut late = made(4);
    late.leave(appointment(1), Some(&mut new), NOW);
    assert!(late.due().is_some(), "nobody waits for it any more");
    let mut waits = link(3);
    waits.park(ParkReason::NotConnected, NOW);
    assert!(!waits.is_given_up(), "it is made once its owner connects");
}

fn parked(reason: ParkReason) -> LinkState {
    LinkState::Parked { reason }
}

#[test]
fn r16_a_slot_that_starts_before_the_reset_is_parked() {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let mut link = link(1);
    assert_eq!(link.defer(at(9_000), NOW), LinkNews::Deferred);
    assert_eq!(link.state(None), LinkState::Deferred { until: at(9_000) });
    assert_eq!(link.due(), Some(at(9_000)));
    assert_eq!(link.defer(at(10_001), NOW), LinkNews::Parked);
    assert_eq!(link.state(None), LinkState::Parked { reason: ParkReason::Quota });
}

#[test]
fn r16_a_change_of_what_is_wanted_does_not_end_a_deferral() {
    let reset = DateTime::from_timestamp(9_000, 0).unwrap();
    let mut link = made(1);
    link.rename(Topic::fit("Other"), NOW);
    assert_eq!(link.defer(reset, NOW), LinkNews::None, "its users have a link");
    link.rename(Topic::fit("Another"), NOW);
    assert_eq!(link.due(), Some(reset));
    link.leave(appointment(1), None, NOW);
    assert_eq!(link.due(), Some(reset), "a delete is a request, too");
}

#[test]
fn a_doubtful_outcome_stays_pending_and_is_not_repeated_blindly() {
    let mut link = link(1);
    assert_eq!(work(&mut link, CallResult::Unknown), LinkNews::None);
    assert_eq!((link.step(NOW), link.due()), (None, Some(SETTLED)));
    assert_eq!(link.state(Some(&zoom())), LinkState::Pending);
    assert_eq!(link.step(SETTLED), Some(Step::Look(Some(zoom()))));
}

#[test]
fn after_the_slot_nothing_is_deleted_or_made() {
    let end = link(1).slot.core.end();
    let mut dropped = made(1);
    dropped.leave(appointment(1), None, NOW);
    assert_eq!(dropped.step(end), Some(Step::Forget));
    assert_eq!(link(2).step(end), Some(Step::Forget));
}

#[test]
fn a_parked_link_wakes_when_its_owner_connects() {
    let mut link = link(1);
    assert_eq!(link.park(ParkReason::NotConnected, NOW), LinkNews::Parked);
    // When its slot is over, nobody has to connect for it any more.
    let over = Some(link.slot.core.end());
    assert_eq!((link.park(ParkReason::NotConnected, NOW), link.due()), (LinkNews::None, over));
    link.wake(&zoom(), NOW);
    assert_eq!(link.due(), Some(NOW));
}

#[test]
fn r6_a_link_on_a_zoom_account_that_is_not_connected_is_unmanaged() {
    let other = ZoomAccountId::new("zoom-b").unwrap();
    assert!(matches!(made(1).state(Some(&other)), LinkState::Unmanaged { .. }));
    assert!(matches!(made(1).state(None), LinkState::Unmanaged { .. }));
}

#[test]
fn retries_double_from_2_seconds_to_15_minutes() {
    let mut link = link(1);
    let mut waits = Vec::new();
    for _ in 0..12 {
        begin(&mut link, Call::Create { topic: Topic::fit("Demo") });
        waits.push((link.retry_at(NOW, Spread::NONE) - NOW).num_seconds());
        link.finish(CallResult::Later(NOW), NOW);
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
}

#[test]
fn r14_what_waits_for_a_doubtful_create_goes_when_that_is_dropped_or_over() {
    let (mut old, mut new) = (made(1), link(2));
    old.leave(appointment(1), Some(&mut new), NOW);
    work(&mut new, CallResult::Unknown);
    let end = new.slot.core.end();
    assert_eq!((new.due(), new.step(NOW)), (Some(SETTLED), None));
    assert_eq!(new.step(end), Some(Step::ReleaseReplaced));
    new.leave(appointment(1), None, NOW);
    assert_eq!((new.due(), new.step(NOW)), (Some(NOW), Some(Step::ReleaseReplaced)));
}

#[test]
fn r14_a_release_does_not_wait_for_the_quota_of_a_dropped_link() {
    let reset = DateTime::from_timestamp(9_000, 0).unwrap();
    for result in [CallResult::Deferred(reset), CallResult::Later(reset)] {
        let (mut old, mut new) = (made(1), link(2));
        old.leave(appointment(1), Some(&mut new), NOW);
        begin(&mut new, Call::Create { topic: Topic::fit("Demo") });
        new.leave(appointment(1), None, NOW);
        assert_eq!(new.finish(result, NOW), LinkNews::None, "nobody uses it any more");
        assert_eq!(new.due(), Some(NOW));
    }
}

#[test]
fn what_is_given_up_stays_so_when_its_release_fails() {
    let (mut old, mut new) = (made(1), link(2));
    old.leave(appointment(1), Some(&mut new), NOW);
    work(&mut new, CallResult::Parked(ParkReason::RefusedByZoom));
    new.push_back(NOW, Spread::NONE);
    let due = new.due().unwrap();
    assert!(due > NOW);
    assert_eq!(new.step(due), Some(Step::ReleaseReplaced));
    assert_eq!(new.state(None), parked(ParkReason::RefusedByZoom));
}

#[test]
fn the_links_that_wait_for_one_fit_its_row() {
    let mut last = link(1);
    for n in 0..3 {
        let mut crowded = link(2 + n);
        crowded.replaces = (0..399).map(|i| LinkId::from_uuid(Uuid::from_u128(i << n))).collect();
        crowded.leave(appointment(1), Some(&mut last), NOW);
    }
    assert!(last.replaces.len() <= MOST_REPLACED);
}

mod look;
mod staff;
