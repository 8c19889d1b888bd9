//! Instants in rows, as RFC 3339 has them.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// Writes an instant as chrono does, without its formatter for the ones that rows hold: whole seconds of
/// the years that have four digits. A booking writes eight of them.
pub(crate) fn serialize<S: Serializer>(
    at: &DateTime<Utc>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = text(*at);
    match text.as_ref().map(|text| std::str::from_utf8(text)) {
        Some(Ok(text)) => serializer.serialize_str(text),
        _ => at.serialize(serializer),
    }
}

/// `None`: it has fewer or more than four digits of a year, or parts of a second.
fn text(at: DateTime<Utc>) -> Option<[u8; 20]> {
    let at = at.naive_utc();
    let year = u32::try_from(at.year()).ok().filter(|year| (1000..10_000).contains(year))?;
    if at.nanosecond() != 0 {
        return None;
    }
    let mut text = *b"0000-00-00T00:00:00Z";
    let pairs = [
        (0, year / 100),
        (2, year % 100),
        (5, at.month()),
        (8, at.day()),
        (11, at.hour()),
        (14, at.minute()),
        (17, at.second()),
    ];
    for (place, number) in pairs {
        let digits = text.get_mut(place..)?.first_chunk_mut::<2>()?;
        *digits = [digit(number / 10)?, digit(number % 10)?];
    }
    Some(text)
}

/// `None`: it is none.
fn digit(number: u32) -> Option<u8> {
    u8::try_from(number).ok().filter(|number| *number < 10).map(|number| b'0' | number)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Serialize)]
    struct Row {
        #[serde(serialize_with = "serialize")]
        at: DateTime<Utc>,
        same: DateTime<Utc>,
    }

    fn both(at: DateTime<Utc>) -> (String, String) {
        let json = serde_json::to_value(Row { at, same: at }).unwrap();
        (json["at"].to_string(), json["same"].to_string())
    }

    proptest! {
        #[test]
        fn an_instant_is_written_as_chrono_does(
            second in DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp(),
            recent in 0..7_258_118_401_i64,
            nanos in prop_oneof![Just(0), 0..2_000_000_000_u32],
        ) {
            for second in [second, recent] {
                for nanos in [0, nanos] {
                    if let Some(at) = DateTime::from_timestamp(second, nanos) {
                        let (ours, theirs) = both(at);
                        prop_assert_eq!(ours, theirs);
                    }
                }
            }
        }
    }

    #[test]
    fn edges_are_written_as_chrono_does() {
        for text in [
            "0999-12-31T23:59:59Z",
            "1000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2016-12-31T23:59:60Z",
        ] {
            let (ours, theirs) = both(text.parse().unwrap());
            assert_eq!(ours, theirs);
            assert_eq!(ours, format!("\"{text}\""));
        }
    }
}
