//! Brings the schema up to date.

use deadpool_postgres::{Object, PoolError};
use refinery::error::Kind;

use crate::PostgresStore;

/// Of all programs that migrate this database, one does at a time. The number stands for slotlink.
const LOCK: &str = "SELECT pg_advisory_lock(8316293078427102827)";
/// For the lock, and for each migration.
const PATIENCE: &str = "SET lock_timeout = '5min'; SET statement_timeout = '5min'";

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// The schema is not up to date.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// Call again.
    #[error("there is no connection to the database")]
    NoConnection(#[from] PoolError),
    /// Call again.
    #[error("the lock of migrations was not had")]
    NoLock(#[from] tokio_postgres::Error),
    /// A newer version of the program was here. Run that one.
    #[error("the database is at migration {found}, this program knows none after {known}")]
    #[non_exhaustive]
    Newer {
        /// The database's.
        found: i64,
        /// The program's.
        known: i64,
    },
    /// A migration failed, or is not the one that was applied before. What failed has changed nothing.
    #[error("a migration failed")]
    Failed(#[source] refinery::Error),
}

impl PostgresStore {
    /// Applies the migrations that are missing. Any number of instances may do so at once.
    ///
    /// # Errors
    /// [`MigrateError`]: the store cannot be used.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        // Out of the pool: its session holds the lock, and ends with this call, however that ends.
        let mut client = Object::take(self.pool.get().await?);
        client.batch_execute(PATIENCE).await?;
        client.batch_execute(LOCK).await?;
        let runner = embedded::migrations::runner();
        let known = runner.get_migrations().iter().map(|known| i64::from(known.version())).max();
        let known = known.unwrap_or(0);
        let migrated = runner.run_async(&mut *client).await;
        migrated.map(drop).map_err(|error| match error.kind() {
            Kind::MissingVersion(found) if i64::from(found.version()) > known => {
                MigrateError::Newer { found: i64::from(found.version()), known }
            }
            _ => MigrateError::Failed(error),
        })
    }
}
