//! Checks requests and answers against Zoom's OpenAPI document.
//!
//! Zoom's schemas let unknown fields pass; here they are errors, so that a misspelt field is found.

use jsonschema::Draft;
use serde_json::{Value, json};
use slotlink::ports::{HttpRequest, HttpResponse};

const DOCUMENT: &str = include_str!("../../data/zoom/openapi.json");
const BASE: &str = "https://api.zoom.us/v2";

pub(super) struct OpenApi(Value);

impl OpenApi {
    pub(super) fn load() -> Self {
        Self(serde_json::from_str(DOCUMENT).unwrap())
    }

    /// Path, method, parameters and body of a request to the API.
    pub(super) fn check_request(&self, request: &HttpRequest) {
        let (operation, path) = self.operation(request).expect("a documented operation");
        let parameters = operation["parameters"].as_array().unwrap();
        for (name, value) in path {
            self.check_parameter(parameters, "path", &name, &value);
        }
        let query = request.uri().query().unwrap_or_default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            self.check_parameter(parameters, "query", &name, &value);
        }
        assert_eq!(request.headers()["accept"], "application/json");
        match operation.get("requestBody") {
            None => assert!(request.body().is_empty(), "no body is documented"),
            Some(body) => {
                assert_eq!(request.headers()["content-type"], "application/json");
                let schema = &body["content"]["application/json"]["schema"];
                self.check("the request", schema, &parsed(request.body()));
            }
        }
    }

    /// Status and body of an answer, if the request is one that is documented.
    pub(super) fn check_response(&self, request: &HttpRequest, response: &HttpResponse) {
        let Some((operation, _)) = self.operation(request) else {
            return;
        };
        // Gateways answer with 5xx, which Zoom does not document.
        if response.status().is_server_error() {
            return;
        }
        let documented = &operation["responses"][response.status().as_str()];
        assert!(documented.is_object(), "undocumented {}", response.status());
        match documented.get("content") {
            None => assert!(response.body().is_empty(), "no body is documented"),
            Some(content) => {
                assert_eq!(response.headers()["content-type"], "application/json");
                let schema = &content["application/json"]["schema"];
                self.check("the answer", schema, &parsed(response.body()));
            }
        }
    }

    /// The operation of a request, with the values of its path parameters.
    fn operation(&self, request: &HttpRequest) -> Option<(&Value, Vec<(String, String)>)> {
        let address = request.uri().to_string();
        let path = address.strip_prefix(BASE)?.split('?').next()?;
        let method = request.method().as_str().to_lowercase();
        let paths = self.0["paths"].as_object().unwrap();
        paths.iter().find_map(|(template, operations)| {
            let operation = operations.get(&method)?;
            Some((operation, parameters_of(template, path)?))
        })
    }

    fn check_parameter(&self, parameters: &[Value], place: &str, name: &str, value: &str) {
        let documented = parameters
            .iter()
            .find(|parameter| parameter["in"] == place && parameter["name"] == name)
            .unwrap_or_else(|| panic!("undocumented {place} parameter {name}"));
        let schema = &documented["schema"];
        let value = match schema["type"].as_str().unwrap() {
            "integer" => json!(value.parse::<i64>().unwrap()),
            "boolean" => json!(value.parse::<bool>().unwrap()),
            _ => json!(value),
        };
        self.check(name, schema, &value);
    }

    fn check(&self, what: &str, schema: &Value, value: &Value) {
        let breaches = self.breaches(schema, value);
        assert!(breaches.is_empty(), "{what}: {breaches:#?} in {value:#}");
    }

    fn breaches(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut schema = schema.clone();
        make_strict(&mut schema, false);
        schema["components"] = self.0["components"].clone();
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect()
    }
}

fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

/// `/meetings/{meetingId}` matches `/meetings/7`.
fn parameters_of(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (names, values) = (template.split('/'), path.split('/'));
    if names.clone().count() != values.clone().count() {
        return None;
    }
    let mut parameters = Vec::new();
    for (name, value) in names.zip(values) {
        match name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => parameters.push((name.to_owned(), value.to_owned())),
            None if name == value => {}
            None => return None,
        }
    }
    Some(parameters)
}

/// Refuses fields that no part of a schema knows.
fn make_strict(schema: &mut Value, is_part: bool) {
    let Value::Object(object) = schema else {
        return;
    };
    let mut describes_fields = false;
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        describes_fields = true;
        properties.values_mut().for_each(|field| make_strict(field, false));
    }
    if let Some(items) = object.get_mut("items") {
        make_strict(items, false);
    }
    for parts in ["allOf", "anyOf", "oneOf"] {
        if let Some(Value::Array(parts)) = object.get_mut(parts) {
            describes_fields = true;
            parts.iter_mut().for_each(|part| make_strict(part, true));
        }
    }
    if describes_fields && !is_part {
        object.insert("unevaluatedProperties".to_owned(), json!(false));
    }
}

#[test]
fn the_check_finds_what_is_wrong() {
    let openapi = OpenApi::load();
    let create = &openapi.0["paths"]["/users/{userId}/meetings"]["post"];
    let schema = &create["requestBody"]["content"]["application/json"]["schema"];
    let passes = |body: Value| openapi.breaches(schema, &body).is_empty();
    assert!(passes(json!({"topic": "Demo", "settings": {"use_pmi": false}})));
    assert!(!passes(json!({"topik": "Demo"})));
    assert!(!passes(json!({"settings": {"use_pim": false}})));
    assert!(!passes(json!({"start_time": "2026-11-23 08:00"})));
    assert!(!passes(json!({"duration": 0})));
    assert!(!passes(json!({"topic": "x".repeat(201)})));
}
