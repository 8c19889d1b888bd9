//! What a commit and a read cost on this machine's disk.
#![expect(clippy::unwrap_used, reason = "a bench that cannot run has to stop")]

use std::hint::black_box;
use std::sync::Arc;

use chrono::DateTime;
use criterion::{Criterion, criterion_group, criterion_main};
use slotlink::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Page, Row, Scan, Store, Write,
};
use slotlink::words::ChangeSetId;
use sqlite_store::SqliteStore;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use uuid::Uuid;

const ROW_BYTES: usize = 600;

fn key(number: u128) -> Key {
    // Scattered over the file, as keys that begin with an id are.
    let partition = Uuid::from_u128(number.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
    Key::from_parts("bench".into(), partition.as_bytes().to_vec(), b"row".to_vec())
}

fn change(keys: impl Iterator<Item = u128>) -> ChangeSet {
    let due = DateTime::from_timestamp(0, 0);
    let row = Row::new(1, vec![b'x'; ROW_BYTES]).with_due(due);
    let put = |number| Operation::new(key(number), Expect::Absent, Write::Put(row.clone()));
    ChangeSet::new(ChangeSetId::from_uuid(Uuid::nil()), keys.map(put).collect()).unwrap()
}

async fn commit(store: Arc<SqliteStore>, change: ChangeSet) {
    assert_eq!(store.commit(&change).await.unwrap(), CommitOutcome::Committed);
}

fn measure(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path().join("bench.db")).unwrap());
    let runtime = Runtime::new().unwrap();
    let mut next = 0_u128;
    let mut take = |count: u128| {
        next += count;
        next - count..next
    };
    for _ in 0..400 {
        runtime.block_on(commit(store.clone(), change(take(50))));
    }
    criterion.bench_function("commit of 6 rows, alone", |bencher| {
        bencher.iter(|| runtime.block_on(commit(store.clone(), change(take(6)))));
    });
    criterion.bench_function("64 commits of 6 rows at once", |bencher| {
        bencher.iter(|| {
            let commits = (0..64).map(|_| commit(store.clone(), change(take(6))));
            let commits: JoinSet<()> = {
                let _entered = runtime.enter();
                commits.collect()
            };
            runtime.block_on(commits.join_all())
        });
    });
    for count in [1, 30, 3000] {
        let keys: Vec<Key> = (0..count).map(|number| key(number * 6)).collect();
        criterion.bench_function(&format!("get of {count}"), |bencher| {
            bencher.iter(|| {
                let rows = runtime.block_on(store.get(black_box(&keys))).unwrap();
                assert!(rows.iter().all(Option::is_some));
            });
        });
    }
    let until = DateTime::from_timestamp(1, 0).unwrap();
    let scan = Scan::Due { realm: "bench".into(), until };
    criterion.bench_function("page of 100 due rows", |bencher| {
        bencher.iter(|| runtime.block_on(store.scan(&scan, &Page::first(100))).unwrap());
    });
}

criterion_group!(benches, measure);
criterion_main!(benches);
