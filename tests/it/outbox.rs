//! What participants, hosts and users are to be told is in the outbox, and can be read (R4, R23).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use slotlink::ports::Clock as _;
use slotlink::testkit::{ZoomVisit, block_on};
use slotlink::words::{AppointmentId, PageSize, Role, StatedReason, ZoomAccountId};
use slotlink::{Actor, Caller, Message, MessageCursor, MessageKind, MessagePage, UserMessageKind};

use crate::world::{World, abc, at, caller, request, round_robin, user};

const START: &str = "2026-11-23T00:00:00Z";

fn size(messages: u16) -> PageSize {
    PageSize::new(messages).unwrap()
}

fn open(hosts: &[&str]) -> World {
    let world = World::new(hosts);
    world.put(&round_robin(hosts));
    world
}

fn book(world: &World, start: &str) -> AppointmentId {
    block_on(world.scheduler.book(&caller(), &request(start, "Pat"))).unwrap().id
}

/// All pages, each cursor having been through a URL.
fn all(world: &World, since: &str, size: PageSize) -> Vec<Message> {
    let (mut found, mut page) = (Vec::new(), MessagePage::first(size));
    loop {
        let answer = block_on(world.scheduler.messages(&caller(), at(since), &page)).unwrap();
        assert!(answer.messages.len() <= usize::from(size.appointments()));
        found.extend(answer.messages);
        let Some(next) = answer.next else { return found };
        let read: MessageCursor = next.to_string().parse().unwrap();
        page = MessagePage::after(read, size);
    }
}

fn told(messages: &[Message]) -> Vec<(MessageKind, AppointmentId)> {
    let one = |message: &Message| {
        let [appointment] = message.appointments.iter().collect::<Vec<_>>()[..] else { panic!() };
        (message.kind, *appointment)
    };
    messages.iter().map(one).collect()
}

#[test]
fn r23_each_change_that_people_are_told_of_leaves_a_message() {
    let world = open(&["A001"]);
    let id = book(&world, "2026-11-24T10:00:00Z");
    let moved = at("2026-11-24T11:00:00Z");
    world.clock.advance(TimeDelta::seconds(1));
    block_on(world.scheduler.reschedule(&caller(), id, moved, None)).unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    block_on(world.scheduler.cancel(&caller(), id)).unwrap();
    let found = all(&world, START, PageSize::default());
    let kinds = [MessageKind::Booked, MessageKind::Rescheduled, MessageKind::Cancelled];
    assert_eq!(told(&found), kinds.map(|kind| (kind, id)));
    let seconds: Vec<_> = found.iter().map(|one| one.at).collect();
    let first = at("2026-11-23T08:00:00Z");
    assert_eq!(seconds, [0, 1, 2].map(|second| first + TimeDelta::seconds(second)));
    let ids: BTreeSet<String> = found.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(ids.len(), 3);
    // The same ids whenever they are read.
    assert_eq!(all(&world, START, size(1)), found);
}

#[test]
fn r23_pages_hold_each_message_once() {
    let world = open(&["A001"]);
    let mut booked = Vec::new();
    for day in 24..28 {
        for hour in 9..17 {
            // Several in one second.
            world.clock.advance(TimeDelta::milliseconds(400));
            booked.push(book(&world, &format!("2026-11-{day}T{hour:02}:00:00Z")));
        }
    }
    for messages in [1, 3, 16, 31, 32, 33, 100] {
        let found = all(&world, START, size(messages));
        let ids: Vec<_> = told(&found).into_iter().map(|(_, id)| id).collect();
        assert_eq!(ids, booked, "{messages} a page");
    }
}

#[test]
fn r23_a_full_last_page_is_the_last() {
    let world = open(&["A001"]);
    book(&world, "2026-11-24T10:00:00Z");
    book(&world, "2026-11-24T11:00:00Z");
    let page = MessagePage::first(size(2));
    let found = block_on(world.scheduler.messages(&caller(), at(START), &page)).unwrap();
    assert_eq!((found.messages.len(), found.next), (2, None));
}

#[test]
fn r23_messages_before_an_instant_are_left_out() {
    let world = open(&["A001"]);
    let mut booked = Vec::new();
    for hour in 10..15 {
        booked.push(book(&world, &format!("2026-11-24T{hour}:00:00Z")));
        world.clock.advance(TimeDelta::minutes(3));
    }
    let since = |since| told(&all(&world, since, size(2))).into_iter().map(|(_, id)| id);
    assert!(since("2026-11-23T08:06:00Z").eq(booked[2..].to_vec()));
    // To the second.
    assert!(since("2026-11-23T08:06:00.999Z").eq(booked[2..].to_vec()));
    assert!(since("2026-11-23T08:06:01Z").eq(booked[3..].to_vec()));
    assert!(since("2026-11-23T09:00:00Z").eq([]));
    assert!(since("0000-01-01T00:00:00Z").eq(booked.clone()));
    assert!(since("+250000-01-01T00:00:00Z").eq([]));
}

