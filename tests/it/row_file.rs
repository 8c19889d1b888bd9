//! Rows in files that people can read: those that earlier versions wrote are kept so.
//!
//! A row is three lines, and an empty one follows: its place (partition, then sort, with bytes that are no
//! plain text as `%` and two hex digits), its schema version and when it is due, and its JSON.

use std::fmt::Write;

/// A row as it stands in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FiledRow {
    pub(crate) partition: Vec<u8>,
    pub(crate) sort: Vec<u8>,
    pub(crate) schema: u16,
    /// RFC 3339.
    pub(crate) due: Option<String>,
    pub(crate) json: String,
}

impl FiledRow {
    /// The word that the sort begins with.
    pub(crate) fn kind(&self) -> String {
        let word = self.sort.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(word).into_owned()
    }
}

pub(crate) fn print(row: &FiledRow) -> String {
    let (partition, sort) = (escape(&row.partition), escape(&row.sort));
    let due = row.due.as_ref().map(|due| format!(", due {due}")).unwrap_or_default();
    format!("{partition} / {sort}\nschema {}{due}\n{}\n", row.schema, row.json)
}

pub(crate) fn parse(file: &str) -> Vec<FiledRow> {
    file.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).map(parse_row).collect()
}

fn parse_row(block: &str) -> FiledRow {
    let lines: Vec<&str> = block.lines().collect();
    let [place, about, json] = lines[..] else { panic!("three lines make a row: {block}") };
    let (partition, sort) = place.split_once(" / ").unwrap();
    let (schema, due) = match about.split_once(", due ") {
        Some((schema, due)) => (schema, Some(due.to_owned())),
        None => (about, None),
    };
    let schema = schema.strip_prefix("schema ").unwrap().parse().unwrap();
    let (partition, sort) = (unescape(partition), unescape(sort));
    FiledRow { partition, sort, schema, due, json: json.to_owned() }
}

fn escape(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_graphic() && !b"%/".contains(byte) {
            text.push(char::from(*byte));
        } else {
            write!(text, "%{byte:02X}").unwrap();
        }
        text
    })
}

fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: Vec<u8> = rest.by_ref().take(2).collect();
            let digits = std::str::from_utf8(&digits).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    bytes
}
