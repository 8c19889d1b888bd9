//! The body of a create or an update, checked as Zoom checks it.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::answer::Answer;
use crate::words::MAX_TOPIC_CHARS;

const MAX_AGENDA_CHARS: usize = 2000;
/// "Scheduled meeting".
const SCHEDULED: i64 = 2;

/// What a body asks for; what it leaves out is none.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) topic: Option<String>,
    pub(super) agenda: Option<String>,
    pub(super) start: Option<DateTime<Utc>>,
    pub(super) minutes: Option<i64>,
}

impl Fields {
    /// Boxed, since an answer is a good deal larger than the fields.
    pub(super) fn read(body: &[u8]) -> Result<Self, Box<Answer>> {
        let object: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| Box::new(Answer::bad_json()))?;
        Self::of(&object).map_err(|field| Box::new(Answer::invalid(field)))
    }

    /// The name of the field that is not legal, or the fields.
    fn of(object: &Map<String, Value>) -> Result<Self, &'static str> {
        let number = |field| optional(object, field, Value::as_i64);
        if number("type")?.is_some_and(|kind| kind != SCHEDULED) {
            return Err("type");
        }
        let minutes = number("duration")?;
        if minutes.is_some_and(|minutes| !(1..=1440).contains(&minutes)) {
            return Err("duration");
        }
        optional(object, "settings", |value| value.as_object().map(|_| ()))?;
        if optional(object, "timezone", text)?.is_some_and(|zone| zone != "UTC") {
            return Err("timezone");
        }
        Ok(Self {
            topic: short(object, "topic", MAX_TOPIC_CHARS)?,
            agenda: short(object, "agenda", MAX_AGENDA_CHARS)?,
            start: optional(object, "start_time", time)?,
            minutes,
        })
    }
}

/// A field that may be absent, but not of another type.
fn optional<T>(
    object: &Map<String, Value>,
    field: &'static str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, &'static str> {
    object.get(field).map(|value| read(value).ok_or(field)).transpose()
}

fn short(
    object: &Map<String, Value>,
    field: &'static str,
    max_chars: usize,
) -> Result<Option<String>, &'static str> {
    let fitting = |value: &Value| text(value).filter(|text| text.chars().count() <= max_chars);
    optional(object, field, fitting)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// With `Z` it is UTC; without, wall-clock time in `timezone`, which here is UTC too.
fn time(value: &Value) -> Option<DateTime<Utc>> {
    let text = value.as_str()?;
    NaiveDateTime::parse_from_str(text.strip_suffix('Z').unwrap_or(text), "%Y-%m-%dT%H:%M:%S")
        .ok()
        .map(|local| local.and_utc())
}
