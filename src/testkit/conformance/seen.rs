//! What was seen of a store that does not keep the contract.

use std::fmt;

use crate::ports::{BoxedCause, InvalidChangeSet, Key, StoreError, Versioned};

/// Why a case failed.
#[derive(Debug)]
pub(super) struct Seen(String);

impl Seen {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// Says at which part of the case.
    pub(super) fn at(self, part: impl fmt::Display) -> Self {
        Self(format!("{part}: {self}"))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The error and all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl From<BoxedCause> for Seen {
    fn from(cause: BoxedCause) -> Self {
        Self(chain(&*cause))
    }
}

impl From<StoreError> for Seen {
    fn from(error: StoreError) -> Self {
        Self(chain(&error))
    }
}

impl From<InvalidChangeSet> for Seen {
    fn from(error: InvalidChangeSet) -> Self {
        Self(chain(&error))
    }
}

/// Fails with what was seen, unless it is as it should be.
pub(super) fn ensure(is_so: bool, seen: impl FnOnce() -> String) -> Result<(), Seen> {
    if is_so { Ok(()) } else { Err(Seen(seen())) }
}

/// A key of the suite. Nothing in it is personal.
pub(super) fn shown_key(key: &Key) -> String {
    let bytes = |bytes: &[u8]| cut(bytes.escape_ascii().to_string());
    format!("{}/{}/{}", cut(key.realm().to_owned()), bytes(key.partition()), bytes(key.sort()))
}

pub(super) fn shown_keys<'a>(keys: impl IntoIterator<Item = &'a Key>) -> String {
    let keys: Vec<String> = keys.into_iter().map(shown_key).collect();
    format!("[{}]", keys.join(", "))
}

pub(super) fn shown(found: Option<&Versioned>) -> String {
    let Some(Versioned { version, row }) = found else {
        return "no row".to_owned();
    };
    let json = cut(row.json.escape_ascii().to_string());
    let (bytes, schema, due) = (row.json.len(), row.schema, row.due);
    format!("{json} ({bytes} bytes, schema {schema}, due {due:?}, version {})", version.number())
}

fn cut(text: String) -> String {
    if text.chars().count() <= 60 {
        return text;
    }
    text.chars().take(60).chain(['…']).collect()
}
