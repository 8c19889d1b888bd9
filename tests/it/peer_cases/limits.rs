//! On which dates something counts: family `limits`.

use chrono::NaiveDate;
use serde_json::Value;
use slotlink::rules::{Group, SlotRules, offer_at};
use slotlink::words::{BookingWindow, DateRange, Hours, Notice, WeeklyHours, Window, Zone};

use super::starts::{host, rules};
use super::{family, instant};

#[test]
fn dates_are_limited_as_with_peers() {
    let equal = family("limits").iter().map(assert_equal).count();
    assert_eq!(equal, 3, "all of them equal");
}

fn assert_equal(case: &Value) {
    let id = case["id"].as_str().unwrap();
    let zone: Zone = case["zone"].as_str().unwrap().parse().unwrap();
    let expected = match case["expect"].as_str().unwrap() {
        "allowed" => true,
        "rejected" => false,
        other => panic!("{id}: {other} is not known"),
    };
    let full = full_dates(case, zone);
    // A limit of the calendar, and one of its only host.
    assert_eq!(is_bookable(case, zone, &full, &[]), expected, "{id}");
    assert_eq!(is_bookable(case, zone, &[], &full), expected, "{id}");
}

fn is_bookable(case: &Value, zone: Zone, calendar: &[DateRange], of_host: &[DateRange]) -> bool {
    let always: Window = "00:00-24:00".parse().unwrap();
    let days = (0..7).map(|day| day.try_into().unwrap());
    let hours = Hours::new(zone).with_weekly(WeeklyHours::new().on(days, &[always]));
    let request = instant(&case["request"]);
    let rules = windowed(case, rules(Group::RoundRobin, zone, 30, 30));
    let rules = rules.with_full_dates(calendar.to_vec());
    let host = host(0, &hours).with_full_dates(of_host.to_vec());
    offer_at(&rules, &[host], request, request).is_some()
}

fn windowed(case: &Value, rules: SlotRules) -> SlotRules {
    let Some(window) = case.get("booking_window") else { return rules };
    let date = |name: &str| window[name].as_str().unwrap().parse().unwrap();
    let dates =
        BookingWindow::Dates(DateRange::new(date("first_date"), date("last_date")).unwrap());
    let (calendar, group) = (rules.calendar().clone(), rules.group().clone());
    SlotRules::new(calendar, group, rules.zone(), *rules.slot(), Notice::NONE, dates)
}

/// The dates of live appointments, as many as the limit allows on one.
fn full_dates(case: &Value, zone: Zone) -> Vec<DateRange> {
    let Some(limit) = case.get("limit") else { return Vec::new() };
    assert_eq!(limit["per"], "day");
    let live = case["existing"].as_array().unwrap();
    let dates: Vec<NaiveDate> = live.iter().map(|at| zone.date(instant(at))).collect();
    let count = |date: &&NaiveDate| dates.iter().filter(|other| other == date).count() as u64;
    let full = dates.iter().filter(|date| count(date) >= limit["max"].as_u64().unwrap());
    full.map(|date| DateRange::new(*date, *date).unwrap()).collect()
}
