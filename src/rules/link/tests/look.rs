//! R17: what became of calls whose answer was lost, and what people do in Zoom.

use chrono::TimeDelta;

use super::*;

fn after(minutes: i64) -> DateTime<Utc> {
    NOW + TimeDelta::minutes(minutes)
}

fn found(n: i64) -> Found {
    let join_url = JoinUrl::new(&format!("https://zoom.example/j/{n}")).unwrap();
    Found { id: MeetingId::new(n), join_url, topic: "Demo".to_owned() }
}

/// What is seen at Zoom while no meeting of the link is known.
fn seen(link: &Link, marked: &[i64]) -> Sighting {
    let marked = marked.iter().copied().map(found).collect();
    Sighting { zoom: zoom(), attempt: link.attempt(), own: Own::None, marked }
}

/// The same, with the link's own meeting as Zoom says that it is.
fn seen_with(link: &Link, own: Own, marked: &[i64]) -> Sighting {
    Sighting { own, ..seen(link, marked) }
}

fn there(n: i64) -> Own {
    Own::There { id: MeetingId::new(n), topic: "Demo".to_owned() }
}

const fn gone(n: i64) -> Own {
    Own::Gone { id: MeetingId::new(n) }
}

fn delete(n: i64) -> Option<Step> {
    Some(Step::Call(Call::Delete { meeting: MeetingId::new(n) }))
}

/// So soon after a look that found nothing a call is tried again.
const AGAIN: DateTime<Utc> = DateTime::from_timestamp(132, 0).unwrap();

const LOOK: fn() -> Option<Step> = || Some(Step::Look(Some(zoom())));

fn learn(link: &mut Link, seen: Sighting, now: DateTime<Utc>) -> (LinkNews, Option<i64>) {
    let Learned { news, surplus } = link.learn(seen, now, Spread::NONE);
    (news, surplus.map(MeetingId::number))
}

/// A create whose answer was lost.
fn in_doubt() -> Link {
    let mut link = link(1);
    work(&mut link, CallResult::Unknown);
    link
}

#[test]
fn what_was_made_is_adopted_and_looked_for_again() {
    let mut link = in_doubt();
    let seen_at_first = seen(&link, &[7]);
    assert_eq!(learn(&mut link, seen_at_first, SETTLED), (LinkNews::Ready, None));
    assert!(matches!(link.state(Some(&zoom())), LinkState::Ready { .. }));
    // The slot starts after 10,000 seconds: the last look is ten minutes before.
    for at in [after(10), after(60), after(0) + TimeDelta::seconds(9_400)] {
        let before = at - TimeDelta::seconds(1);
        assert_eq!((link.due(), link.step(before), link.step(at)), (Some(at), None, LOOK()));
        let again = seen_with(&link, there(7), &[7]);
        assert_eq!(learn(&mut link, again, at), (LinkNews::None, None));
    }
    assert_eq!(link.due(), None);
}

#[test]
fn what_was_not_made_is_made_anew() {
    let mut link = in_doubt();
    let nothing = seen(&link, &[]);
    assert_eq!(learn(&mut link, nothing, SETTLED), (LinkNews::None, None));
    assert_eq!((link.step(SETTLED), link.due()), (None, Some(AGAIN)));
    assert_eq!(link.step(AGAIN), Some(Step::Call(Call::Create { topic: Topic::fit("Demo") })));
}

#[test]
fn each_try_in_doubt_costs_a_request_so_waits_grow() {
    let mut link = link(1);
    let (mut now, mut waits) = (NOW, Vec::new());
    for _ in 0..5 {
        let Some(Step::Call(call)) = link.step(now) else { panic!("no call is due") };
        let (attempt, zoom, look_at) = (Uuid::from_u128(1), Some(zoom()), now);
        link.begin(Sending { call, attempt, zoom, since: now, look_at });
        let nothing = seen(&link, &[]);
        learn(&mut link, nothing, now);
        let again = link.work_due().unwrap();
        waits.push((again - now).num_seconds());
        now = again;
    }
    assert_eq!(waits, [2, 4, 8, 16, 32]);
}

