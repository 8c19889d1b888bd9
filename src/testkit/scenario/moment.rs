//! Instants and hours as scenarios write them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, Timelike as _, Utc, Weekday};
use serde::Deserialize;

use crate::words::{WeeklyHours, Window};

/// An instant: RFC 3339 in UTC with `Z`, whole seconds.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(try_from = "String")]
pub(super) struct At(pub(super) DateTime<Utc>);

impl TryFrom<String> for At {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let form = "%Y-%m-%dT%H:%M:%SZ";
        let read = NaiveDateTime::parse_from_str(&text, form).ok();
        // chrono reads leap seconds and numbers of other widths, too.
        read.filter(|local| local.nanosecond() == 0 && local.format(form).to_string() == text)
            .map(|local| Self(local.and_utc()))
            .ok_or_else(|| format!("an instant is written 2026-11-24T15:00:00Z, not {text:?}"))
    }
}

/// An instant as answers write it.
pub(super) fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// Weekly hours: keys `mon` to `sun`, or ranges such as `mon-fri`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, Vec<Window>>")]
pub(super) struct Week(pub(super) WeeklyHours);

impl TryFrom<BTreeMap<String, Vec<Window>>> for Week {
    type Error = String;
    fn try_from(given: BTreeMap<String, Vec<Window>>) -> Result<Self, String> {
        let mut seen = Vec::new();
        let mut hours = WeeklyHours::new();
        for (key, windows) in given {
            for day in days(&key)? {
                if seen.contains(&day) {
                    return Err(format!("{key}: this day is given twice"));
                }
                seen.push(day);
                hours = hours.with(day, windows.clone());
            }
        }
        Ok(Self(hours))
    }
}

fn days(key: &str) -> Result<Vec<Weekday>, String> {
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    let (first, last) = (day(first)?, day(last)?);
    let mut days = vec![first];
    let mut next = first;
    while next != last {
        next = next.succ();
        days.push(next);
    }
    Ok(days)
}

fn day(name: &str) -> Result<Weekday, String> {
    match name {
        "mon" => Ok(Weekday::Mon),
        "tue" => Ok(Weekday::Tue),
        "wed" => Ok(Weekday::Wed),
        "thu" => Ok(Weekday::Thu),
        "fri" => Ok(Weekday::Fri),
        "sat" => Ok(Weekday::Sat),
        "sun" => Ok(Weekday::Sun),
        _ => Err(format!("a day is mon, tue, wed, thu, fri, sat or sun, not {name:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_whole_seconds_of_utc() {
        let at = At::try_from("2026-11-24T15:00:00Z".to_owned()).unwrap();
        assert_eq!(text(at.0), "2026-11-24T15:00:00Z");
        for bad in [
            "2026-11-24T15:00:00",
            "2026-11-24T15:00:00+00:00",
            "2026-11-24T15:00:00.5Z",
            "2026-11-24 15:00:00Z",
            "2026-2-4T15:00:00Z",
            "2026-02-30T15:00:00Z",
            "2016-12-31T23:59:60Z",
            "tomorrow",
        ] {
            assert!(At::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_range_of_days_may_pass_the_end_of_the_week() {
        assert_eq!(days("mon").unwrap(), [Weekday::Mon]);
        assert_eq!(days("sat-mon").unwrap(), [Weekday::Sat, Weekday::Sun, Weekday::Mon]);
        assert!(days("mon-").is_err() && days("Mon").is_err() && days("").is_err());
        let twice = r#"{"mon-fri": ["09:00-12:00"], "fri": []}"#;
        assert!(serde_json::from_str::<Week>(twice).is_err());
    }
}
