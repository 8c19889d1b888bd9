//! Opening files: new ones, from several sides at once, and those of other versions.

use std::path::Path;
use std::process::Command;
use std::thread;

use rusqlite::Connection;
use slotlink::ports::Store;
use sqlite_store::{OpenError, SqliteStore};

use crate::processes::{finish, start, start_with};
use crate::rows::{block_on, puts, read};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("opening: many at once make a new file", many_at_once_make_a_new_file),
    ("opening: a file that others use, too", a_file_that_others_use_too),
    ("opening: a newer file is refused", a_newer_file_is_refused),
    ("opening: a file that other code has made is refused", a_diverging_file_is_refused),
    ("opening: what SQLite and the system refuse", what_is_no_file),
    ("opening: no name is special", no_name_is_special),
];

fn many_at_once_make_a_new_file() {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rows.db");
        let children: Vec<_> = (0..4).map(|_| start("open", &file)).collect();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| SqliteStore::open(&file).unwrap());
            }
        });
        for child in children {
            finish(child);
        }
        let store = SqliteStore::open(&file).unwrap();
        block_on(store.commit(&puts(["a"]))).unwrap();
        assert!(block_on(read(&store, "a")).is_some());
    }
}

fn a_file_that_others_use_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("host.db");
    let host = Connection::open(&file).unwrap();
    host.execute_batch("CREATE TABLE rows (id INTEGER); INSERT INTO rows VALUES (7)").unwrap();
    let store = SqliteStore::open(&file).unwrap();
    block_on(store.commit(&puts(["a"]))).unwrap();
    drop(store);
    let store = SqliteStore::open(&file).unwrap();
    assert!(block_on(read(&store, "a")).is_some());
    assert_eq!(host.query_one("SELECT id FROM rows", [], |row| row.get::<_, i64>(0)), Ok(7));
}

/// The history of a file's migrations, after a statement has changed it.
fn open_after(statement: &str) -> Result<SqliteStore, OpenError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.db");
    drop(SqliteStore::open(&file).unwrap());
    let changed = Connection::open(&file).unwrap().execute(statement, []).unwrap();
    assert_eq!(changed, 1);
    SqliteStore::open(&file)
}

fn a_newer_file_is_refused() {
    let newer = "INSERT INTO refinery_schema_history
        SELECT 99, 'newer', applied_on, checksum FROM refinery_schema_history WHERE version = 1";
    let error = open_after(newer).unwrap_err();
    assert!(matches!(error, OpenError::Newer { migration: 99, .. }), "{error:?}");
}

fn a_diverging_file_is_refused() {
    let other = "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 1";
    let error = open_after(other).unwrap_err();
    assert!(matches!(error, OpenError::Migration(_)), "{error:?}");
}

fn what_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = SqliteStore::open(folder.path().join("no folder/rows.db")).unwrap_err();
    assert!(matches!(error, OpenError::System(_)), "{error:?}");
    let text = folder.path().join("text");
    std::fs::write(&text, "This is no database. ".repeat(99)).unwrap();
    let error = SqliteStore::open(&text).unwrap_err();
    assert!(matches!(error, OpenError::Sqlite(_)), "{error:?}");
}

/// To SQLite, these would be memory of each connection's own.
fn no_name_is_special() {
    let folder = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:rows.db?mode=memory"] {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.current_dir(&folder);
        finish(start_with(program, "open", Path::new(name)));
        assert!(folder.path().join(name).exists(), "{name}");
    }
}
