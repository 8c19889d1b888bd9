//! The store that the settings name.

use std::path::Path;
use std::sync::Arc;

use postgres_store::PostgresStore;
use slotlink::ports::Store;
use sqlite_store::SqliteStore;

use crate::start::StartError;

/// How many connections to PostgreSQL are kept.
const POOL: usize = 8;

/// Opens it, and brings it to the newest shape.
pub(crate) async fn open(database: &str) -> Result<Arc<dyn Store>, StartError> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|url| database.starts_with(url));
    if is_postgres {
        let store = PostgresStore::connect(database, POOL).map_err(StartError::store)?;
        store.migrate().await.map_err(StartError::store)?;
        return Ok(Arc::new(store));
    }
    let path = database.strip_prefix("sqlite:").unwrap_or(database);
    sqlite(Path::new(path)).await
}

pub(crate) async fn sqlite(path: &Path) -> Result<Arc<dyn Store>, StartError> {
    let path = path.to_owned();
    // It blocks while the file is migrated.
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(path)).await;
    Ok(Arc::new(opened.map_err(StartError::store)?.map_err(StartError::store)?))
}
