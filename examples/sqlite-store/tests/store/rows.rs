//! Rows and keys, and how the tests make them.

use chrono::DateTime;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Cursor, Expect, Key, Operation, Page, Row, Scan, Store, Version,
    Versioned, Write,
};
use slotlink::words::ChangeSetId;
use sqlite_store::SqliteStore;
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("ST-4 a conflict names all keys that are not as expected", a_conflict_names_all_keys),
    ("ST-6 what is deleted is gone, and what is written anew replaces all", rows_change_and_go),
    ("ST-7 no runtime is needed", no_runtime_is_needed),
    ("ST-7 a dropped future is harmless", a_dropped_future_is_harmless),
    ("ST-8 pages of a range lie within it, whatever the cursor", pages_of_a_range),
    ("ST-8 pages of due rows begin where the last one ended", pages_of_due_rows),
    ("ST-8 a cursor of another store is refused", a_foreign_cursor_is_refused),
    ("ST-8 a range over two partitions is refused", a_range_over_two_partitions_is_refused),
    ("ST-9 a realm may hold any text", a_realm_may_hold_any_text),
    ("ST-9 versions that SQLite cannot hold are only wrong", versions_too_large_conflict),
];

/// Runs a future to its end on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn store() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (SqliteStore::open(folder.path().join("rows.db")).unwrap(), folder)
}

pub(crate) fn key(sort: &str) -> Key {
    Key::from_parts("r".into(), b"p".to_vec(), sort.as_bytes().to_vec())
}

pub(crate) fn put(sort: &str, expect: Expect, json: &str) -> Operation {
    Operation::new(key(sort), expect, Write::Put(Row::new(1, json.as_bytes().to_vec())))
}

pub(crate) fn change(operations: impl IntoIterator<Item = Operation>) -> ChangeSet {
    let id = ChangeSetId::from_uuid(Uuid::nil());
    ChangeSet::new(id, operations.into_iter().collect()).unwrap()
}

/// Writes rows that are not there yet.
pub(crate) fn puts<'a>(sorts: impl IntoIterator<Item = &'a str>) -> ChangeSet {
    change(sorts.into_iter().map(|sort| put(sort, Expect::Absent, "{}")))
}

pub(crate) async fn read(store: &SqliteStore, sort: &str) -> Option<Versioned> {
    store.get(&[key(sort)]).await.unwrap().remove(0)
}

fn a_conflict_names_all_keys() {
    let (store, _folder) = store();
    block_on(store.commit(&puts(["b", "d"]))).unwrap();
    let outcome = block_on(store.commit(&puts(["a", "b", "c", "d"]))).unwrap();
    assert_eq!(outcome, CommitOutcome::Conflict { keys: vec![key("b"), key("d")] });
    assert_eq!(block_on(read(&store, "a")), None);
}

fn rows_change_and_go() {
    let (store, _folder) = store();
    let due = |seconds| DateTime::from_timestamp(seconds, 0);
    let rows = [
        Row::new(1, vec![1]).with_due(due(1)),
        Row::new(u16::MAX, vec![]).with_due(due(-2)),
        Row::new(0, vec![0, 255]),
        Row::new(1, vec![1]).with_due(due(1)),
    ];
    let mut expect = Expect::Absent;
    for row in rows {
        let put = Operation::new(key("a"), expect, Write::Put(row.clone()));
        block_on(store.commit(&change([put]))).unwrap();
        let found = block_on(read(&store, "a")).unwrap();
        expect = Expect::At(found.version);
        assert_eq!(found.row, row);
    }
    let delete = Operation::new(key("a"), expect, Write::Delete);
    assert_eq!(block_on(store.commit(&change([delete]))).unwrap(), CommitOutcome::Committed);
    assert_eq!(block_on(read(&store, "a")), None);
}

fn no_runtime_is_needed() {
    let (store, _folder) = store();
    let committed = slotlink::testkit::block_on(store.commit(&puts(["a"]))).unwrap();
    assert_eq!(committed, CommitOutcome::Committed);
    assert!(slotlink::testkit::block_on(read(&store, "a")).is_some());
}

fn a_dropped_future_is_harmless() {
    let (store, _folder) = store();
    for number in 0..500 {
        let change = puts([format!("{number} a").as_str(), format!("{number} b").as_str()]);
        let keys = [key(&format!("{number} a")), key(&format!("{number} b"))];
        // Polled once: handed over, and then given up.
        block_on(async {
            tokio::select! { biased; _ = store.commit(&change) => {}, () = async {} => {} }
            tokio::select! { biased; _ = store.get(&keys) => {}, () = async {} => {} }
        });
    }
    assert_eq!(block_on(store.commit(&puts(["last"]))).unwrap(), CommitOutcome::Committed);
    let keys: Vec<Key> = (0..500)
        .flat_map(|number| [key(&format!("{number} a")), key(&format!("{number} b"))])
        .collect();
    let rows = block_on(store.get(&keys)).unwrap();
    assert!(rows.chunks(2).all(|pair| pair[0].is_some() == pair[1].is_some()));
    assert!(rows.iter().any(Option::is_some), "none was handed over");
}

