//! What was set up can be read back, and put again without loss (R7, R9, R29).

use slotlink::testkit::block_on;
use slotlink::words::{
    Account, AccountId, Calendar, CalendarId, CalendarKind, CalendarRef, Email, FixedLocation,
    LocationSetting, Name, Role, RoundRobinHost, RoundRobinHosts, StaticLink, User, Zone,
};
use slotlink::{Caller, Error, Member};

use crate::world::{World, abc, caller, demo, hours, round_robin, slot_settings, user};

fn place(room: &str) -> LocationSetting {
    let link = StaticLink::new(&format!("https://example.com/{room}")).unwrap();
    LocationSetting::Fixed(FixedLocation::Link(link))
}

fn kind(error: Error) -> &'static str {
    error.kind()
}

/// Account "xyz" with the user "X001" and the calendar "theirs".
fn with_another_account(world: &World) -> Caller {
    let xyz = AccountId::new("xyz").unwrap();
    let account = Account::new(xyz.clone(), Name::new("XYZ").unwrap());
    block_on(world.scheduler.put_account(&account)).unwrap();
    let email = Email::new("x@example.com").unwrap();
    let new = User::new(user("X001"), Name::new("X").unwrap(), email, hours());
    block_on(world.scheduler.put_user(&new)).unwrap();
    block_on(world.scheduler.put_membership(&xyz, &new.id, Role::User)).unwrap();
    let by = Caller::system(xyz.clone());
    let hosts = RoundRobinHosts::new(vec![RoundRobinHost::new(new.id)]).unwrap();
    let id = CalendarRef::new(xyz, CalendarId::new("theirs").unwrap());
    let name = Name::new("Theirs").unwrap();
    let kind = CalendarKind::RoundRobin(hosts);
    let theirs = Calendar::new(id, name, kind, Zone::UTC, slot_settings(30));
    block_on(world.scheduler.put_calendar(&by, &theirs)).unwrap();
    by
}

fn read(world: &World) -> Calendar {
    block_on(world.scheduler.calendar(&caller(), &demo())).unwrap()
}

#[test]
fn r29_a_calendar_is_read_as_it_was_put() {
    let world = World::new(&["A001", "B002"]);
    let put = round_robin(&["B002", "A001"]);
    world.put(&put);
    assert_eq!(read(&world), put);
}

#[test]
fn r7_a_calendar_that_is_read_changed_and_put_keeps_its_locations() {
    let world = World::new(&["A001", "B002"]);
    world.put(&round_robin(&["A001", "B002"]));
    let (by, scheduler) = (caller(), &world.scheduler);
    block_on(scheduler.set_calendar_location(&by, &demo(), None, &place("all"))).unwrap();
    let (b, calendars) = (user("B002"), [demo()]);
    block_on(scheduler.set_default_location(&by, &b, &place("b"))).unwrap();
    block_on(scheduler.apply_default_location(&by, &b, &calendars)).unwrap();

    let mut calendar = read(&world);
    calendar.slot = slot_settings(60);
    world.put(&calendar);

    let mut wanted = round_robin(&["A001", "B002"]);
    wanted.location = Some(place("all"));
    wanted.slot = slot_settings(60);
    let with_b = RoundRobinHost::new(b).with_location(place("b"));
    let hosts = vec![RoundRobinHost::new(user("A001")), with_b];
    wanted.kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).unwrap());
    assert_eq!(read(&world), wanted);
}

