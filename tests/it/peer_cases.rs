//! The cases of peers' own tests, restated as data: `tests/data/peer-cases.json`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use serde_json::Value;
use slotlink::words::{Hours, TimeOfDay, Window, Zone};

mod group_availability;
mod interval_ops;
mod limits;
mod round_robin;
mod starts;
mod working_hours;

/// The cases of a family, as they stand in the file.
fn family(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../data/peer-cases.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

/// Two instants.
type Range = (DateTime<Utc>, DateTime<Utc>);

fn instant(text: &Value) -> DateTime<Utc> {
    text.as_str().unwrap().parse().unwrap()
}

/// An instant as text, or a number of minutes after 1970-01-01T00:00:00Z.
fn range(edges: &Value) -> Range {
    let at = |edge: &Value| match edge.as_i64() {
        Some(minutes) => DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes),
        None => instant(edge),
    };
    (at(&edges[0]), at(&edges[1]))
}

fn ranges(list: &Value) -> Vec<Range> {
    list.as_array().unwrap().iter().map(range).collect()
}

/// Hours that are open just then: windows of dates in UTC, cut at midnight.
fn open_at(ranges: &[Range]) -> Hours {
    let mut dates: BTreeMap<NaiveDate, Vec<Window>> = BTreeMap::new();
    for (start, end) in ranges {
        let mut at = *start;
        while at < *end {
            let midnight = at.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
            let to = *end.min(&(midnight + TimeDelta::days(1)));
            let time = |edge: DateTime<Utc>| {
                let minutes = (edge - midnight).num_minutes();
                assert_eq!(edge.second(), 0);
                TimeOfDay::new(minutes.try_into().unwrap()).unwrap()
            };
            dates
                .entry(at.date_naive())
                .or_default()
                .push(Window::new(time(at), time(to)).unwrap());
            at = to;
        }
    }
    let closed = Hours::new(Zone::UTC);
    dates.into_iter().fold(closed, |hours, (date, windows)| hours.with_override(date, windows))
}
