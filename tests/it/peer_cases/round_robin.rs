//! Who is chosen: family `round_robin_select`.

use chrono::{DateTime, Utc};
use serde_json::Value;
use slotlink::rules::{
    Assigned, Assignments, Counting, History, Standing, Standings, choose, standings,
};
use slotlink::words::{
    Distribution, Interval, NoShows, RoundRobinHost, Sharing, UserId, Weight, Zone,
};

use super::family;

/// Cases of choices that slotlink does not offer.
const SKIPPED: [(&str, &str); 3] = [
    ("rr-05", "no host is chosen by the number of upcoming appointments"),
    ("rr-06", "no host is chosen by the number of upcoming appointments"),
    ("rr-08", "no host is chosen by the number of upcoming appointments"),
];

/// Cases that slotlink decides otherwise on purpose: in what, and why.
const DIFFERENT: [(&str, &[&str], &str); 2] = [
    ("rr-19", &["winner"], "after the shortfall, priority and idle time decide, not the weight"),
    ("rr-26", &["winner", "shortfall"], "no routing queues: one weight, and all bookings count"),
];

#[derive(Debug, Eq, PartialEq)]
enum Outcome {
    Equal,
    Different,
    Skipped,
}

#[test]
fn hosts_are_chosen_as_by_peers() {
    let outcomes: Vec<Outcome> = family("round_robin_select").iter().map(run).collect();
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let counts = (count(Outcome::Equal), count(Outcome::Different), count(Outcome::Skipped));
    assert_eq!(counts, (10, 2, 3), "equal, different, skipped");
}

fn run(case: &Value) -> Outcome {
    let id = case["id"].as_str().unwrap();
    if SKIPPED.iter().any(|(skipped, _)| *skipped == id) {
        assert_eq!(case["algorithm"], "fewest_upcoming", "{id}");
        return Outcome::Skipped;
    }
    let wrong = match case["algorithm"].as_str().unwrap() {
        "least_recently_assigned" => least_recently_assigned(case),
        "calcom_lucky" => lucky(case),
        other => panic!("{id}: {other} is not known"),
    };
    let different = DIFFERENT.iter().find(|(different, ..)| *different == id);
    assert_eq!(wrong, different.map_or(&[][..], |(_, what, _)| what), "{id}");
    if different.is_some() { Outcome::Different } else { Outcome::Equal }
}

fn least_recently_assigned(case: &Value) -> Vec<&'static str> {
    let hosts = case["hosts"].as_array().unwrap().iter().map(|host| {
        let mut standing = Standing::new(&word(host));
        let last = host["last_assigned_at"].as_i64();
        standing.last_assigned = last.map(|at| DateTime::from_timestamp(at, 0).unwrap());
        standing
    });
    let standings = Standings::new(hosts.collect());
    wrong(case, Distribution::Availability, standings.as_slice())
}

/// The case says when hosts were assigned last, which need not be by the bookings that it counts.
fn lucky(case: &Value) -> Vec<&'static str> {
    let hosts = case["hosts"].as_array().unwrap();
    let mut settled: Vec<Standing> = counted(case, hosts).into();
    for standing in &mut settled {
        let host = hosts.iter().find(|host| name(&host["id"]) == standing.host.as_str()).unwrap();
        standing.last_assigned = host.get("last_assigned_at").and_then(instant);
    }
    let distribution = match case["weights_enabled"] == true {
        true => Distribution::Equal,
        false => Distribution::Availability,
    };
    wrong(case, distribution, &settled)
}

fn counted(case: &Value, hosts: &[Value]) -> Standings {
    let words: Vec<_> = hosts.iter().map(word).collect();
    let held: Vec<_> = hosts.iter().map(|host| assignments(case, &host["id"])).collect();
    let away: Vec<_> = hosts.iter().map(|host| absences(case, &host["id"])).collect();
    let no_shows = match case.get("include_no_show").and_then(Value::as_bool) {
        Some(false) => NoShows::LeftOut,
        _ => NoShows::Count,
    };
    let mut sharing = Sharing::default();
    sharing.no_shows = no_shows;
    let counting = Counting::new(&sharing, Zone::UTC, now(case));
    let histories = words.iter().zip(&held).zip(&away);
    let histories =
        histories.map(|((host, held), away)| History::new(host, held).with_time_off(away));
    standings(&counting, &histories.collect::<Vec<_>>())
}

