//! Opens connections, and brings the file to the newest shape.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use refinery::error::Kind;
use rusqlite::{Connection, OpenFlags};

/// How long a call waits for another process that writes, before it is an error.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The most memory of a connection's pages, as SQLite wants it: KiB are negative. Reads of thousands
/// of keys are twice as fast as with the 2 MB that it would take.
const CACHE_KIB: i32 = -16_000;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The file could not be opened. No row of it has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A newer version of this code has been here. Start that one.
    #[error("the file has migration {migration}, which this code does not know")]
    #[non_exhaustive]
    Newer {
        /// The first one that is not known.
        migration: i32,
    },
    /// The tables could not be brought to their newest shape, or were made by other code.
    #[error("could not migrate the file")]
    Migration(#[source] refinery::Error),
    /// The file system cannot hold a write-ahead log, as most network file systems.
    #[error("the file cannot have a write-ahead log, only journal mode {mode}")]
    #[non_exhaustive]
    NoWriteAheadLog {
        /// What SQLite fell back to.
        mode: String,
    },
    /// SQLite refused.
    #[error("could not open the file")]
    Sqlite(#[from] rusqlite::Error),
    /// The path, the lock beside the file, or a thread.
    #[error("the system refused")]
    System(#[from] io::Error),
}

/// The absolute path of a file that has all tables.
///
/// A lock beside it lets one opener in at a time, of whatever process: two that saw the same
/// migrations missing would both make them. Closing the lock's file lets go of it.
pub(crate) fn prepare(path: &Path) -> Result<PathBuf, OpenError> {
    // Absolute, so that `:memory:` is the name of a file like any other.
    let path = std::path::absolute(path)?;
    let mut beside = OsString::from(&path);
    beside.push("-open");
    let lock = File::options().create(true).truncate(false).write(true).open(beside)?;
    lock.lock()?;
    let mut connection = connect(&path)?;
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(OpenError::NoWriteAheadLog { mode });
    }
    // In one transaction: a migration, and that it has been made.
    let runner = embedded::migrations::runner().set_grouped(true);
    runner.run(&mut connection).map_err(|error| match error.kind() {
        Kind::MissingVersion(migration) => OpenError::Newer { migration: migration.version() },
        _ => OpenError::Migration(error),
    })?;
    Ok(path)
}

/// A connection to a file that is there or is made.
pub(crate) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // Each commit is on the disk before it is answered. With NORMAL, a write-ahead log loses the
    // last commits when power fails.
    connection.pragma_update(None, "synchronous", "full")?;
    // Darwin's fsync does not reach the disk; elsewhere this changes nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn st_1_each_commit_is_synced() {
        let folder = tempfile::tempdir().unwrap();
        let path = prepare(&folder.path().join("rows.db")).unwrap();
        let connection = connect(&path).unwrap();
        let pragma = |name: &str| {
            connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
        };
        assert_eq!(pragma("journal_mode").unwrap(), String::from("wal").into());
        let full = 2.into();
        assert_eq!(pragma("synchronous").unwrap(), full);
        assert_eq!(pragma("fullfsync").unwrap(), 1.into());
    }
}
