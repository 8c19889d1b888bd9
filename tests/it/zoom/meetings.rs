//! Meetings of the simulated Zoom.

use chrono::TimeDelta;
use serde_json::{Value, json};
use slotlink::ports::{NewMeeting, ZoomApi, ZoomError};
use slotlink::testkit::block_on;
use slotlink::words::{Interval, Topic};

use super::world::{World, at, half_hour};

const TOMORROW: &str = "2026-11-24T15:00:00Z";

#[test]
fn a_meeting_is_made_read_renamed_and_deleted() {
    let world = World::new();
    let made = world.create(&world.a, TOMORROW).unwrap();
    assert_eq!(made.start, Some(at(TOMORROW)));
    assert_eq!((made.topic.as_str(), made.agenda.as_str()), ("Demo", "[ref:1]"));
    world.rename(&world.a, made.id, "Demo 😀").unwrap();
    let read = world.get(&world.a, made.id).unwrap();
    assert_eq!(read.topic, "Demo 😀");
    assert_eq!((read.id, read.join_url), (made.id, made.join_url));
    world.delete(&world.a, made.id).unwrap();
    assert!(world.zoom.meetings().is_empty());
    assert_eq!(world.requests(&world.a), 3);
}

#[test]
fn a_meeting_has_eleven_digits_and_a_link_of_its_own_with_a_passcode() {
    let world = World::new();
    let meetings = [(); 50].map(|()| world.create(&world.a, TOMORROW).unwrap());
    for meeting in &meetings {
        assert_eq!(meeting.id.to_string().len(), 11);
        let link = meeting.join_url.as_str();
        assert!(link.starts_with(&format!("https://zoom.example/j/{}?pwd=", meeting.id)));
    }
    let mut links: Vec<_> = meetings.iter().map(|meeting| &meeting.join_url).collect();
    links.sort();
    links.dedup();
    assert_eq!(links.len(), 50);
}

#[test]
fn an_agenda_is_whole_in_a_read_and_cut_to_250_characters_in_a_list() {
    let world = World::new();
    let agenda = "ö".repeat(300);
    let meeting = NewMeeting::new(Topic::fit("Demo"), half_hour(TOMORROW), agenda.clone());
    let made = block_on(world.client.create_meeting(&world.access(&world.a), &meeting)).unwrap();
    assert_eq!(world.get(&world.a, made.id).unwrap().agenda, agenda);
    let listed = world.list(&world.a, None).unwrap().meetings.remove(0);
    assert_eq!(listed.agenda, "ö".repeat(250));
    assert_eq!(world.zoom.meetings()[0].agenda, agenda);
}

#[test]
fn a_list_holds_what_is_to_come_of_this_user() {
    let mut world = World::new();
    let made = |user, start| world.create(user, start).unwrap().id;
    let later = made(&world.a, "2026-11-25T15:00:00Z");
    let sooner = made(&world.a, TOMORROW);
    made(&world.b, TOMORROW);
    assert_eq!(world.listed(&world.a), [sooner, later]);
    // A meeting that goes on is still to come, as far as Zoom is concerned.
    world.set("2026-11-24T15:29:59Z");
    assert_eq!(world.upcoming(&world.a), [sooner, later]);
    world.set("2026-11-24T15:30:00Z");
    assert_eq!(world.upcoming(&world.a), [later]);
    world.delete(&world.a, later).unwrap();
    assert_eq!(world.upcoming(&world.a), []);
    assert_eq!(world.listed(&world.a), [sooner], "it has not expired");
}

#[test]
fn a_list_of_what_is_to_come_ends_after_six_months() {
    let world = World::new();
    let near = world.create(&world.a, "2027-05-23T08:00:00Z").unwrap().id;
    let far = world.create(&world.a, "2027-05-23T08:00:01Z").unwrap().id;
    assert_eq!(world.upcoming(&world.a), [near]);
    assert_eq!(world.listed(&world.a), [near, far]);
}

#[test]
fn a_long_list_comes_in_pages_that_changes_do_not_shift() {
    let world = World::new();
    let mut made = Vec::new();
    for minutes in 1..=301 {
        let start = at(TOMORROW) + TimeDelta::minutes(minutes);
        let interval = Interval::new(start, start + TimeDelta::minutes(5)).unwrap();
        made.push(world.zoom.make_meeting(&world.a.id, "By hand", interval));
    }
    let first = world.list(&world.a, None).unwrap();
    assert_eq!(first.meetings.len(), 300);
    assert!(world.zoom.delete_meeting(made[0]));
    let second = world.list(&world.a, first.next.as_ref()).unwrap();
    assert_eq!(second.meetings.len(), 1);
    assert_eq!(second.meetings[0].id, made[300]);
    assert_eq!(second.next, None);
}

#[test]
fn a_page_token_is_good_for_15_minutes_and_for_its_user() {
    let world = World::new();
    for _ in 0..301 {
        world.zoom.make_meeting(&world.a.id, "By hand", half_hour(TOMORROW));
    }
    let next = world.list(&world.a, None).unwrap().next;
    let refused = |user| {
        matches!(
            world.list(user, next.as_ref()),
            Err(ZoomError::Refused { status: 400, code: Some(300), .. })
        )
    };
    assert!(!refused(&world.a));
    assert!(refused(&world.b));
    world.clock.advance(TimeDelta::minutes(15));
    assert!(refused(&world.a));
}

