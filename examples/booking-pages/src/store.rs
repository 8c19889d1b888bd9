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
pub(crate) async fn open(
    database: &str,
    roots: Option<&Path>,
) -> Result<Arc<dyn Store>, StartError> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|url| database.starts_with(url));
    if is_postgres {
        let store = postgres(database, roots)?;
        store.migrate().await.map_err(StartError::store)?;
        return Ok(Arc::new(store));
    }
    let path = database.strip_prefix("sqlite:").unwrap_or(database);
    sqlite(Path::new(path)).await
}

fn postgres(url: &str, roots: Option<&Path>) -> Result<PostgresStore, StartError> {
    // libpq's word for the roots of the machine.
    let Some(roots) = roots.filter(|path| path.as_os_str() != "system") else {
        return PostgresStore::connect(url, POOL).map_err(StartError::store);
    };
    let roots = std::fs::read(roots)
        .map_err(|_| StartError::Setting("the file of PGSSLROOTCERT cannot be read"))?;
    PostgresStore::connect_trusting(url, POOL, &roots).map_err(StartError::store)
}

pub(crate) async fn sqlite(path: &Path) -> Result<Arc<dyn Store>, StartError> {
    let path = path.to_owned();
    // It blocks while the file is migrated.
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(path)).await;
    Ok(Arc::new(opened.map_err(StartError::store)?.map_err(StartError::store)?))
}
