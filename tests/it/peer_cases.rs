//! The cases of peers' own tests, restated as data: `tests/data/peer-cases.json`.

use serde_json::Value;

mod round_robin;

/// The cases of a family, as they stand in the file.
fn family(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../data/peer-cases.json")).unwrap();
    all[name].as_array().unwrap().clone()
}
