//! What the service says of itself, and whether an answer keeps to it.

use std::sync::LazyLock;

use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;

use super::service::text;

/// The description as it is served.
pub(super) struct Description(pub(super) Value);

impl Description {
    pub(super) fn read(json: &[u8]) -> Self {
        Self(serde_json::from_slice(json).unwrap())
    }

    /// The operation that serves a path, if it is described.
    pub(super) fn operation(&self, method: &Method, path: &str) -> Option<&Value> {
        let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
        let asked = parts(path.split('?').next().unwrap());
        let serves = |template: &str| {
            let template = parts(template);
            template.len() == asked.len()
                && template.iter().zip(&asked).all(|(t, a)| t.starts_with('{') || t == a)
        };
        let paths = self.0["paths"].as_object().unwrap();
        let found = paths.iter().filter(|(template, _)| serves(template));
        // Of several, the one with the fewest parameters.
        let (_, item) = found.min_by_key(|(template, _)| template.matches('{').count())?;
        item.get(method.as_str().to_lowercase())
    }

    /// What a reference leads to, or the value itself.
    pub(super) fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let found = self.0.pointer(reference.strip_prefix('#').unwrap());
                self.resolved(found.unwrap_or_else(|| panic!("{reference} leads nowhere")))
            }
            None => value,
        }
    }

    /// Panics unless the answer is one that its operation is described to give.
    pub(super) fn check(
        &self,
        (method, path): (&Method, &str),
        status: StatusCode,
        headers: &HeaderMap,
        body: &Value,
    ) {
        let context = format!("{method} {path}: {status} {body}");
        let content_type = text(headers, "content-type");
        let Some(operation) = self.operation(method, path) else {
            assert_eq!(content_type, "application/problem+json", "{context}");
            return self.valid(&json!({"$ref": "#/components/schemas/Problem"}), body, &context);
        };
        let response = operation["responses"].get(status.as_str());
        let response = response.unwrap_or_else(|| panic!("not described: {context}"));
        let response = self.resolved(response);
        let content = response["content"].get(&content_type);
        let content =
            content.unwrap_or_else(|| panic!("{content_type} is not described: {context}"));
        self.valid(&content["schema"], body, &context);
        for (header, _) in response["headers"].as_object().unwrap_or(&Map::new()) {
            assert!(headers.contains_key(header), "no {header}: {context}");
        }
        if status.is_client_error() || status.is_server_error() {
            assert_eq!(body["status"], status.as_u16(), "{context}");
            assert!(body["request_id"].is_string(), "{context}");
        }
    }

    /// Panics unless the description allows what was sent, which the service has taken.
    pub(super) fn check_sent(&self, (method, path): (&Method, &str), body: &Value) {
        let Some(operation) = self.operation(method, path) else { return };
        if let Some(content) = operation.pointer("/requestBody/content/application~1json") {
            self.valid(&content["schema"], body, &format!("{method} {path}: sent {body}"));
        }
    }

    /// Panics unless the value is valid, with nothing in it that is not described.
    pub(super) fn valid(&self, schema: &Value, value: &Value, context: &str) {
        let mut schema = json!({
            "allOf": [schema],
            "unevaluatedProperties": false,
            "components": self.0["components"],
        });
        close(&mut schema["allOf"]);
        close(&mut schema["components"]["schemas"]);
        let options = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true);
        let validator = options.build(&schema).unwrap();
        let wrong: Vec<String> =
            validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(wrong.is_empty(), "{context}\n{}", wrong.join("\n"));
    }
}

/// Objects inside of others, and in lists, have no fields but those that are described. It is said where
/// they are used, not where they are defined: there they may be a part of another.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                close(inner);
                match (key.as_str(), inner) {
                    ("items", Value::Object(item)) => not_more(item),
                    ("properties", Value::Object(properties)) => {
                        properties.values_mut().filter_map(Value::as_object_mut).for_each(not_more);
                    }
                    _ => {}
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(close),
        _ => {}
    }
}

fn not_more(schema: &mut Map<String, Value>) {
    schema.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
}

/// Without operations, for tests of the checks themselves.
pub(super) static SHARED: LazyLock<Description> = LazyLock::new(|| {
    Description(serde_json::to_value(crate::api::describe::Description::openapi()).unwrap())
});

#[test]
#[should_panic(expected = "surprise")]
fn a_field_that_is_not_described_is_noticed() {
    let body = json!({
        "type": "urn:slotlink:x", "title": "X", "status": 400, "detail": "x", "kind": "x",
        "fields": [{"field": "x", "message": "x", "surprise": 1}]
    });
    SHARED.valid(&json!({"$ref": "#/components/schemas/Problem"}), &body, "");
}

#[test]
#[should_panic(expected = "detail")]
fn a_field_that_is_missing_is_noticed() {
    let body = json!({"type": "urn:slotlink:x", "title": "X", "status": 400, "kind": "x"});
    SHARED.valid(&json!({"$ref": "#/components/schemas/Problem"}), &body, "");
}
