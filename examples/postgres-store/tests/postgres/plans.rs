//! What the server reads to answer: by index, and no more than was asked for.
//!
//! The server's own counts tell it, of whatever plan was chosen: a sort would have to read all rows.

use std::sync::Arc;

use chrono::DateTime;
use slotlink::ports::{Cursor, Expect, Key, Operation, Page, Scan, ScanPage, Store, Write};

use crate::lab::{Home, Lab, Test, test, until};
use crate::words::{commit, key, put, row, version};

const ROWS: usize = 4_000;

pub(crate) fn tests() -> Vec<Test> {
    vec![
        test("plans::get_reads_the_rows_asked_for", get),
        test("plans::commit_reads_the_rows_named_while_the_table_grows", growing),
        test("plans::pages_of_a_range_read_their_rows", range),
        test("plans::pages_of_due_rows_read_their_rows", due),
    ]
}

/// Rows of the table that were read one after the other, and entries of its indexes.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Read {
    table: i64,
    index: i64,
}

/// What was read since, once all sessions but the asking one have ended: they tell when they end.
async fn read(home: &Home) -> Read {
    let client = home.client().await;
    let sessions = "SELECT 1 FROM pg_stat_activity \
        WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    until("all sessions have ended", async || {
        client.query(sessions, &[]).await.unwrap().is_empty()
    })
    .await;
    let counted = "SELECT (SELECT seq_tup_read FROM pg_stat_user_tables \
            WHERE relid = 'slotlink_rows'::regclass), \
        (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes \
            WHERE relid = 'slotlink_rows'::regclass)";
    let row = client.query_one(counted, &[]).await.unwrap();
    Read { table: row.get(0), index: row.get(1) }
}

fn name(number: usize) -> String {
    format!("{number:06}")
}

fn sorts(page: &ScanPage) -> Vec<Key> {
    page.rows.iter().map(|(key, _)| key.clone()).collect()
}

/// Rows that are due one after the other, in the opposite order of their keys.
async fn fill(store: &dyn Store, rows: usize) {
    let numbers: Vec<_> = (0..rows).collect();
    for some in numbers.chunks(90) {
        let due = |number: usize| DateTime::from_timestamp((rows - number) as i64, 0);
        let made = |number: &usize| {
            let row = row("{}").with_due(due(*number));
            Operation::new(key(&name(*number)), Expect::Absent, Write::Put(row))
        };
        commit(store, some.iter().map(made).collect()).await;
    }
}

/// What `work` makes the server read, over a table whose sessions have ended.
async fn measured(home: &Home, work: impl AsyncFnOnce(&dyn Store)) -> Read {
    let before = read(home).await;
    let store = home.store(1);
    work(&store).await;
    drop(store);
    let after = read(home).await;
    Read { table: after.table - before.table, index: after.index - before.index }
}

async fn get(lab: Arc<Lab>) {
    let home = lab.home().await;
    fill(&home.store(1), ROWS).await;
    let read = measured(&home, async |store| {
        let keys: Vec<_> = (0..3_000).rev().map(|number| key(&name(number + 500))).collect();
        let missing = key("missing");
        let asked: Vec<_> = keys.iter().cloned().chain([missing]).collect();
        let found = store.get(&asked).await.unwrap();
        assert!(found[..3_000].iter().all(Option::is_some) && found[3_000].is_none());
        for _ in 0..20 {
            assert!(store.get(&keys[..3]).await.unwrap().iter().all(Option::is_some));
        }
    });
    assert_eq!(read.await, Read { table: 0, index: 3_060 });
}

/// A session plans its statements once, while the table is empty.
async fn growing(lab: Arc<Lab>) {
    let home = lab.home().await;
    let commits = ROWS as i64;
    let read = measured(&home, async |store| {
        for number in 0..ROWS {
            let made = Operation::new(key(&name(number)), Expect::Absent, Write::Put(row("{}")));
            commit(store, vec![made]).await;
        }
        let at = Expect::At(version(store, &name(7)).await);
        commit(store, vec![put(&name(7), at, "1")]).await;
    })
    .await;
    assert_eq!(read.table, 0);
    assert!(read.index < commits, "{read:?}: none was there to be read but the last one");
}

async fn range(lab: Arc<Lab>) {
    let home = lab.home().await;
    fill(&home.store(1), ROWS).await;
    let scan = Scan::Range { from: key(&name(0)), to: key(&name(ROWS - 10)) };
    let read = measured(&home, async |store| {
        let after = Cursor::new([name(1_999).as_bytes(), &[0]].concat());
        let page = store.scan(&scan, &Page::after(after, 20)).await.unwrap();
        let expected: Vec<_> = (2_000..2_020).map(|number| key(&name(number))).collect();
        assert_eq!(sorts(&page), expected);
        assert!(page.next.is_some());
    })
    .await;
    assert_eq!(read, Read { table: 0, index: 21 });
}

async fn due(lab: Arc<Lab>) {
    let home = lab.home().await;
    fill(&home.store(1), ROWS).await;
    let until = DateTime::from_timestamp(3_000, 0).unwrap();
    let scan = Scan::Due { realm: "realm".to_owned(), until };
    let read = measured(&home, async |store| {
        let first = store.scan(&scan, &Page::first(20)).await.unwrap();
        let second =
            store.scan(&scan, &Page::after(first.next.clone().unwrap(), 20)).await.unwrap();
        let expected: Vec<_> = (1..=40).map(|due| key(&name(ROWS - due))).collect();
        assert_eq!([sorts(&first), sorts(&second)].concat(), expected);
        // Bytes that are no cursor of this scan.
        let odd = Page::after(Cursor::new(vec![1, 2, 3]), 20);
        store.scan(&scan, &odd).await.unwrap_err();
    })
    .await;
    assert_eq!(read, Read { table: 0, index: 42 });
}
