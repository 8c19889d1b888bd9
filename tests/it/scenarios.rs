//! The scenarios of `tests/scenarios`, and texts that are none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use slotlink::MemoryStore;
use slotlink::testkit::block_on;
use slotlink::testkit::scenario::{InvalidScenario, Ports, Problem, Report, Scenario};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn files(name: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder(name)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn run(file: &Path) -> Result<Report, InvalidScenario> {
    let text = std::fs::read_to_string(file).unwrap();
    block_on(Scenario::parse(&text)?.run(Ports::in_memory()))
}

fn run_broken(name: &str) -> Result<Report, InvalidScenario> {
    run(&folder("data/scenarios-broken").join(format!("{name}.json")))
}

#[test]
fn every_scenario_goes_as_written() {
    let mut complaints = Vec::new();
    let files = files("scenarios");
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        match run(&file) {
            Err(error) => complaints.push(format!("{name}: {error}")),
            Ok(report) => {
                let failures = report.failures.iter();
                complaints.extend(failures.map(|failure| format!("{name}: {failure}")));
            }
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_run_is_the_same_every_time() {
    for file in files("scenarios") {
        assert_eq!(run(&file), run(&file), "{}", file.display());
    }
}

/// What is wrong with a broken file: its step, the field, whether it will be legal one day.
#[test]
fn broken_files_are_refused_before_anything_runs() {
    let wrong = [
        ("unknown_step", Some(2), "do", false),
        ("unknown_step_field", Some(2), "starts", false),
        ("unknown_world_field", None, "users[0].mail", false),
        ("bad_time", Some(2), "start", false),
        ("bad_hours", None, "users[0].hours.mon[0]", false),
        ("bad_value", None, "calendars[0].slot.seats", false),
        ("clock_back", Some(3), "to", false),
        ("unsupported_step", Some(3), "do", true),
        ("unsupported_field", Some(2), "repeat", true),
        ("unsupported_setting", None, "calendars[0].participant_links", true),
        ("unsupported_fault", Some(3), "fault", true),
        ("impossible_world", None, "calendars[0]", false),
        ("bad_expectation", Some(2), "expect", false),
    ];
    for (name, step, field, is_later) in wrong {
        let error = run_broken(name).unwrap_err();
        assert_eq!((error.step, error.field.as_str()), (step, field), "{name}: {error}");
        let is_unsupported = matches!(error.problem, Problem::Unsupported(_));
        assert_eq!(is_unsupported, is_later, "{name}: {error}");
    }
}

#[test]
fn wrong_expectations_are_told_and_the_rest_still_runs() {
    let report = run_broken("wrong_expectations").unwrap();
    assert_eq!(report.lines.len(), 5);
    let told: Vec<_> =
        report.failures.iter().map(|failure| (failure.step, failure.path.as_str())).collect();
    let expected = [
        (Some(2), "ok.status"),
        (Some(3), "ok.location.join_url"),
        (Some(4), "ok"),
        (Some(5), "error"),
    ];
    assert_eq!(told, expected);
    let first = report.failures.first().unwrap().to_string();
    assert_eq!(first, r#"step 2, ok.status: expected "pending", got "confirmed""#);
}

#[test]
fn texts_that_are_no_scenario_are_refused() {
    for text in ["", "[]", "{", "{}", r#"{"now": "2026-11-23T08:00:00Z"}"#, "5", "null"] {
        assert!(Scenario::parse(text).is_err(), "{text}");
    }
}

/// One host, five-minute slots on two days from 2026-11-25 on.
fn busy_world(steps: &[Value]) -> String {
    let world = json!({
        "now": "2026-11-23T08:00:00Z",
        "accounts": [{"id": "abc", "name": "ABC Marketing"}],
        "users": [{
            "id": "A001", "name": "User A", "email": "a@abcmarketing.com", "accounts": ["abc"],
            "hours": {"mon-sun": ["00:00-24:00"]}, "zoom": "zoom-a",
        }],
        "calendars": [{
            "id": "demo", "account": "abc", "name": "Demo", "kind": "round_robin",
            "hosts": [{"user": "A001"}], "slot": {"minutes": 5},
        }],
        "steps": steps,
    });
    world.to_string()
}

#[test]
fn r16_the_hundred_and_first_link_waits_for_the_reset() {
    let first: DateTime<Utc> = "2026-11-25T00:00:00Z".parse().unwrap();
    let book = |number: i32| {
        let start =
            (first + TimeDelta::minutes(5) * number).to_rfc3339_opts(SecondsFormat::Secs, true);
        let until = "2026-11-24T00:00:00Z";
        let location = match number {
            0..100 => json!({"state": "ready"}),
            _ => json!({"state": "deferred", "until": until, "join_url": null}),
        };
        json!({
            "do": "book", "as": format!("p{number}"), "calendar": "demo", "start": start,
            "invitee": {"name": "Pat"}, "expect": {"ok": {"location": location}},
        })
    };
    let mut steps: Vec<Value> = (0..103).map(book).collect();
    let requests = |used: i32| {
        let today = json!({"requests_today": {"zoom-a": used}});
        json!({"do": "zoom_state", "expect": {"ok": today}})
    };
    steps.push(requests(100));
    steps.push(json!({"do": "advance", "to": "2026-11-24T00:00:00Z"}));
    steps.push(requests(3));
    let report = block_on(Scenario::parse(&busy_world(&steps)).unwrap().run(Ports::in_memory()));
    assert_eq!(report.unwrap().failures, []);
}

#[test]
fn scenarios_share_a_store_in_realms_of_their_own() {
    let book = json!({
        "do": "book", "calendar": "demo", "start": "2026-11-25T10:00:00Z",
        "invitee": {"name": "Pat"},
    });
    let scenario = Scenario::parse(&busy_world(&[book])).unwrap();
    let store = Arc::new(MemoryStore::new());
    let run = |realm: &str| {
        let ports = Ports::over(store.clone()).with_realm(realm);
        block_on(scenario.run(ports)).unwrap()
    };
    assert_eq!(run("one").failures, []);
    assert_eq!(run("two").failures, []);
    let again = run("one").failures;
    assert!(again.iter().any(|failure| failure.path == "ok"), "the slot is taken: {again:?}");
}
