//! Empty stores of each kind.

use std::fmt;
use std::sync::Arc;

use local_postgres::{LocalPostgres, Schema, Sync};
use postgres_store::PostgresStore;
use slotlink::MemoryStore;
use slotlink::ports::Store;
use sqlite_store::SqliteStore;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::Outcome;
use crate::copying::Copying;

/// One connection for each client.
const CONNECTIONS: usize = 8;

/// Where empty stores come from.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "these are the stores there are")]
pub enum Stores {
    /// In memory: rows are shared with who writes and reads them.
    Memory,
    /// In memory, with bytes of its own, as databases have them.
    Copying,
    /// A file each, which is synced with every commit.
    Sqlite,
    /// A schema each, of a server that syncs with every commit.
    Postgres(LocalPostgres),
}

/// An empty store. What it stands on goes when this is dropped.
pub struct Fresh {
    store: Arc<dyn Store>,
    _ground: Ground,
}

impl fmt::Debug for Fresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").finish_non_exhaustive()
    }
}

#[expect(dead_code, reason = "they are held until they may go")]
enum Ground {
    None,
    Folder(TempDir),
    Schema(Schema),
}

impl Stores {
    /// Those of a name: `memory`, `copying`, `sqlite` or `postgres`.
    ///
    /// # Errors
    /// If there is no such name, or no PostgreSQL.
    pub fn named(name: &str) -> Outcome<Self> {
        match name {
            "memory" => Ok(Self::Memory),
            "copying" => Ok(Self::Copying),
            "sqlite" => Ok(Self::Sqlite),
            "postgres" => Ok(Self::Postgres(LocalPostgres::start(Sync::On)?)),
            other => Err(format!("no store is called {other}").into()),
        }
    }

    /// How many clients book at the same time: in memory nobody waits for anything.
    #[must_use]
    pub const fn clients(&self) -> usize {
        match self {
            Self::Memory | Self::Copying => 1,
            Self::Sqlite | Self::Postgres(_) => CONNECTIONS,
        }
    }

    /// An empty one.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn fresh(&self, runtime: &Runtime) -> Outcome<Fresh> {
        let (store, ground): (Arc<dyn Store>, _) = match self {
            Self::Memory => (Arc::new(MemoryStore::new()), Ground::None),
            Self::Copying => (Arc::new(Copying::default()), Ground::None),
            Self::Sqlite => {
                let folder = tempfile::tempdir()?;
                let store = SqliteStore::open(folder.path().join("rows.sqlite"))?;
                (Arc::new(store), Ground::Folder(folder))
            }
            Self::Postgres(server) => {
                let schema = server.schema()?;
                let store = PostgresStore::connect(&schema.url(), CONNECTIONS)?;
                runtime.block_on(store.migrate())?;
                (Arc::new(store), Ground::Schema(schema))
            }
        };
        Ok(Fresh { store, _ground: ground })
    }
}

impl Fresh {
    /// The store.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }
}