#[test]
fn r29_a_calendar_of_many_hosts_is_read_whole() {
    let world = World::new(&[]);
    let ids: Vec<String> = (0..900).map(|n| format!("{n:04}-{}", "u".repeat(100))).collect();
    for id in &ids {
        world.add_user(id);
    }
    let put = round_robin(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    world.put(&put);
    assert_eq!(read(&world), put);
    let members = block_on(world.scheduler.members(&caller())).unwrap();
    assert!(members.iter().map(|member| member.user.id.as_str()).eq(&ids));
}

#[test]
fn r5_calendars_are_those_of_the_account() {
    let world = World::new(&["A001"]);
    let mut second = round_robin(&["A001"]);
    second.id = CalendarId::new("another").unwrap();
    world.put(&round_robin(&["A001"]));
    world.put(&second);
    let theirs = with_another_account(&world);
    let found = block_on(world.scheduler.calendars(&caller())).unwrap();
    assert_eq!(found, [second, round_robin(&["A001"])]);
    let missing = block_on(world.scheduler.calendar(&theirs, &demo())).unwrap_err();
    assert_eq!(kind(missing), "not_found");
}

#[test]
fn r29_an_account_is_read_as_it_was_put() {
    let world = World::new(&[]);
    let put = Account::new(abc(), Name::new("ABC Marketing").unwrap());
    for by in [caller(), Caller::invitee(abc())] {
        assert_eq!(block_on(world.scheduler.account(&by)).unwrap(), put);
    }
    let nobody = Caller::system(AccountId::new("none").unwrap());
    assert_eq!(kind(block_on(world.scheduler.account(&nobody)).unwrap_err()), "not_found");
}

#[test]
fn r9_a_user_is_read_with_the_default_location_that_was_set_since() {
    let world = World::new(&["A001", "B002"]);
    let by = Caller::user(abc(), user("B002"));
    let before = block_on(world.scheduler.user(&by, &user("A001"))).unwrap();
    assert_eq!((before.default_location.clone(), before.hours.clone()), (None, hours()));
    let (system, a) = (caller(), place("a"));
    block_on(world.scheduler.set_default_location(&system, &before.id, &a)).unwrap();
    let after = block_on(world.scheduler.user(&by, &before.id)).unwrap();
    assert_eq!(after, before.with_default_location(a));
}

#[test]
fn r29_members_are_listed_with_their_roles_until_they_are_deleted() {
    let world = World::new(&[]);
    for id in ["B002", "A\u{0}001", "C003"] {
        let email = Email::new("someone@example.com").unwrap();
        let new = User::new(user(id), Name::new("Somebody").unwrap(), email, hours());
        block_on(world.scheduler.put_user(&new)).unwrap();
        let role = if id == "C003" { Role::Admin } else { Role::User };
        block_on(world.scheduler.put_membership(&abc(), &new.id, role)).unwrap();
    }
    with_another_account(&world);
    let listed = || {
        let found = block_on(world.scheduler.members(&caller())).unwrap();
        let shown = |member: Member| (member.user.id.to_string(), member.role);
        found.into_iter().map(shown).collect::<Vec<_>>()
    };
    let of = |id: &str, role| (id.to_owned(), role);
    let (a, b, c) = (of("A\u{0}001", Role::User), of("B002", Role::User), of("C003", Role::Admin));
    assert_eq!(listed(), [a.clone(), b, c.clone()]);
    block_on(world.scheduler.delete_user(&user("B002"))).unwrap();
    assert_eq!(listed(), [a, c]);
    let deleted = block_on(world.scheduler.user(&caller(), &user("B002"))).unwrap_err();
    assert_eq!(kind(deleted), "not_found");
}

#[test]
fn r5_a_user_of_another_account_is_not_there() {
    let world = World::new(&["A001"]);
    let theirs = with_another_account(&world);
    let by = Caller::user(abc(), user("A001"));
    for (by, id) in [(&caller(), "X001"), (&by, "X001"), (&theirs, "A001"), (&by, "nobody")] {
        let missing = block_on(world.scheduler.user(by, &user(id))).unwrap_err();
        assert_eq!(kind(missing), "not_found", "{id} by {by:?}");
    }
}

#[test]
fn r5_invitees_and_outsiders_do_not_read_the_set_up() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    with_another_account(&world);
    let (invitee, outsider) = (Caller::invitee(abc()), Caller::user(abc(), user("X001")));
    let scheduler = &world.scheduler;
    for (by, refused) in [(&invitee, "not_permitted"), (&outsider, "not_a_member")] {
        assert_eq!(kind(block_on(scheduler.members(by)).unwrap_err()), refused);
        assert_eq!(kind(block_on(scheduler.user(by, &user("A001"))).unwrap_err()), refused);
        assert_eq!(kind(block_on(scheduler.calendars(by)).unwrap_err()), refused);
        assert_eq!(kind(block_on(scheduler.calendar(by, &demo())).unwrap_err()), refused);
        let revised = block_on(scheduler.calendar_with_revision(by, &demo()));
        assert_eq!(kind(revised.unwrap_err()), refused);
    }
    assert_eq!(kind(block_on(scheduler.account(&outsider)).unwrap_err()), "not_a_member");
    let member = Caller::user(abc(), user("A001"));
    assert_eq!(block_on(scheduler.calendar(&member, &demo())).unwrap(), read(&world));
}
