//! Sets of intervals: family `interval_ops`. What all required hosts share is an intersection; what
//! time off leaves of opening hours is a difference.

use serde_json::{Value, json};
use slotlink::rules::open_times;
use slotlink::words::{Hours, Interval};

use super::starts::{collective, inside, starts};
use super::{Range, family, open_at, ranges};

#[test]
fn intervals_meet_and_part_as_with_peers() {
    let (mut intersected, mut subtracted) = (0, 0);
    for case in family("interval_ops") {
        let id = case["id"].as_str().unwrap();
        match case["op"].as_str().unwrap() {
            "intersect" => {
                let lists: Vec<_> = case["lists"].as_array().unwrap().iter().map(ranges).collect();
                let expected = inside(&ranges(&case["expect"]), 5);
                assert_eq!(starts(&collective(), &lists, 5), expected, "{id}");
                intersected += 1;
            }
            "subtract" if case.get("generator").is_some() => {
                let (from, minus) = generated(&case);
                let rest = subtract(&from, &minus);
                assert_eq!(Some(rest.len()), as_count(&case["expect_count"]), "{id}");
                subtracted += 1;
            }
            "subtract" => {
                let rest = subtract(&ranges(&case["from"]), &ranges(&case["minus"]));
                assert_eq!(rest, ranges(&case["expect"]), "{id}");
                subtracted += 1;
            }
            other => panic!("{id}: {other} is not known"),
        }
    }
    assert_eq!((intersected, subtracted), (4, 3), "all of them equal");
}

fn as_count(count: &Value) -> Option<usize> {
    count.as_u64().and_then(|count| count.try_into().ok())
}

/// Numbers are read as minutes.
fn generated(case: &Value) -> (Vec<Range>, Vec<Range>) {
    let said = "from: 100 ranges [10i+5,10i+8], i=0..99; minus: 200 ranges [10i+6,10i+7], i=0..199";
    assert_eq!(case["generator"], said);
    let list = |count, from, to| {
        let edges: Vec<_> = (0..count).map(|i| [10 * i + from, 10 * i + to]).collect();
        ranges(&json!(edges))
    };
    (list(100, 5, 8), list(200, 6, 7))
}

fn subtract(from: &[Range], minus: &[Range]) -> Vec<Range> {
    let off = minus.iter().map(|(start, end)| Interval::new(*start, *end).unwrap());
    let hours = off.fold(open_at(from), Hours::with_time_off);
    let first = from.iter().map(|(start, _)| *start).min().unwrap();
    let last = from.iter().map(|(_, end)| *end).max().unwrap();
    let open = open_times(&hours, Interval::new(first, last).unwrap());
    open.into_iter().map(|open| (open.start(), open.end())).collect()
}
