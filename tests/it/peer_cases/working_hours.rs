//! When a host is open: family `working_hours`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc, Weekday};
use serde_json::Value;
use slotlink::rules::open_times;
use slotlink::words::{Hours, Interval, InvalidWindow, WeeklyHours, Window, Zone};

use super::{Range, family, instant, range, ranges};

/// Cases that slotlink decides otherwise on purpose, and why.
const DIFFERENT: [(&str, &str); 2] = [
    ("wh-05", "a window that ends before it starts is refused, not ignored"),
    ("wh-16", "hours keep one zone; who travels changes their hours"),
];

#[test]
fn hosts_are_open_as_with_peers() {
    let (mut equal, mut different) = (0, 0);
    for case in family("working_hours") {
        let id = case["id"].as_str().unwrap();
        match DIFFERENT.iter().any(|(known, _)| *known == id) {
            false => {
                assert_equal(&case, id);
                equal += 1;
            }
            true => {
                assert_different(&case, id);
                different += 1;
            }
        }
    }
    assert_eq!((equal, different), (9, 2), "equal, different");
}

fn assert_equal(case: &Value, id: &str) {
    let (from, to) = (instant(&case["from"]), instant(&case["to"]));
    let open = open(&hours(case).unwrap(), (from, to));
    let expect = case["expect"].as_object().unwrap();
    for (what, expected) in expect {
        match what.as_str() {
            // The peers' lists are unmerged, but nothing in these cases touches.
            "ranges" | "merged" => assert_eq!(open, ranges(expected), "{id}"),
            "count" => assert_eq!(Some(open.len()), as_count(expected), "{id}"),
            "first" => assert_eq!(open.first(), Some(&range(expected)), "{id}"),
            "last" => assert_eq!(open.last(), Some(&range(expected)), "{id}"),
            "contains" => {
                assert!(ranges(expected).iter().all(|one| open.contains(one)), "{id}: {open:?}");
            }
            "last_local_date" => {
                let last = zone(case).date(open.last().unwrap().0);
                assert_eq!(last.to_string(), expected.as_str().unwrap(), "{id}");
            }
            other => panic!("{id}: {other} is not known"),
        }
    }
}

fn assert_different(case: &Value, id: &str) {
    if id == "wh-05" {
        let refused = hours(case).unwrap_err();
        assert!(matches!(refused, InvalidWindow::EndNotAfterStart { .. }), "{refused}");
        return;
    }
    // As at home; the peer differs on the dates of travel, and only there.
    let hours = hours(case).unwrap();
    let is_at_home = |date: &str| {
        let travels = case["travel"].as_array().unwrap().iter();
        let mut away = travels.map(|travel| {
            let to = travel.get("to_date").and_then(Value::as_str).unwrap_or("9999-12-31");
            travel["from_date"].as_str().unwrap()..=to
        });
        !away.any(|dates| dates.contains(&date))
    };
    for (text, expected) in case["expect"]["by_local_date"].as_object().unwrap() {
        let date: NaiveDate = text.parse().unwrap();
        let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc();
        let at = |edge: &Value| format!("{date}T{}", edge.as_str().unwrap().replace('Z', ":00Z"));
        let expected: Vec<Range> =
            vec![(at(&expected[0]).parse().unwrap(), at(&expected[1]).parse().unwrap())];
        let open = open(&hours, (midnight, midnight + TimeDelta::days(1)));
        assert_eq!(open == expected, is_at_home(text), "{id} {date}");
    }
}

fn as_count(count: &Value) -> Option<usize> {
    count.as_u64().and_then(|count| count.try_into().ok())
}

fn zone(case: &Value) -> Zone {
    case["tz"].as_str().unwrap().parse().unwrap()
}

fn window(rule: &Value) -> Result<Window, InvalidWindow> {
    format!("{}-{}", rule["start"].as_str().unwrap(), rule["end"].as_str().unwrap()).parse()
}

fn list<'a>(case: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    case.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn hours(case: &Value) -> Result<Hours, InvalidWindow> {
    let mut days: BTreeMap<u8, Vec<Window>> = BTreeMap::new();
    for rule in list(case, "rules") {
        for day in rule["days"].as_array().unwrap() {
            // Peers begin their weeks on Sunday.
            let day = u8::try_from((day.as_u64().unwrap() + 6) % 7).unwrap();
            days.entry(day).or_default().push(window(rule)?);
        }
    }
    let weekly = days.into_iter().fold(WeeklyHours::new(), |weekly, (day, windows)| {
        weekly.with(Weekday::try_from(day).unwrap(), windows)
    });
    let mut hours = Hours::new(zone(case)).with_weekly(weekly);
    for date in list(case, "overrides") {
        let windows = vec![window(date)?];
        hours = hours.with_override(date["date"].as_str().unwrap().parse().unwrap(), windows);
    }
    Ok(hours)
}

/// Peers end days a millisecond early; ours are whole seconds.
fn open(hours: &Hours, (from, to): Range) -> Vec<Range> {
    let whole = |at: DateTime<Utc>| at.round_subsecs(0);
    let within = Interval::new(whole(from), whole(to)).unwrap();
    open_times(hours, within).into_iter().map(|open| (open.start(), open.end())).collect()
}
