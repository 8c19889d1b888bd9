//! Runs the suite on sound and broken stores.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;

use slotlink::testkit::conformance::{Broken, Case, Clause, StoreBuilder};

use super::defect::{Nothing, With, waited};
use super::scans::{self, Scans};
use super::table::{self, Entry};

fn cases() -> Vec<Case> {
    Clause::ALL.into_iter().flat_map(Clause::cases).collect()
}

/// The failures of each store, in the order of the stores. Cases that fail may wait for seconds
/// before they do, so many run at once.
fn failures(stores: &[&dyn StoreBuilder]) -> Vec<Vec<Broken>> {
    const AT_ONCE: usize = 200;
    let failures = Mutex::new(vec![Vec::new(); stores.len()]);
    let work = stores
        .iter()
        .enumerate()
        .flat_map(|store| cases().into_iter().map(move |case| (store, case)));
    let work = Mutex::new(work);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = work.lock().unwrap().next();
                    let Some(((place, store), case)) = next else { return };
                    if let Err(broken) = waited(case.prove(*store)) {
                        failures.lock().unwrap()[place].push(broken);
                    }
                }
            });
        }
    });
    failures.into_inner().unwrap()
}

#[test]
fn stores_that_keep_the_contract_pass_every_case() {
    for (name, store) in table::sound() {
        for clause in Clause::ALL {
            assert_eq!(waited(clause.prove(&*store)), Ok(()), "{name}");
        }
    }
}

fn clause_of(case: &str) -> Clause {
    let mut of = Clause::ALL.into_iter();
    of.find(|clause| clause.cases().any(|is| is.name() == case)).unwrap()
}

/// What is wrong with the findings over a store.
fn misjudged(entry: &Entry, failures: &[Broken]) -> Option<String> {
    let found: BTreeSet<Clause> = failures.iter().map(|broken| broken.clause).collect();
    let own = clause_of(entry.case);
    let wanted: BTreeSet<Clause> = entry.also.iter().copied().chain([own]).collect();
    let is_found = failures.iter().any(|broken| broken.case == entry.case);
    (found != wanted || !is_found).then(|| {
        let failures: Vec<String> = failures.iter().map(Broken::to_string).collect();
        format!("{} => {}, {wanted:?}, but {found:?}: {failures:#?}", entry.name, entry.case)
    })
}

/// ST-1 to ST-9, and of each case that it can fail.
#[test]
fn each_broken_store_breaks_its_clauses_and_each_case_finds_one() {
    let table = table::broken();
    let stores: Vec<&dyn StoreBuilder> = table.iter().map(|entry| &*entry.store).collect();
    let failures = failures(&stores);
    let misjudged: Vec<_> =
        table.iter().zip(&failures).filter_map(|(entry, found)| misjudged(entry, found)).collect();
    assert!(misjudged.is_empty(), "{}", misjudged.join("\n"));
    let tabled: BTreeSet<&str> = table.iter().map(|entry| entry.case).collect();
    let untested = cases().into_iter().filter(|case| !tabled.contains(case.name()));
    let untested: Vec<&str> = untested.map(|case| case.name()).collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn a_failure_names_clause_and_case_and_what_was_seen() {
    let broken = waited(Clause::St8.prove(&With(|| Scans::cutting(scans::has_no_limit))));
    let text = "ST-8 is broken (a_range_is_sorted_and_leaves_out_its_end): 14 rows on a page of 1";
    assert_eq!(broken.unwrap_err().to_string(), text);
}

#[test]
fn clauses_are_proved_on_runtimes_with_several_threads() {
    const fn can_be_sent<T: Send>(_: &T) {}
    let builder = With(|| Nothing);
    can_be_sent(&Clause::St1.prove(&builder));
}
