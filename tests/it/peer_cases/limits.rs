//! On which dates something counts: family `limits`, through the services.

use chrono::TimeDelta;
use serde_json::Value;
use slotlink::BookRequest;
use slotlink::testkit::block_on;
use slotlink::words::{
    BookingWindow, Calendar, DateRange, Hours, Limit, Limits, PeriodLimits, Seats, User,
    WeeklyHours, Window, Zone,
};

use super::{family, instant};
use crate::world::{World, caller, demo, invitee, round_robin, slot_settings, user};

#[test]
fn dates_are_limited_as_with_peers() {
    let equal = family("limits").iter().map(assert_equal).count();
    assert_eq!(equal, 3, "all of them equal");
}

/// A limit of the calendar, and one of its only host.
fn assert_equal(case: &Value) {
    let id = case["id"].as_str().unwrap();
    let zone: Zone = case["zone"].as_str().unwrap().parse().unwrap();
    let expected = match case["expect"].as_str().unwrap() {
        "allowed" => true,
        "rejected" => false,
        other => panic!("{id}: {other} is not known"),
    };
    let limits = limit(case);
    for limits in [Limits::default().with_calendar(limits), Limits::default().with_host(limits)] {
        assert_eq!(is_bookable(case, zone, limits), expected, "{id}");
    }
}

fn is_bookable(case: &Value, zone: Zone, limits: Limits) -> bool {
    let world = World::new(&["A001"]);
    world.clock.set(instant(&case["request"]) - TimeDelta::days(3));
    put_open_host(&world);
    let mut calendar = round_robin(&["A001"]);
    calendar.zone = zone;
    calendar.limits = limits;
    calendar.slot = slot_settings(30).with_seats(Seats::new(2).unwrap());
    windowed(case, &mut calendar);
    world.put(&calendar);
    let book = |start: &Value| {
        let request = BookRequest::new(demo(), instant(start), invitee("Pat"));
        block_on(world.scheduler.book(&caller(), &request))
    };
    let starts = |field: &str| case.get(field).and_then(Value::as_array).cloned();
    for start in starts("cancelled").unwrap_or_default() {
        let gone = book(&start).unwrap().id;
        block_on(world.scheduler.cancel(&caller(), gone)).unwrap();
    }
    for start in starts("existing").unwrap_or_default() {
        book(&start).unwrap();
    }
    match book(&case["request"]) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), "slot_unavailable");
            false
        }
    }
}

/// The only host is always open.
fn put_open_host(world: &World) {
    let always: Window = "00:00-24:00".parse().unwrap();
    let days = (0..7).map(|day| day.try_into().unwrap());
    let hours = Hours::new(Zone::UTC).with_weekly(WeeklyHours::new().on(days, &[always]));
    let (name, email) = ("User A".parse().unwrap(), "a@example.com".parse().unwrap());
    let host = User::new(user("A001"), name, email, hours);
    block_on(world.scheduler.put_user(&host)).unwrap();
}

fn limit(case: &Value) -> PeriodLimits {
    let Some(limit) = case.get("limit") else { return PeriodLimits::default() };
    assert_eq!(limit["per"], "day");
    let most = u16::try_from(limit["max"].as_u64().unwrap()).unwrap();
    PeriodLimits::default().with_per_day(Limit::new(most).unwrap())
}

fn windowed(case: &Value, calendar: &mut Calendar) {
    if let Some(window) = case.get("booking_window") {
        let date = |name: &str| window[name].as_str().unwrap().parse().unwrap();
        let dates = DateRange::new(date("first_date"), date("last_date")).unwrap();
        calendar.window = BookingWindow::Dates(dates);
    }
}
