//! Whether an answer is what a scenario expects.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The names that expectations bound so far.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, Value>);

/// A place where the answer is not as expected.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Mismatch {
    pub(super) path: String,
    pub(super) expected: String,
    pub(super) got: String,
}

/// What a scalar of an expectation means.
enum Meaning<'a> {
    Binds(&'a str),
    Differs(&'a str),
    Anything,
    Contains(&'a str),
    Absent,
    Object(&'a Map<String, Value>),
    Array(&'a [Value]),
    Scalar(&'a Value),
}

impl<'a> Meaning<'a> {
    fn of(expected: &'a Value) -> Self {
        match expected {
            Value::Null => Self::Absent,
            Value::Array(items) => Self::Array(items),
            Value::Object(fields) => match (fields.len(), fields.get("contains")) {
                (1, Some(Value::String(text))) => Self::Contains(text),
                _ => Self::Object(fields),
            },
            Value::String(text) => match text.strip_prefix("!$") {
                Some(name) if !name.is_empty() => Self::Differs(name),
                _ => match text.strip_prefix('$') {
                    Some(name) if !name.is_empty() => Self::Binds(name),
                    _ if text == "*" => Self::Anything,
                    _ => Self::Scalar(expected),
                },
            },
            Value::Bool(_) | Value::Number(_) => Self::Scalar(expected),
        }
    }
}

/// Compares an answer with what is expected of it.
///
/// What must differ from a name is looked at last: an answer may bind the name elsewhere.
pub(super) fn compare(expected: &Value, got: &Value, names: &mut Names) -> Vec<Mismatch> {
    let mut comparison = Comparison { names, mismatches: Vec::new(), differ: Vec::new() };
    comparison.visit(expected, Some(got), String::new());
    let differ = std::mem::take(&mut comparison.differ);
    for (path, name, got) in differ {
        comparison.differs(path, name, got);
    }
    comparison.mismatches
}

struct Comparison<'a> {
    names: &'a mut Names,
    mismatches: Vec<Mismatch>,
    differ: Vec<(String, &'a str, Option<&'a Value>)>,
}

impl<'a> Comparison<'a> {
    fn visit(&mut self, expected: &'a Value, got: Option<&'a Value>, path: String) {
        let got = got.filter(|got| !got.is_null());
        let holds = match Meaning::of(expected) {
            Meaning::Absent => got.is_none(),
            Meaning::Anything => got.is_some_and(is_not_empty),
            Meaning::Contains(part) => {
                got.and_then(Value::as_str).is_some_and(|text| text.contains(part))
            }
            Meaning::Scalar(scalar) => got == Some(scalar),
            Meaning::Binds(name) => return self.binds(path, name, got),
            Meaning::Differs(name) => return self.differ.push((path, name, got)),
            Meaning::Object(fields) => match got {
                Some(Value::Object(object)) => {
                    // By name: serde_json keeps them in another order if anybody asks it to.
                    for (name, expected) in fields.iter().collect::<BTreeMap<_, _>>() {
                        self.visit(expected, object.get(name), below(&path, name));
                    }
                    true
                }
                _ => false,
            },
            Meaning::Array(items) => match got {
                Some(Value::Array(found)) if found.len() == items.len() => {
                    for (at, (expected, got)) in items.iter().zip(found).enumerate() {
                        self.visit(expected, Some(got), format!("{path}[{at}]"));
                    }
                    true
                }
                _ => false,
            },
        };
        if !holds {
            self.mismatch(path, expected.to_string(), got);
        }
    }

    /// The first use of a name binds it, to something; later uses must be the same.
    fn binds(&mut self, path: String, name: &str, got: Option<&Value>) {
        match (self.names.0.get(name), got) {
            (Some(bound), Some(got)) if bound == got => {}
            (None, Some(got)) => {
                self.names.0.insert(name.to_owned(), got.clone());
            }
            (bound, got) => {
                let bound = bound.map_or_else(|| "something".to_owned(), Value::to_string);
                self.mismatch(path, format!("{bound} (${name})"), got);
            }
        }
    }

    fn differs(&mut self, path: String, name: &str, got: Option<&Value>) {
        let bound = self.names.0.get(name);
        if got.is_some() && bound.is_some() && bound != got {
            return;
        }
        let expected = match bound {
            Some(bound) => format!("something else than {bound} (${name})"),
            None => format!("something else than ${name}, which no expectation has bound"),
        };
        self.mismatch(path, expected, got);
    }

    fn mismatch(&mut self, path: String, expected: String, got: Option<&Value>) {
        let got = got.map_or_else(|| "nothing".to_owned(), Value::to_string);
        self.mismatches.push(Mismatch { path, expected, got });
    }
}

fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn is_not_empty(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(expected: Value, got: Value) -> Vec<String> {
        let found = compare(&expected, &got, &mut Names::default());
        found.into_iter().map(|mismatch| mismatch.path).collect()
    }

    #[test]
    fn objects_are_matched_by_the_named_fields() {
        let got = json!({"a": 1, "b": {"c": "x", "d": true}});
        assert!(paths(json!({}), got.clone()).is_empty());
        assert!(paths(json!({"b": {"c": "x"}}), got.clone()).is_empty());
        assert_eq!(paths(json!({"b": {"c": "y"}, "a": 2}), got.clone()), ["a", "b.c"]);
        assert_eq!(paths(json!({"z": 1}), got.clone()), ["z"]);
        assert_eq!(paths(json!({"a": {}}), got), ["a"]);
    }

    #[test]
    fn arrays_are_matched_whole_and_in_order() {
        let got = json!({"hosts": ["a", "b"]});
        assert!(paths(json!({"hosts": ["a", "b"]}), got.clone()).is_empty());
        assert_eq!(paths(json!({"hosts": ["b", "a"]}), got.clone()), ["hosts[0]", "hosts[1]"]);
        assert_eq!(paths(json!({"hosts": ["a"]}), got.clone()), ["hosts"]);
        assert_eq!(paths(json!({"hosts": ["a", "b", "c"]}), got.clone()), ["hosts"]);
        assert_eq!(paths(json!({"hosts": []}), got.clone()), ["hosts"]);
        assert_eq!(paths(json!({"hosts": "a"}), got), ["hosts"]);
    }

    #[test]
    fn scalars_are_equal_and_of_one_type() {
        let got = json!({"n": 1, "s": "1", "b": true});
        assert!(paths(json!({"n": 1, "s": "1", "b": true}), got.clone()).is_empty());
        assert_eq!(paths(json!({"n": 2, "s": "2", "b": false}), got.clone()), ["b", "n", "s"]);
        assert_eq!(paths(json!({"n": "1", "s": 1, "b": "true"}), got), ["b", "n", "s"]);
    }

    #[test]
    fn a_name_is_bound_once_and_equal_ever_after() {
        let mut names = Names::default();
        let mut differs =
            |expected: Value, got: Value| !compare(&expected, &got, &mut names).is_empty();
        assert!(!differs(json!({"a": "$x", "b": "$x"}), json!({"a": 1, "b": 1})));
        assert!(differs(json!("$x"), json!(2)));
        assert!(differs(json!("$x"), json!(null)));
        assert!(differs(json!({"a": "$y"}), json!({})), "nothing binds nothing");
        assert!(!differs(json!("$y"), json!("y")), "a failed use has bound nothing");
        assert!(differs(json!({"a": "$z", "b": "$z"}), json!({"a": 1, "b": 2})));
    }

    #[test]
    fn a_name_can_be_forbidden() {
        let mut names = Names::default();
        let mut differs =
            |expected: Value, got: Value| !compare(&expected, &got, &mut names).is_empty();
        assert!(differs(json!("!$x"), json!(1)), "not bound yet");
        assert!(!differs(json!({"a": "!$x", "b": "$x"}), json!({"a": 1, "b": 2})));
        assert!(differs(json!("!$x"), json!(2)));
        assert!(!differs(json!("!$x"), json!(3)));
        assert!(differs(json!("!$x"), json!(null)), "nothing is not something else");
    }

    #[test]
    fn anything_is_not_nothing() {
        for got in [json!(0), json!(false), json!("x"), json!([0]), json!({"a": 1})] {
            assert!(paths(json!("*"), got).is_empty());
        }
        for got in [json!(null), json!(""), json!([]), json!({})] {
            assert_eq!(paths(json!("*"), got).len(), 1);
        }
        assert_eq!(paths(json!({"a": "*"}), json!({})), ["a"]);
    }

    #[test]
    fn null_is_absent() {
        assert!(paths(json!({"a": null}), json!({"a": null})).is_empty());
        assert!(paths(json!({"a": null}), json!({})).is_empty());
        assert_eq!(paths(json!({"a": null}), json!({"a": 0})), ["a"]);
    }

    #[test]
    fn texts_contain_texts() {
        let expected = json!({"message": {"contains": "zoom-a"}});
        assert!(paths(expected.clone(), json!({"message": "zoom-a is taken"})).is_empty());
        assert_eq!(paths(expected.clone(), json!({"message": "taken"})), ["message"]);
        assert_eq!(paths(expected.clone(), json!({"message": ["zoom-a"]})), ["message"]);
        assert_eq!(paths(expected, json!({})), ["message"]);
    }

    #[test]
    fn a_mismatch_tells_both_sides() {
        let found = compare(&json!({"a": 1}), &json!({}), &mut Names::default());
        let told = Mismatch { path: "a".into(), expected: "1".into(), got: "nothing".into() };
        assert_eq!(found, [told]);
    }
}
