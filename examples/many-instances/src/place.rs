//! Where the rows of a run are kept.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use postgres_store::PostgresStore;
use slotlink::ports::Store;
use sqlite_store::SqliteStore;

use crate::Failure;

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
                let store = PostgresStore::connect(url)?;
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
