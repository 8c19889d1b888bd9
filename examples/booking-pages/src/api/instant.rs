//! Instants and periods as the API writes them.

use std::str;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use serde::{Serialize, Serializer};
use slotlink::words::Interval;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// An instant: RFC 3339, whole seconds, UTC.
///
/// A page of slots has thousands of them, so that they are written without allocating.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Instant(pub(crate) DateTime<Utc>);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match text(self.0).as_ref().map(|text| str::from_utf8(text)) {
            Some(Ok(text)) => serializer.serialize_str(text),
            // Not of the years that the crate works with.
            _ => serializer.collect_str(&self.0.format("%Y-%m-%dT%H:%M:%SZ")),
        }
    }
}

/// `2026-11-24T15:00:00Z`
fn text(at: DateTime<Utc>) -> Option<[u8; 20]> {
    let [c, y] = [at.year().div_euclid(100), at.year().rem_euclid(100)];
    let [c1, c0] = digits(u32::try_from(c).ok()?)?;
    let [y1, y0] = digits(u32::try_from(y).ok()?)?;
    let [m1, m0] = digits(at.month())?;
    let [d1, d0] = digits(at.day())?;
    let [h1, h0] = digits(at.hour())?;
    let [n1, n0] = digits(at.minute())?;
    let [s1, s0] = digits(at.second())?;
    Some([
        c1, c0, y1, y0, b'-', m1, m0, b'-', d1, d0, b'T', h1, h0, b':', n1, n0, b':', s1, s0, b'Z',
    ])
}

/// The two digits of a number up to 99.
fn digits(number: u32) -> Option<[u8; 2]> {
    let number = u8::try_from(number).ok().filter(|number| *number < 100)?;
    Some([b'0' + number / 10, b'0' + number % 10])
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .pattern(Some(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"))
            .description(Some("An instant: RFC 3339, whole seconds, UTC."))
            .examples(["2026-11-24T15:00:00Z"])
            .into()
    }
}

impl ToSchema for Instant {}

/// From a start to an end, which is no part of it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct Period {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
}

impl From<Interval> for Period {
    fn from(interval: Interval) -> Self {
        Self { start: Instant(interval.start()), end: Instant(interval.end()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_chrono_writes_it_and_read_back() {
        for second in [0, 951_782_399, 1_795_532_405, 4_107_542_399, 7_258_118_400] {
            let at = DateTime::from_timestamp(second, 0).unwrap();
            let json = serde_json::to_value(Instant(at)).unwrap();
            assert_eq!(json, crate::when::machine(at));
            assert_eq!(crate::when::instant(json.as_str().unwrap()), Ok(at));
        }
    }

    #[test]
    fn far_years_do_not_panic() {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(serde_json::to_string(&Instant(at)).is_ok());
        }
    }
}
