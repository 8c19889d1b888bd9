//! What the form does not show stays as it is.

use slotlink::words::{
    DateRange, FixedLocation, GridOffset, Lapse, LocationSetting, Phone, Weight,
};

use super::*;

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn calendar(kind: CalendarKind) -> Calendar {
    let account = AccountId::new("abc").unwrap();
    let id = CalendarRef::new(account, CalendarId::new("demo").unwrap());
    let slot = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(15).unwrap())
        .with_offset(GridOffset::new(5).unwrap())
        .with_buffers(Buffer::new(10).unwrap(), Buffer::new(20).unwrap())
        .with_seats(Seats::new(3).unwrap());
    let zone = Zone::new("Asia/Kathmandu").unwrap();
    let mut calendar = Calendar::new(id, Name::new("Demo").unwrap(), kind, zone, slot);
    let dates = DateRange::new("2026-12-01".parse().unwrap(), "2026-12-31".parse().unwrap());
    calendar.window = BookingWindow::Dates(dates.unwrap());
    calendar.lapse = Some(Lapse::new(60).unwrap());
    calendar.confirmation = Confirmation::ByHost;
    calendar.cancel_notice = Notice::new(90).unwrap();
    calendar.quota = QuotaPolicy::Refuse;
    let phone = FixedLocation::Phone(Phone::new("+49 30 1").unwrap());
    calendar.location = Some(LocationSetting::Fixed(phone));
    calendar
}

fn revision() -> Revision {
    "0198c4a0-0000-7000-8000-000000000001".parse().unwrap()
}

/// Reads back what the form shows of a calendar, without a change.
fn saved(calendar: &Calendar) -> Calendar {
    let mut wrong = Wrong::default();
    let read = Typed::of(calendar, revision()).read(&calendar.account, Some(calendar), &mut wrong);
    read.unwrap_or_else(|| panic!("{wrong:?}"))
}

/// R10: the links of its slots are made on the Zoom account of the primary host.
#[test]
fn a_collective_calendar_keeps_its_primary_host_and_its_hosts_locations() {
    let hosts = CollectiveHosts::new(vec![
        CollectiveHost::required(user("ann")).with_location(LocationSetting::Ask),
        CollectiveHost::optional(user("ben")),
        CollectiveHost::required(user("cleo")),
    ]);
    let hosts = hosts.unwrap().with_primary(user("cleo")).unwrap();
    let calendar = calendar(CalendarKind::Collective(hosts));
    assert_eq!(saved(&calendar), calendar);
}

#[test]
fn a_round_robin_keeps_weights_priorities_and_when_hosts_joined() {
    let joined = "2026-11-01T00:00:00Z".parse().unwrap();
    let hosts = RoundRobinHosts::new(vec![
        RoundRobinHost::new(user("ann")).with_weight(Weight::new(7).unwrap()).with_joined(joined),
        RoundRobinHost::new(user("ben")).with_priority(-3).with_location(LocationSetting::Zoom),
    ]);
    let calendar = calendar(CalendarKind::RoundRobin(hosts.unwrap()));
    assert_eq!(saved(&calendar), calendar);
}

#[test]
fn who_joins_a_round_robin_later_is_credited_from_now_on() {
    let hosts = RoundRobinHosts::new(vec![RoundRobinHost::new(user("ann"))]).unwrap();
    let calendar = calendar(CalendarKind::RoundRobin(hosts));
    let mut typed = Typed::of(&calendar, revision());
    typed.host.push("ben".to_owned());
    let read = typed.read(&calendar.account, Some(&calendar), &mut Wrong::default()).unwrap();
    let CalendarKind::RoundRobin(hosts) = read.kind else { panic!("it changed its kind") };
    let joined = |id: &str| hosts.as_slice().iter().find(|host| host.user == user(id));
    assert_eq!(joined("ann").unwrap().joined, None);
    assert!(joined("ben").unwrap().joined.is_some());
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let typed = Typed {
        id: ".new".to_owned(),
        kind: "round_robin".to_owned(),
        zone: "Mars".to_owned(),
        length: "4".to_owned(),
        every: "often".to_owned(),
        location: "link".to_owned(),
        place: "nowhere".to_owned(),
        ..Typed::default()
    };
    let mut wrong = Wrong::default();
    assert_eq!(typed.read(&AccountId::new("abc").unwrap(), None, &mut wrong), None);
    for field in ["id", "name", "zone", "length", "every", "seats", "notice", "window", "place"] {
        assert!(wrong.with(field).is_some(), "{field}: {wrong:?}");
    }
}
