//! Removing what has aged costs little, stops nothing that is urgent, and never takes what somebody
//! writes meanwhile or what newer code has written.

use std::sync::atomic::Ordering;

use chrono::TimeDelta;
use slotlink::LinkWork;
use slotlink::testkit::block_on;

use crate::recorded::Recorded;
use crate::retention::{Lab, NOW, TEN};
use crate::row_file::FiledRow;
use crate::steps::{Run, Stepping};
use crate::world::{at, builder, caller, request};

const RECEIPTS: u128 = 100_000;

fn filed(kind: &str, number: u128, schema: u16, json: &str) -> FiledRow {
    let partition = [b"change\0\x01".as_slice(), &number.to_be_bytes()].concat();
    let sort = [kind.as_bytes(), b"\0\x01"].concat();
    let due = Some("2026-11-20T00:00:00Z".to_owned());
    FiledRow { partition, sort, schema, due, json: json.to_owned() }
}

fn receipts(number: u128) -> Vec<FiledRow> {
    let json = r#"{"at":"2026-11-13T00:00:00Z"}"#;
    (0..number).map(|number| filed("receipt", number, 1, json)).collect()
}

/// A hundred thousand rows have aged, all due before a link is: it is made in the first run.
#[test]
fn what_is_urgent_does_not_wait_behind_what_has_aged() {
    let lab = Lab::new();
    lab.store.load(&receipts(RECEIPTS));
    let worker = builder(lab.store.clone(), &lab.zoom, &lab.clock, 2);
    let worker = worker.link_work(LinkWork::Worker).build().unwrap();
    block_on(worker.book(&caller(), &request(TEN, "Pat"))).unwrap();
    let cost = |store: &Recorded| {
        let commits = store.commits.swap(0, Ordering::Relaxed);
        (commits, store.pages.swap(0, Ordering::Relaxed))
    };
    cost(&lab.store);
    let before = lab.store.count("receipt");
    let report = block_on(worker.run_due(5)).unwrap();
    assert_eq!(lab.zoom.meetings().len(), 1, "R17: {report:?}");
    assert_eq!((report.done, report.failed, report.next), (5, 0, Some(at(NOW))));
    let (commits, pages) = cost(&lab.store);
    assert!(commits <= 2 * 5, "{commits} commits for five steps");
    // Twice or three times past all of it, in pages of 500, and one to say when to call again.
    assert!(pages <= 3 * 201 + 2, "{pages} pages");
    let removed = usize::try_from(report.removed).unwrap();
    assert!(removed >= 47 && lab.store.count("receipt") <= before - removed + 10, "{report:?}");

    let mut runs = 0;
    while block_on(worker.run_due(10_000)).unwrap().next == Some(at(NOW)) {
        let (commits, pages) = cost(&lab.store);
        assert!(commits <= 210 && pages <= 2 * 201 + 2, "{commits} commits, {pages} pages");
        runs += 1;
    }
    assert!((10..=12).contains(&runs), "{runs} runs");
    assert!(lab.store.count("receipt") < 3000, "{}", lab.store.count("receipt"));
}

/// The limit is one for all: a step of work goes before one of removal.
#[test]
fn a_run_does_no_more_steps_than_it_may() {
    let lab = Lab::new();
    lab.store.load(&receipts(200));
    let mut removed = Vec::new();
    for _ in 0..8 {
        let report = lab.run(1);
        assert!(report.done <= 1, "{report:?}");
        removed.push(report.removed);
    }
    assert_eq!(removed.iter().sum::<u32>(), 200, "{removed:?}");
    assert_eq!(lab.run(1).removed, 0);
}

/// Rows of newer code, of known and unknown kinds, are left alone, and no run is asked for because
/// of them.
#[test]
fn rows_of_newer_code_are_left_alone_and_stop_nothing() {
    let lab = Lab::new();
    let newer = (0..1200).map(|number| match number % 4 {
        0 => filed("receipt", number, 2, r#"{"of":"tomorrow"}"#),
        1 => filed("enrolment", number, 1, r#"{"of":"tomorrow"}"#),
        2 => filed("link", number, 9, "{}"),
        _ => filed("appointment", number, 9, "{}"),
    });
    lab.store.load(&newer.collect::<Vec<_>>());
    let worker = builder(lab.store.clone(), &lab.zoom, &lab.clock, 2);
    let worker = worker.link_work(LinkWork::Worker).build().unwrap();
    block_on(worker.book(&caller(), &request(TEN, "Pat"))).unwrap();
    lab.run(1000);
    assert_eq!(lab.zoom.meetings().len(), 1, "others are worked on");
    lab.clock.advance(TimeDelta::minutes(6));
    lab.run(1000);
    let report = lab.run(1000);
    assert_eq!((report.done, report.failed, report.removed), (0, 0, 0));
    // Then the hosts' tokens are refreshed.
    assert!(report.next > Some(at(NOW) + TimeDelta::minutes(40)), "{report:?}");
    let left = ["enrolment", "link", "appointment"].map(|kind| lab.store.count(kind));
    assert_eq!(left, [300, 301, 301]);
}

/// A row that cannot be read fails, once in each run, and the others go on.
#[test]
fn a_damaged_row_stops_no_other() {
    let lab = Lab::new();
    lab.store.load(&[filed("link", 1, 2, "{"), filed("appointment", 2, 2, "[]")]);
    lab.store.load(&receipts(10));
    let report = block_on(lab.scheduler.run_due(1000)).unwrap();
    assert_eq!((report.failed, report.removed), (2, 10), "{report:?}");
    assert_eq!(report.next, Some(at(NOW) + TimeDelta::minutes(1)), "it does not spin");
}

/// A contact books again while the row of their last host is being removed: it is there afterwards,
/// as long as it should be, whatever came first.
#[test]
fn what_is_written_meanwhile_stays_at_every_await() {
    let mut removed_first = 0;
    for k in 0.. {
        let lab = Lab::new();
        lab.book(&request(TEN, "Pat"));
        lab.clock.set(at(NOW) + TimeDelta::days(365));
        let stepping = std::sync::Arc::new(Stepping(lab.store.clone()));
        let worker = builder(stepping, &lab.zoom, &lab.clock, 2).build().unwrap();
        let mut run = Run::new(worker.run_due(1000));
        let unfinished = run.steps(k);
        removed_first += usize::from(lab.store.count("last host") == 0);
        lab.book(&request("2027-11-24T10:00:00Z", "Pat"));
        assert_eq!(run.finish().unwrap().failed, 0, "after {k} steps");
        let rows = lab.store.stored("last host");
        let due = rows.first().and_then(|(_, row)| row.due);
        assert_eq!(due, Some(at(NOW) + TimeDelta::days(730)), "after {k} steps");
        if !unfinished {
            break;
        }
    }
    assert!(removed_first > 0);
}