#[test]
fn r23_a_message_is_found_though_the_clock_was_set_back() {
    let world = open(&["A001"]);
    world.clock.advance(TimeDelta::minutes(2));
    let first = book(&world, "2026-11-24T10:00:00Z");
    world.clock.set(world.clock.now() - TimeDelta::minutes(1));
    let second = book(&world, "2026-11-24T11:00:00Z");
    let found = all(&world, "2026-11-23T08:01:00Z", size(1));
    // By the time of their instances.
    assert_eq!(told(&found), [(MessageKind::Booked, second), (MessageKind::Booked, first)]);
}

#[test]
fn r5_the_outbox_is_for_admins_of_the_account() {
    let world = open(&["A001", "D004"]);
    book(&world, "2026-11-24T10:00:00Z");
    block_on(world.scheduler.put_membership(&abc(), &user("D004"), Role::Admin)).unwrap();
    let page = MessagePage::default();
    let read = |by: &Caller| block_on(world.scheduler.messages(by, at(START), &page));
    let admin = Caller::user(abc(), user("D004"));
    assert_eq!(read(&admin).unwrap().messages.len(), 1);
    for by in [Caller::user(abc(), user("A001")), Caller::invitee(abc())] {
        assert_eq!(read(&by).unwrap_err().kind(), "not_permitted");
    }
    let outsider = Caller::user(abc(), user("nobody"));
    assert_eq!(read(&outsider).unwrap_err().kind(), "not_a_member");
}

fn zoom(id: &str) -> ZoomAccountId {
    ZoomAccountId::new(id).unwrap()
}

fn user_is_told(world: &World, actor: &Actor) -> Vec<UserMessageKind> {
    let found = block_on(world.scheduler.messages_to_user(actor, &user("A001"))).unwrap();
    found.into_iter().map(|one| one.kind).collect()
}

#[test]
fn r23_a_user_is_told_that_their_tokens_died() {
    let world = open(&["A001"]);
    let own = Actor::User(user("A001"));
    assert_eq!(user_is_told(&world, &own), []);
    world.zoom.void_refresh_tokens(None);
    world.clock.advance(TimeDelta::days(40));
    world.settle();
    for actor in [own, Actor::System] {
        let found = block_on(world.scheduler.messages_to_user(&actor, &user("A001"))).unwrap();
        let [one] = &found[..] else { panic!("{found:?}") };
        assert_eq!(one.kind, UserMessageKind::ReconnectZoom);
        assert_eq!((&one.zoom, one.at), (&zoom("zoom-A001"), world.clock.now()));
    }
}

#[test]
fn r4_a_user_is_told_what_was_done_in_their_name_and_other_admins_are_not() {
    let world = open(&["A001"]);
    for id in ["D004", "E005"] {
        world.add_user(id);
        block_on(world.scheduler.put_membership(&abc(), &user(id), Role::Admin)).unwrap();
    }
    let as_user = |admin: &str| {
        let reason = StatedReason::new("A asked on the phone").unwrap();
        Actor::logged_in_as(user(admin), user("A001"), reason)
    };
    let (d, e) = (as_user("D004"), as_user("E005"));
    block_on(world.scheduler.disconnect_zoom(&d, &user("A001"))).unwrap();
    world.clock.advance(TimeDelta::seconds(1));
    let visit = ZoomVisit::new(&world.scheduler, &world.zoom);
    block_on(visit.connect_as(&d, &user("A001"), &zoom("zoom-A001"))).unwrap();
    let by = user("D004");
    let done = [
        UserMessageKind::DisconnectedForYou { by: by.clone() },
        UserMessageKind::ConnectedForYou { by },
    ];
    for actor in [Actor::User(user("A001")), Actor::System, d] {
        assert_eq!(user_is_told(&world, &actor), done);
    }
    assert_eq!(user_is_told(&world, &e), []);
}

#[test]
fn r5_what_a_user_is_told_is_for_them() {
    let world = open(&["A001", "B002"]);
    let others = [Actor::User(user("B002")), Actor::Invitee];
    for actor in others {
        let refused = block_on(world.scheduler.messages_to_user(&actor, &user("A001")));
        assert_eq!(refused.unwrap_err().kind(), "not_permitted");
    }
    let nobody = block_on(world.scheduler.messages_to_user(&Actor::System, &user("nobody")));
    assert_eq!(nobody.unwrap_err().kind(), "not_found");
}