#[test]
fn what_appears_late_is_too_many() {
    let mut link = in_doubt();
    let nothing = seen(&link, &[]);
    learn(&mut link, nothing, SETTLED);
    assert_eq!(work_at(&mut link, created(8), AGAIN), LinkNews::Ready);
    let late = seen_with(&link, there(8), &[7, 8]);
    assert_eq!(learn(&mut link, late, after(10)), (LinkNews::None, Some(7)));
    begin(&mut link, Call::Delete { meeting: MeetingId::new(7) });
    link.finish(CallResult::Done, after(10));
    assert!(matches!(link.state(Some(&zoom())), LinkState::Ready { .. }), "its own meeting stays");
    assert_eq!(link.step(after(10)), None, "lists lag");
    assert_eq!(link.step(after(11)), LOOK(), "there may be more");
    let sound = seen_with(&link, there(8), &[8]);
    assert_eq!(learn(&mut link, sound, after(11)), (LinkNews::None, None));
    assert_eq!(link.due(), Some(after(60)));
}

/// Does the call that is due then.
fn work_at(link: &mut Link, result: CallResult, now: DateTime<Utc>) -> LinkNews {
    match link.step(now) {
        Some(Step::Call(call)) => begin(link, call),
        other => panic!("no call is due, but {other:?}"),
    }
    link.finish(result, now)
}

#[test]
fn of_several_the_lowest_is_adopted_and_the_others_are_too_many() {
    let mut link = in_doubt();
    let both = seen(&link, &[9, 7]);
    assert_eq!(learn(&mut link, both, SETTLED), (LinkNews::Ready, Some(9)));
    assert_eq!(link.meeting_id(), Some(MeetingId::new(7)));
}

#[test]
fn a_surplus_that_cannot_be_deleted_does_not_hold_up_the_link() {
    let mut link = in_doubt();
    let both = seen(&link, &[7, 9]);
    learn(&mut link, both, SETTLED);
    begin(&mut link, Call::Delete { meeting: MeetingId::new(9) });
    link.finish(CallResult::Parked(ParkReason::RefusedByZoom), SETTLED);
    let in_an_hour = SETTLED + TimeDelta::hours(1);
    assert_eq!((link.step(SETTLED), link.due()), (None, Some(in_an_hour)));
    link.rename(Topic::fit("Other"), SETTLED);
    assert!(matches!(link.step(SETTLED), Some(Step::Call(Call::Rename { .. }))));
}

#[test]
fn r13_a_link_dropped_in_doubt_is_deleted_once_it_is_found() {
    let mut link = in_doubt();
    link.leave(appointment(1), None, NOW);
    assert_eq!((link.step(NOW), link.due()), (None, Some(SETTLED)));
    let made = seen(&link, &[7]);
    assert_eq!(learn(&mut link, made, SETTLED), (LinkNews::None, None));
    assert_eq!(link.step(SETTLED), delete(7));
}

#[test]
fn r13_what_is_not_found_of_a_dropped_link_is_looked_for_still() {
    let mut link = in_doubt();
    link.leave(appointment(1), None, NOW);
    let nothing = seen(&link, &[]);
    learn(&mut link, nothing, SETTLED);
    assert_eq!((link.step(SETTLED), link.due()), (None, Some(after(10))));
    let late = seen(&link, &[7]);
    learn(&mut link, late, after(10));
    assert_eq!(link.step(after(10)), delete(7));
}

#[test]
fn r13_a_deleted_meeting_that_a_person_restores_is_deleted_again() {
    let mut link = made(1);
    link.leave(appointment(1), None, NOW);
    work(&mut link, CallResult::Done);
    link.suspect(&zoom(), NOW);
    assert_eq!(link.step(NOW), LOOK());
    let restored = seen(&link, &[7]);
    learn(&mut link, restored, NOW);
    assert_eq!(link.step(NOW), delete(7));
}

#[test]
fn r13_a_meeting_that_zoom_says_is_gone_is_made_anew() {
    let mut link = made(1);
    link.suspect(&zoom(), NOW);
    let lost = seen_with(&link, gone(7), &[]);
    assert_eq!(learn(&mut link, lost, NOW), (LinkNews::None, None));
    assert_eq!(link.state(Some(&zoom())), LinkState::Pending, "the dead address is not shown");
    assert_eq!(work(&mut link, created(8)), LinkNews::Changed);
}

