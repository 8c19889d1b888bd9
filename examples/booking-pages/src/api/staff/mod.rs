//! The part of the host application itself.

pub(crate) mod act;
pub(crate) mod appointments;
pub(crate) mod explain;
pub(crate) mod messages;

use std::fmt::Display;

use slotlink::words::PageSize;

use crate::web::form::Wrong;

/// How many are wanted: 50, if nothing is said that can be read.
fn page_size(wrong: &mut Wrong, limit: Option<&str>) -> PageSize {
    let read = |limit: &str| {
        let limit = limit.parse::<u32>().map_err(|_| "give a number from 1 to 100".to_owned())?;
        PageSize::try_from(limit).map_err(|error| error.to_string())
    };
    optional(wrong, "limit", limit, read).unwrap_or_default()
}

/// A parameter, if it was given and can be read.
fn optional<T, E: Display>(
    wrong: &mut Wrong,
    field: &'static str,
    given: Option<&str>,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    given.and_then(|text| wrong.take(field, read(text)))
}
