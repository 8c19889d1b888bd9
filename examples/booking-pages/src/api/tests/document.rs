//! The description itself.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};

use super::service::Service;

/// Each value of the document, with its path.
fn walk<'v>(value: &'v Value, path: &str, visit: &mut impl FnMut(&str, &'v Value)) {
    visit(path, value);
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"), visit));
        }
        Value::Array(list) => {
            list.iter()
                .enumerate()
                .for_each(|(at, value)| walk(value, &format!("{path}/{at}"), visit));
        }
        _ => {}
    }
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_component_is_used() {
    let service = Service::start().await;
    let document = &service.description.0;
    assert_eq!(document["openapi"], "3.1.0");
    let mut used = BTreeSet::new();
    walk(document, "", &mut |path, value| {
        if path.ends_with("/$ref") {
            let target = value.as_str().unwrap().strip_prefix('#').unwrap();
            assert!(document.pointer(target).is_some(), "{path} leads nowhere: {target}");
            used.insert(target.to_owned());
        }
    });
    for kind in ["schemas", "responses"] {
        for name in document["components"][kind].as_object().unwrap().keys() {
            let name = format!("/components/{kind}/{name}");
            assert!(used.contains(&name), "nothing uses {name}");
        }
    }
}

#[tokio::test]
async fn every_schema_is_one_and_every_example_is_valid() {
    let service = Service::start().await;
    let (document, description) = (&service.description.0, &service.description);
    let mut examples = 0;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        jsonschema::draft202012::meta::validate(schema).unwrap_or_else(|e| panic!("{name}: {e}"));
        walk(schema, name, &mut |path, schema| {
            let given = schema["examples"].as_array().into_iter().flatten();
            for example in given.chain(schema.get("default")) {
                description.valid(schema, example, &format!("the example of {path}: {example}"));
                examples += 1;
            }
        });
    }
    for (path, method, operation) in operations(document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = format!("{method} {path} {}", parameter["name"]);
            let example = parameter.get("example").or_else(|| parameter["schema"].get("example"));
            if let Some(example) = example {
                description.valid(&parameter["schema"], example, &name);
                examples += 1;
            }
        }
    }
    assert!(examples >= 15, "only {examples} examples");
}

#[tokio::test]
async fn operations_have_names_words_parameters_and_the_errors_of_all() {
    let service = Service::start().await;
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(&service.description.0) {
        let context = format!("{method} {path}");
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{context}");
        assert!(operation["summary"].is_string(), "{context}");
        for status in ["500", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{context}: {status}");
        }
        let is_staff = path.contains("/staff/");
        let security = match path {
            // Nobody needs the key, and who has it may do more.
            "/api/v1/calendars/{calendar}/slots" => json!([{}, {"key": []}]),
            _ if is_staff => json!([{"key": []}]),
            _ => Value::Null,
        };
        assert_eq!(operation["security"], security, "{context}");
        for status in ["401", "429"] {
            let is_told = operation["responses"].get(status).is_some();
            assert!(is_told || security.is_null(), "{context}: {status}");
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(in_path, path.matches('{').count(), "{context}");
        assert!(parameters.iter().all(|p| p["description"].is_string()), "{context}");
    }
    assert_eq!(names.len(), 11);
    let scheme = &service.description.0["components"]["securitySchemes"]["key"];
    assert_eq!((&scheme["type"], &scheme["scheme"]), (&json!("http"), &json!("bearer")));
}

#[tokio::test]
async fn every_operation_for_staff_is_closed_without_the_key() {
    let service = Service::start().await;
    for (path, method, _) in operations(&service.description.0) {
        let path = path.replace("{id}", "0198c4a0-0000-7000-8000-000000000001");
        if !path.contains("/staff/") {
            continue;
        }
        let method: Method = method.to_uppercase().parse().unwrap();
        let wrong = [
            "",
            "Bearer",
            "Bearer ",
            "Bearer another",
            "Bearer the key of the AP",
            "Bearer the key of the API!",
            "Basic dGhlIGtleQ==",
            "the key of the API",
        ];
        for key in wrong {
            let with = |request: axum::http::request::Builder| request.header("authorization", key);
            let answer = service.call(method.clone(), &path, None, with).await;
            assert_eq!(answer.expect(401)["kind"], "unauthorized", "{method} {path} {key}");
        }
    }
}
