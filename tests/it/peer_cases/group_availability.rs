//! What several hosts offer: family `group_availability`.

use serde_json::Value;
use slotlink::rules::Group;

use super::starts::{collective, inside, starts};
use super::{Range, family, range, ranges};

/// Cases that slotlink decides otherwise on purpose, and why.
const DIFFERENT: [(&str, &str); 1] =
    [("ag-06", "a calendar is round robin or collective: there are no groups of hosts in it")];

#[derive(Debug, Eq, PartialEq)]
enum Outcome {
    Equal,
    /// Some hosts are fixed and some take turns. With us all of them are required: here this comes
    /// to the same.
    EqualIfAllAreRequired,
    Different,
}

#[test]
fn groups_of_hosts_are_bookable_as_with_peers() {
    let outcomes: Vec<_> = family("group_availability").iter().map(run).collect();
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let counts = [Outcome::Equal, Outcome::EqualIfAllAreRequired, Outcome::Different].map(count);
    assert_eq!(counts, [3, 2, 1], "equal, equal if all are required, different");
}

fn run(case: &Value) -> Outcome {
    let id = case["id"].as_str().unwrap();
    let hosts = case["hosts"].as_array().unwrap();
    let fixed = hosts.iter().filter(|host| host["fixed"] == true).count();
    let group = if fixed == 0 { Group::RoundRobin } else { collective() };
    let open: Vec<_> = hosts.iter().map(|host| ranges(&host["ranges"])).collect();
    let is_different = DIFFERENT.iter().any(|(known, _)| *known == id);
    assert_eq!(is_as_expected(&case["expect"], &group, &open), !is_different, "{id}");
    match fixed {
        _ if is_different => Outcome::Different,
        0 => Outcome::Equal,
        fixed if fixed == hosts.len() => Outcome::Equal,
        _ => Outcome::EqualIfAllAreRequired,
    }
}

fn is_as_expected(expect: &Value, group: &Group, hosts: &[Vec<Range>]) -> bool {
    let is_bookable = |edges: &Value| {
        let (start, end) = range(edges);
        let length = u16::try_from((end - start).num_minutes()).unwrap();
        starts(group, hosts, length).contains(&start)
    };
    expect.as_object().unwrap().iter().all(|(what, expected)| match what.as_str() {
        "bookable" => expected.as_array().unwrap().iter().all(is_bookable),
        "not_bookable" => !expected.as_array().unwrap().iter().any(is_bookable),
        "exact" => starts(group, hosts, 5) == inside(&ranges(expected), 5),
        // How many ranges: said by "exact" too.
        "count" => expect["exact"].as_array().unwrap().len() as u64 == expected.as_u64().unwrap(),
        other => panic!("{other} is not known"),
    })
}