#[test]
fn a_meeting_whose_marker_was_edited_away_is_not_lost() {
    let mut link = made(1);
    link.suspect(&zoom(), NOW);
    let unmarked = seen_with(&link, there(7), &[]);
    learn(&mut link, unmarked, NOW);
    assert_eq!((link.meeting_id(), link.due()), (Some(MeetingId::new(7)), None));
}

#[test]
fn what_was_seen_before_another_call_went_out_decides_nothing() {
    let mut link = in_doubt();
    let old = seen(&link, &[]);
    let nothing = old.clone();
    learn(&mut link, nothing, SETTLED);
    let Some(Step::Call(call)) = link.step(AGAIN) else { panic!("it is made anew") };
    let (attempt, zoom) = (Uuid::from_u128(2), Some(zoom()));
    link.begin(Sending { call, attempt, zoom, since: AGAIN, look_at: after(5) });
    assert_eq!(learn(&mut link, old, AGAIN), (LinkNews::None, None));
    assert!(link.is_out(attempt));
    let half_seen = seen_with(&link, Own::None, &[7]);
    let half_seen = Sighting { attempt: Some(Uuid::from_u128(1)), ..half_seen };
    assert_eq!(learn(&mut link, half_seen, AGAIN), (LinkNews::None, None));
    assert_eq!(link.meeting_id(), None, "the answer is on its way");
    let too_soon = seen(&link, &[]);
    learn(&mut link, too_soon, after(4));
    assert!(link.is_out(attempt), "it can have its effect still");
}

#[test]
fn a_rename_in_doubt_is_not_sent_again_if_zoom_shows_it() {
    let renaming = || {
        let mut link = made(1);
        link.rename(Topic::fit("Other"), NOW);
        work(&mut link, CallResult::Unknown);
        assert_eq!(link.step(SETTLED), LOOK());
        link
    };
    let mut done = renaming();
    let shown = Own::There { id: MeetingId::new(7), topic: "Other".to_owned() };
    let shown = seen_with(&done, shown, &[7]);
    learn(&mut done, shown, SETTLED);
    assert_eq!((done.step(SETTLED), done.due()), (None, None));
    let mut lost = renaming();
    let not_shown = seen_with(&lost, there(7), &[7]);
    learn(&mut lost, not_shown, SETTLED);
    assert!(matches!(lost.step(AGAIN), Some(Step::Call(Call::Rename { .. }))));
}

#[test]
fn r6_what_is_in_doubt_on_an_account_that_is_not_connected_waits_for_it() {
    let mut link = in_doubt();
    link.cannot_look(&zoom(), SETTLED);
    assert!(link.waits_for_owner());
    let create = Some(Step::Call(Call::Create { topic: Topic::fit("Demo") }));
    assert_eq!(link.step(SETTLED), create, "on the one that is connected");
    let other = ZoomAccountId::new("zoom-b").unwrap();
    assert!(!link.can_go_on_with(&other));
    link.wake(&other, after(5));
    assert!(link.can_go_on_with(&zoom()));
    link.wake(&zoom(), after(6));
    assert_eq!(link.step(after(6)), LOOK());
}

#[test]
fn what_the_staff_gave_up_while_a_call_was_out_stays_so() {
    let mut link = link(1);
    begin(&mut link, Call::Create { topic: Topic::fit("Demo") });
    link.abandon(NOW);
    link.finish(CallResult::Later(NOW), NOW);
    assert_eq!((link.step(NOW), link.due()), (None, None));
}

#[test]
fn when_the_slot_is_over_nothing_is_looked_for() {
    let mut link = in_doubt();
    let end = link.slot.core.end();
    assert_eq!(link.step(end), Some(Step::Forget));
    link.forget();
    assert_eq!((link.step(end), link.due()), (None, None));
    link.suspect(&zoom(), end);
    assert_eq!(link.due(), None);
}
