//! ST-2 with real connections at the same moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use postgres_store::PostgresStore;
use slotlink::ports::{CommitOutcome, Expect, Operation, Store};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::lab::{Lab, Test, test};
use crate::words::{change, check, commit, new, put, read, version};

const ROUNDS: usize = 400;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        test("races::st_2_two_that_check_each_others_row_do_not_both_commit", write_skew),
        test("races::st_2_two_that_check_each_others_absence_do_not_both_commit", absence),
        test("races::st_2_a_check_holds_until_the_commit", held_check),
        test("races::st_2_of_many_that_make_a_row_one_does", one_maker),
        test("races::st_1_every_told_increment_is_kept_and_no_other", counters),
        test("races::change_sets_that_cross_never_deadlock", crossing),
    ]
}

/// Commits both at the same moment; how many were committed.
async fn at_once(store: &PostgresStore, one: Vec<Operation>, other: Vec<Operation>) -> usize {
    let start = Arc::new(Barrier::new(2));
    let mut both = JoinSet::new();
    for operations in [one, other] {
        let (store, start) = (store.clone(), start.clone());
        both.spawn(async move {
            start.wait().await;
            store.commit(&change(operations)).await.unwrap()
        });
    }
    let outcomes = both.join_all().await;
    outcomes.iter().filter(|outcome| **outcome == CommitOutcome::Committed).count()
}

async fn write_skew(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(4);
    for round in 0..ROUNDS {
        let (x, y) = (format!("{round}x"), format!("{round}y"));
        commit(&store, vec![new(&x, "0"), new(&y, "0")]).await;
        let (at_x, at_y) = (version(&store, &x).await, version(&store, &y).await);
        let (at_x, at_y) = (Expect::At(at_x), Expect::At(at_y));
        let one = vec![check(&x, at_x), put(&y, at_y, "1")];
        let other = vec![check(&y, at_y), put(&x, at_x, "1")];
        assert_eq!(at_once(&store, one, other).await, 1, "round {round}");
    }
}

async fn absence(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(4);
    for round in 0..ROUNDS {
        let (x, y) = (format!("{round}x"), format!("{round}y"));
        let one = vec![check(&x, Expect::Absent), new(&y, "1")];
        let other = vec![check(&y, Expect::Absent), new(&x, "1")];
        assert_eq!(at_once(&store, one, other).await, 1, "round {round}");
    }
}

/// The one checks a row and writes another; the other changes both, so the rows tell the order.
async fn held_check(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(4);
    let mut committed = BTreeMap::new();
    for round in 0..ROUNDS {
        let (x, y) = (format!("{round}x"), format!("{round}y"));
        commit(&store, vec![new(&x, "0")]).await;
        let at_x = Expect::At(version(&store, &x).await);
        let one = vec![check(&x, at_x), new(&y, "1")];
        let other = vec![put(&x, at_x, "1"), check(&y, Expect::Absent)];
        let count = at_once(&store, one, other).await;
        assert_eq!(count, 1, "round {round}: either makes the other wrong");
        let is_one = read(&store, &y).await.is_some();
        *committed.entry(is_one).or_insert(0) += 1;
    }
    assert_eq!(committed.values().sum::<usize>(), ROUNDS);
}

async fn one_maker(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(8);
    for round in 0..50 {
        let mut makers = JoinSet::new();
        for maker in 0..16 {
            let store = store.clone();
            makers.spawn(async move {
                let made = vec![new(&round.to_string(), &maker.to_string())];
                store.commit(&change(made)).await.unwrap() == CommitOutcome::Committed
            });
        }
        let made = makers.join_all().await.into_iter().filter(|is_made| *is_made).count();
        assert_eq!(made, 1, "round {round}");
    }
}

async fn counters(lab: Arc<Lab>) {
    const NAMES: [&str; 3] = ["a", "b", "c"];
    let home = lab.home().await;
    let store = home.store(8);
    commit(&store, NAMES.map(|name| new(name, "0")).to_vec()).await;
    let mut tasks = JoinSet::new();
    for task in 0..12_usize {
        let store = if task % 2 == 0 { store.clone() } else { home.store(2) };
        tasks.spawn(async move {
            let mut told = 0;
            while told < 25 {
                let name = NAMES[task % NAMES.len()];
                let found = read(&store, name).await.unwrap();
                let count: u32 = std::str::from_utf8(&found.row.json).unwrap().parse().unwrap();
                let at = Expect::At(found.version);
                let next = vec![put(name, at, &(count + 1).to_string())];
                if store.commit(&change(next)).await.unwrap() == CommitOutcome::Committed {
                    told += 1;
                }
            }
        });
    }
    tasks.join_all().await;
    for name in NAMES {
        assert_eq!(*read(&store, name).await.unwrap().row.json, *b"100", "{name}");
    }
}

/// Keys in every order, checked and written: a deadlock would cost one of them a second.
async fn crossing(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = home.store(8);
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let client = home.client().await;
    let counted = async || client.query_one(deadlocks, &[]).await.unwrap().get::<_, i64>(0);
    let names: Vec<_> = (0..6).map(|name| name.to_string()).collect();
    let mut tasks = JoinSet::new();
    for task in 0..8_usize {
        let (store, names) = (store.clone(), names.clone());
        tasks.spawn(async move {
            for round in 0..60 {
                // Which of them are written differs from task to task and from round to round.
                let is_written = |place: usize| (task + round * 7) >> (place % 4) & 1 == 0;
                let operation = |(place, name): (usize, &String)| match is_written(place) {
                    true => new(name, "1"),
                    false => check(name, Expect::Absent),
                };
                let operations = names.iter().enumerate().map(operation).collect();
                let outcome = store.commit(&change(operations)).await.unwrap();
                if outcome == CommitOutcome::Committed {
                    clear(&store, &names).await;
                }
            }
        });
    }
    tasks.join_all().await;
    // Only the test of a deadlock makes one, with a client that is not a store.
    assert!(counted().await <= 1);
}

/// Removes what is there, if nobody is quicker.
async fn clear(store: &PostgresStore, names: &[String]) {
    for name in names {
        if let Some(found) = read(store, name).await {
            let gone = crate::faults::gone(name, found.version);
            store.commit(&change(vec![gone])).await.unwrap();
        }
    }
}