/// What differs from what the peer expects.
fn wrong(case: &Value, distribution: Distribution, standings: &[Standing]) -> Vec<&'static str> {
    let (mut wrong, expect) = (Vec::new(), &case["expect"]);
    let is_free = |standing: &&Standing| match case.get("available").and_then(Value::as_array) {
        Some(free) => free.iter().any(|free| name(free) == standing.host.as_str()),
        None => true,
    };
    let winner = choose(distribution, standings.iter().filter(is_free));
    let winner = winner.map(|standing| standing.host.to_string());
    let expected = match expect["none"] == true {
        true => winner.is_none(),
        false => {
            let any_of = expect["any_of"].as_array().unwrap();
            winner.is_some_and(|winner| any_of.iter().any(|one| name(one) == winner))
        }
    };
    if !expected {
        wrong.push("winner");
    }
    if !matches(&expect["calibration"], standings, |standing| {
        rational(standing.calibration.into(), 1000)
    }) {
        wrong.push("calibration");
    }
    if !matches(&expect["shortfall"], standings, |standing| {
        let shortfall = standing.shortfall();
        rational(shortfall.numerator, shortfall.denominator)
    }) {
        wrong.push("shortfall");
    }
    wrong
}

fn matches(expected: &Value, standings: &[Standing], got: impl Fn(&Standing) -> f64) -> bool {
    let Some(expected) = expected.as_object() else { return true };
    expected.iter().all(|(host, number)| {
        let standing = standings.iter().find(|standing| standing.host.as_str() == host).unwrap();
        (got(standing) - number.as_f64().unwrap()).abs() < 1e-9
    })
}

#[expect(clippy::cast_precision_loss, reason = "the peer's numbers are floats")]
fn rational(numerator: i128, denominator: u64) -> f64 {
    numerator as f64 / denominator as f64
}

fn word(host: &Value) -> RoundRobinHost {
    let number = |field: &str| host.get(field).and_then(Value::as_i64);
    let mut word = RoundRobinHost::new(UserId::new(name(&host["id"])).unwrap());
    // The peer's default priority.
    word.priority = number("priority").unwrap_or(2).try_into().unwrap();
    if let Some(weight) = number("weight") {
        word.weight = Weight::new(weight.try_into().unwrap()).unwrap();
    }
    word.joined = host.get("joined_at").and_then(instant);
    word
}

fn of<'a>(case: &'a Value, list: &str, host: &'a Value) -> impl Iterator<Item = &'a Value> {
    let list = case.get(list).and_then(Value::as_array).into_iter().flatten();
    list.filter(move |item| item["host"] == *host)
}

fn assignments(case: &Value, host: &Value) -> Assignments {
    let mut held = Assignments::default();
    for booking in of(case, "bookings", host) {
        let at = instant(&booking["created_at"]).unwrap();
        let assigned = Assigned::new(at, at);
        held.add(assigned, now(case));
        // There is one mark for both: the appointment did not take place.
        held.mark(
            assigned,
            booking.get("host_no_show").or(booking.get("attendee_no_show")).is_some(),
        );
    }
    held
}

fn absences(case: &Value, host: &Value) -> Vec<Interval> {
    let edges = of(case, "ooo", host).map(|off| (instant(&off["start"]), instant(&off["end"])));
    edges.map(|(start, end)| Interval::new(start.unwrap(), end.unwrap()).unwrap()).collect()
}

/// Where the case names no instant, that of its last booking: they are all of one month.
fn now(case: &Value) -> DateTime<Utc> {
    let booked = case["bookings"].as_array().unwrap().iter();
    let last = booked.filter_map(|booking| instant(&booking["created_at"])).max();
    case.get("now").and_then(instant).or(last).unwrap()
}

fn instant(text: &Value) -> Option<DateTime<Utc>> {
    text.as_str().map(|text| text.parse().unwrap())
}

/// Hosts are numbers or texts.
fn name(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}