#[test]
fn a_meeting_of_another_user_or_a_deleted_one_is_gone() {
    let world = World::new();
    let theirs = world.create(&world.b, TOMORROW).unwrap().id;
    let deleted = world.create(&world.a, TOMORROW).unwrap().id;
    world.delete(&world.a, deleted).unwrap();
    for id in [theirs, deleted] {
        let outcomes = [
            world.get(&world.a, id).map(drop),
            world.rename(&world.a, id, "Mine"),
            world.delete(&world.a, id),
        ];
        for outcome in outcomes {
            assert!(matches!(outcome, Err(ZoomError::Gone)), "{outcome:?}");
        }
    }
    assert_eq!(world.get(&world.b, theirs).unwrap().topic, "Demo");
}

#[test]
fn a_meeting_expires_30_days_after_its_start() {
    let mut world = World::new();
    let id = world.create(&world.a, TOMORROW).unwrap().id;
    world.set("2026-12-24T15:00:00Z");
    assert!(world.get(&world.a, id).is_ok());
    world.set("2026-12-24T15:00:01Z");
    assert!(matches!(world.get(&world.a, id), Err(ZoomError::Gone)));
}

#[test]
fn a_start_that_is_past_becomes_now() {
    let world = World::new();
    let made = world.create(&world.a, "2026-11-20T08:00:00Z").unwrap();
    assert_eq!(made.start, Some(at("2026-11-23T08:00:00Z")));
}

#[test]
fn an_update_to_a_start_that_is_past_is_answered_with_204_and_ignored() {
    let world = World::new();
    let id = world.create(&world.a, TOMORROW).unwrap().id;
    let start = |start: &str| {
        let body = json!({"start_time": start}).to_string();
        let answer = world.raw(&world.a, "PATCH", &format!("/meetings/{id}"), &body);
        assert_eq!(answer.status(), 204);
        assert!(answer.body().is_empty());
        world.get(&world.a, id).unwrap().start.unwrap()
    };
    assert_eq!(start("2026-11-23T07:59:59Z"), at(TOMORROW));
    assert_eq!(start("2026-11-25T10:00:00Z"), at("2026-11-25T10:00:00Z"));
}

#[test]
fn what_zoom_does_not_take_is_refused_with_the_field() {
    let world = World::new();
    for (field, body) in [
        ("topic", json!({"topic": "x".repeat(201)})),
        ("topic", json!({"topic": 7})),
        ("agenda", json!({"agenda": "x".repeat(2001)})),
        ("duration", json!({"duration": 0})),
        ("duration", json!({"duration": 1441})),
        ("duration", json!({"duration": "30"})),
        ("start_time", json!({"start_time": "tomorrow"})),
        ("type", json!({"type": 5})),
        ("settings", json!({"settings": []})),
    ] {
        let answer = world.raw(&world.a, "POST", "/users/me/meetings", &body.to_string());
        assert_eq!(answer.status(), 400, "{body}");
        let told: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(told["code"], 300);
        assert_eq!(told["errors"][0]["field"], field);
    }
    for body in ["", "[]", "{\"topic\":"] {
        let answer = world.raw(&world.a, "POST", "/users/me/meetings", body);
        let told: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(told["message"], "Request Body should be a valid JSON object.");
    }
    assert!(world.zoom.meetings().is_empty());
    assert_eq!(world.requests(&world.a), 12);
}

#[test]
fn a_page_holds_at_most_300() {
    let world = World::new();
    for (size, status) in [("300", 200), ("301", 400), ("0", 400), ("x", 400)] {
        let path = format!("/users/me/meetings?page_size={size}");
        assert_eq!(world.raw(&world.a, "GET", &path, "").status(), status);
    }
}

#[test]
fn what_a_person_does_in_zoom_counts_as_no_request() {
    let world = World::new();
    let id = world.zoom.make_meeting(&world.a.id, "By hand", half_hour(TOMORROW));
    assert_eq!(world.get(&world.a, id).unwrap().topic, "By hand");
    assert!(world.zoom.delete_meeting(id));
    assert!(!world.zoom.delete_meeting(id));
    assert!(matches!(world.get(&world.a, id), Err(ZoomError::Gone)));
    assert_eq!(world.requests(&world.a), 0);
}

#[test]
fn meetings_are_sorted_by_zoom_user_then_by_start() {
    let world = World::new();
    for (user, start) in [
        (&world.b, "2026-11-24T09:00:00Z"),
        (&world.a, "2026-11-25T09:00:00Z"),
        (&world.a, "2026-11-24T09:00:00Z"),
    ] {
        world.create(user, start).unwrap();
    }
    let meetings = world.zoom.meetings();
    let order: Vec<_> = meetings
        .iter()
        .map(|meeting| format!("{} {}", meeting.zoom, meeting.start.date_naive()))
        .collect();
    assert_eq!(order, ["zoom-a 2026-11-24", "zoom-a 2026-11-25", "zoom-b 2026-11-24"]);
}

#[test]
fn the_same_calls_have_the_same_answers() {
    let run = || {
        let world = World::new();
        let meetings = [(); 3].map(|()| world.create(&world.a, TOMORROW).unwrap());
        (meetings, world.a.token.expose().to_owned(), world.zoom.meetings())
    };
    assert_eq!(run(), run());
}
