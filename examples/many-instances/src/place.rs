//! Where the rows of a run are kept.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use local_postgres::{LocalPostgres, Schema, Sync};
use postgres_store::PostgresStore;
use slotlink::ports::Store;
use sqlite_store::SqliteStore;
use tempfile::TempDir;

use crate::Failure;

/// Connections of one process.
const CONNECTIONS: usize = 8;

/// Which store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Memory,
    Sqlite,
    Postgres,
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "memory" => Ok(Self::Memory),
            "sqlite" => Ok(Self::Sqlite),
            "postgres" => Ok(Self::Postgres),
            _ => Err("a store is memory, sqlite or postgres"),
        }
    }
}

/// A place of a kind, and what it stands on: that goes when this is dropped.
pub(crate) struct Ground {
    pub(crate) place: Place,
    pub(crate) folder: TempDir,
    pub(crate) server: Option<(LocalPostgres, Schema)>,
}

impl Ground {
    /// A new file, or a new schema of a server that waits for its disk, as in production.
    pub(crate) fn new(kind: Kind) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        match kind {
            Kind::Memory => Err("processes cannot share memory".into()),
            Kind::Sqlite => {
                let place = Place::Sqlite(folder.path().join("rows.sqlite"));
                Ok(Self { place, folder, server: None })
            }
            Kind::Postgres => {
                let server = LocalPostgres::start(Sync::On)?;
                let schema = server.schema()?;
                let place = Place::Postgres(schema.url());
                Ok(Self { place, folder, server: Some((server, schema)) })
            }
        }
    }

    /// Crashes the server, if there is one and it is nobody else's.
    pub(crate) fn crash(&self) -> Result<bool, Failure> {
        match &self.server {
            Some((server, _)) if server.is_private() => {
                server.crash()?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// A place that several processes can open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Place {
    pub(crate) async fn open(&self) -> Result<Arc<dyn Store>, Failure> {
        match self {
            Self::Sqlite(path) => Ok(Arc::new(SqliteStore::open(path)?)),
            Self::Postgres(url) => {
                let store = PostgresStore::connect(url, CONNECTIONS)?;
                store.migrate().await?;
                Ok(Arc::new(store))
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => write!(f, "postgres:{url}"),
        }
    }
}

impl FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("sqlite", path)) => Ok(Self::Sqlite(path.into())),
            Some(("postgres", url)) => Ok(Self::Postgres(url.to_owned())),
            _ => Err("a place is sqlite:PATH or postgres:URL"),
        }
    }
}
