//! Rows of every version that there ever was, as files in `tests/rows`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::ports::Row;

#[path = "../../../tests/it/row_file.rs"]
mod row_file;

use row_file::{FiledRow, parse, print};

/// A kind of rows, and how one is read and written again.
pub(super) struct Kind {
    word: &'static str,
    schema: u16,
    rewrite: fn(&FiledRow) -> Result<String, Fault>,
}

impl Kind {
    pub(super) const fn of<R: Record>() -> Self {
        Self { word: R::KIND, schema: R::SCHEMA, rewrite: rewrite::<R> }
    }

    fn file(&self, schema: u16) -> String {
        format!("{}.{schema}.rows", self.word.replace(' ', "-"))
    }

    /// The rows of a version.
    fn rows(&self, schema: u16) -> Vec<FiledRow> {
        let path = folder().join(self.file(schema));
        let missing = |_| panic!("{}", self.advice(schema));
        parse(&fs::read_to_string(&path).unwrap_or_else(missing))
    }

    /// What to do where the file of a version is missing, or the shape is another one than it shows.
    fn advice(&self, schema: u16) -> String {
        let (word, file) = (self.word, self.file(schema));
        let before = if schema > 1 { self.rows(schema - 1) } else { Vec::new() };
        let upgraded = before.into_iter().filter_map(|row| {
            let json = (self.rewrite)(&row).ok()?;
            Some(print(&FiledRow { schema: self.schema, json, ..row }))
        });
        let upgraded: Vec<String> = upgraded.collect();
        format!(
            "tests/rows/{file} is missing or shows another shape. Rows of kind \"{word}\" that are \
             written so stand in stores. If you changed what \"{word}\" rows hold: give the kind a new \
             version in `shapes!`, keep the old shape in an `older` file with a step of \
             `Record::upgrade` from it, and keep rows of the new version in a new file. Never change \
             a file that is there. Rows of the version before, upgraded:\n{}",
            upgraded.join("\n")
        )
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rows")
}

fn stored(row: &FiledRow) -> (Key, Row) {
    let key = Key::from_parts("default".into(), row.partition.clone(), row.sort.clone());
    (key, Row::new(row.schema, row.json.clone().into_bytes()))
}

fn rewrite<R: Record>(row: &FiledRow) -> Result<String, Fault> {
    let (key, row) = stored(row);
    read::<R>(&key, &row).map(|record| serde_json::to_string(&record).unwrap())
}

#[test]
fn rows_of_every_version_are_kept_and_read() {
    for kind in kinds() {
        for schema in 1..=kind.schema {
            let rows = kind.rows(schema);
            assert!(!rows.is_empty(), "{}", kind.advice(schema));
            for row in rows {
                assert_eq!((row.kind().as_str(), row.schema), (kind.word, schema));
                (kind.rewrite)(&row).unwrap_or_else(|fault| panic!("{row:?}: {fault:?}"));
            }
        }
    }
}

/// Else the shape changed, and an older instance would read the new one wrongly.
#[test]
fn rows_of_the_present_version_are_written_as_they_stand() {
    for kind in kinds() {
        for row in kind.rows(kind.schema) {
            let again = (kind.rewrite)(&row).ok();
            assert_eq!(again.as_ref(), Some(&row.json), "{}", kind.advice(kind.schema));
        }
    }
}

/// An upgraded row is one of the present version: reading it again changes nothing.
#[test]
fn upgraded_rows_are_rows_of_the_present_version() {
    for kind in kinds() {
        for row in (1..kind.schema).flat_map(|schema| kind.rows(schema)) {
            let json = (kind.rewrite)(&row).unwrap();
            let upgraded = FiledRow { schema: kind.schema, json: json.clone(), ..row };
            assert_eq!((kind.rewrite)(&upgraded).unwrap(), json);
        }
    }
}

#[test]
fn every_file_belongs_to_a_kind() {
    let wanted: BTreeSet<String> = kinds()
        .iter()
        .flat_map(|kind| (1..=kind.schema).map(|schema| kind.file(schema)))
        .chain(["store.1.rows".to_owned()])
        .collect();
    let there = fs::read_dir(folder()).unwrap();
    let there = there.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), wanted);
}

#[test]
fn a_row_of_newer_code_is_refused_with_what_to_do() {
    for kind in kinds() {
        for row in kind.rows(kind.schema) {
            let newer = FiledRow { schema: kind.schema + 1, ..row };
            let fault = (kind.rewrite)(&newer).unwrap_err();
            let known = kind.schema;
            assert!(
                matches!(fault, Fault::NewerRow { schema, known: k, .. } if schema == known + 1 && k == known),
                "{fault:?}"
            );
            assert!(fault.to_string().contains("deploy the newer version"), "{fault}");
            let (key, stored) = stored(&newer);
            assert!(!is_known(&key, &stored), "background work leaves it alone");
            let never = FiledRow { schema: 0, ..newer };
            assert!(matches!((kind.rewrite)(&never), Err(Fault::Unreadable { .. })));
        }
    }
}

/// All the ways to put a field that nobody knows into one of the objects of a value.
fn with_unknown_field(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("of_tomorrow".into(), 1.into());
            all.push(Value::Object(more));
            for (name, field) in fields {
                for changed in with_unknown_field(field) {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), changed);
                    all.push(Value::Object(fields));
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                for changed in with_unknown_field(item) {
                    let mut items = items.clone();
                    items[at] = changed;
                    all.push(Value::Array(items));
                }
            }
        }
        _ => {}
    }
    all
}

/// Somebody who adds a field and forgets the version loses no data: older code refuses the row,
/// wherever the field stands, instead of dropping it when it writes the row again.
#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    let mut refused = 0;
    for kind in kinds() {
        for row in (1..=kind.schema).flat_map(|schema| kind.rows(schema)) {
            let value: Value = serde_json::from_str(&row.json).unwrap();
            for changed in with_unknown_field(&value) {
                let changed = FiledRow { json: changed.to_string(), ..row.clone() };
                let read = (kind.rewrite)(&changed);
                assert!(matches!(read, Err(Fault::Unreadable { .. })), "{}", changed.json);
                refused += 1;
            }
        }
    }
    assert!(refused > 200, "{refused} objects");
}