/// All keys of a scan, in pages.
fn pages(store: &SqliteStore, scan: &Scan, limit: u16) -> Vec<Key> {
    let (mut found, mut page) = (Vec::new(), Page::first(limit));
    loop {
        let answer = block_on(store.scan(scan, &page)).unwrap();
        assert!(answer.rows.len() <= usize::from(limit));
        found.extend(answer.rows.into_iter().map(|(key, _)| key));
        assert!(found.len() < 100, "it goes round");
        let Some(next) = answer.next else { return found };
        page = Page::after(next, limit);
    }
}

fn pages_of_a_range() {
    let (store, _folder) = store();
    block_on(store.commit(&puts(["", "a", "b", "b\0", "bb", "c"]))).unwrap();
    let range = |from, to| Scan::Range { from: key(from), to: key(to) };
    for limit in 1..=7 {
        let within = ["a", "b", "b\0", "bb"].map(key);
        assert_eq!(pages(&store, &range("a", "c"), limit), within, "in pages of {limit}");
        assert_eq!(pages(&store, &range("c", "a"), limit), []);
    }
    // A cursor of a range that began before this one.
    let cursor = block_on(store.scan(&range("", "c"), &Page::first(1))).unwrap().next.unwrap();
    let page = block_on(store.scan(&range("b", "c"), &Page::after(cursor, 1))).unwrap();
    assert!(matches!(&page.rows[..], [(found, _)] if *found == key("b")));
}

fn pages_of_due_rows() {
    let (store, _folder) = store();
    let row = |due| Row::new(1, Vec::new()).with_due(DateTime::from_timestamp(due, 0));
    // Equal instants, partitions that are prefixes of each other, instants before 1970.
    let rows =
        [(-5, "", "z"), (7, "", ""), (7, "p", ""), (7, "p", "s"), (7, "ps", ""), (9, "", "a")];
    let key =
        |partition: &str, sort: &str| Key::from_parts("r".into(), partition.into(), sort.into());
    let put = |(due, partition, sort)| {
        Operation::new(key(partition, sort), Expect::Absent, Write::Put(row(due)))
    };
    block_on(store.commit(&change(rows.map(put)))).unwrap();
    let until = DateTime::from_timestamp(9, 500_000_000).unwrap();
    let scan = Scan::Due { realm: "r".into(), until };
    for limit in 1..=7 {
        let keys = rows.map(|(_, partition, sort)| key(partition, sort));
        assert_eq!(pages(&store, &scan, limit), keys, "in pages of {limit}");
    }
}

fn a_foreign_cursor_is_refused() {
    let (store, _folder) = store();
    let scan = Scan::Due { realm: "r".into(), until: DateTime::UNIX_EPOCH };
    for bytes in [vec![], vec![1; 8], vec![255; 16]] {
        assert!(block_on(store.scan(&scan, &Page::after(Cursor::new(bytes), 1))).is_err());
    }
}

fn a_range_over_two_partitions_is_refused() {
    let (store, _folder) = store();
    let to = Key::from_parts("r".into(), b"q".to_vec(), Vec::new());
    let scan = Scan::Range { from: key("a"), to };
    assert!(block_on(store.scan(&scan, &Page::first(1))).is_err());
}

fn a_realm_may_hold_any_text() {
    let (store, _folder) = store();
    let realms = ["", "a", "A", "a ", "a\0b", "a\0c", "ä", "\u{10FFFF}"];
    let keys = realms.map(|realm| Key::from_parts(realm.into(), Vec::new(), Vec::new()));
    let row = |realm: &str| Row::new(1, realm.as_bytes()).with_due(Some(DateTime::UNIX_EPOCH));
    for (key, realm) in keys.iter().zip(realms) {
        let operation = Operation::new(key.clone(), Expect::Absent, Write::Put(row(realm)));
        let outcome = block_on(store.commit(&change([operation]))).unwrap();
        assert_eq!(outcome, CommitOutcome::Committed, "{realm:?}");
        let scan = Scan::Due { realm: realm.into(), until: DateTime::UNIX_EPOCH };
        let found = block_on(store.scan(&scan, &Page::first(9))).unwrap().rows;
        assert!(matches!(&found[..], [(found, _)] if found == key), "{realm:?}");
    }
    let found = block_on(store.get(&keys)).unwrap().into_iter().map(|row| row.unwrap().row);
    assert!(found.eq(realms.map(row)));
}

fn versions_too_large_conflict() {
    let (store, _folder) = store();
    block_on(store.commit(&puts(["a"]))).unwrap();
    let expect = Expect::At(Version::new(u64::MAX));
    let outcome = block_on(store.commit(&change([put("a", expect, "{}")]))).unwrap();
    assert_eq!(outcome, CommitOutcome::Conflict { keys: vec![key("a")] });
}
