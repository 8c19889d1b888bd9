//! A slotlink store on PostgreSQL, 15 or newer.
//!
//! ```no_run
//! # async fn open() -> Result<(), Box<dyn std::error::Error>> {
//! let url = "postgresql://app@db.internal/app";
//! let store = postgres_store::PostgresStore::connect(url, 8)?;
//! store.migrate().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # TLS
//!
//! Whatever leaves the machine is encrypted, and the server's certificate is always checked, its name
//! included: against the roots that the machine trusts, or those of
//! [`connect_trusting`](PostgresStore::connect_trusting). `sslmode` in the URL:
//!
//! - none, or `prefer`: TLS, but for a server on this machine (a Unix socket, `localhost`, a loopback
//!   address). A server without TLS is refused, since anybody on the way can pretend to be one.
//! - `require`: TLS, on this machine, too. It is what libpq calls `verify-full`.
//! - `disable`: no TLS, over a network either. Passwords and rows can be read on the way.
//!
//! Other modes, and `sslrootcert`, make the URL invalid. Where it names several hosts, one that is
//! elsewhere is enough for TLS with all.

mod commit;
mod failed;
mod migrate;
mod read;
mod tls;

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{BuildError, Client, Object, Pool, Runtime};
use rustls::RootCertStore;
use slotlink::ports::{
    BoxedCause, ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Row, Statement};

use commit::Told;
use failed::Failed;
pub use migrate::MigrateError;
use read::DueStart;

/// Nothing waits for ever. A lock is held for as long as a commit takes, some milliseconds. Plans that
/// read the whole table are not made: they would be kept when the table has grown. Options that the
/// URL names come after these, and win.
const SESSION: &str = "-c lock_timeout=5s -c statement_timeout=10s -c synchronous_commit=on \
    -c default_transaction_isolation=read\\ committed -c enable_seqscan=off";
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);
/// Longer than the server's own timeouts, which leave no doubt of what became of a commit.
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);

/// Keeps rows in the table `slotlink_rows` of the first schema of the `search_path`.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: Pool,
    answered_within: Duration,
}

/// A statement, and the connection that knows it.
struct Prepared {
    client: Client,
    statement: Statement,
}

/// There can be no store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Correct it.
    #[error("the URL of the database is not valid")]
    InvalidUrl(#[source] tokio_postgres::Error),
    /// Give certificates in PEM, one at least.
    #[error("the root certificates are not valid")]
    InvalidRoots(#[source] BoxedCause),
    /// Install them (Debian: `ca-certificates`), or give the database's own.
    #[error("the certificates that this machine trusts cannot be read")]
    Certificates(#[source] rustls::Error),
    /// Call from within a Tokio runtime.
    #[error("there can be no pool of connections")]
    NoPool(#[from] BuildError),
}

impl PostgresStore {
    /// A store of at most `pool_size` connections (at least one), each made when it is needed. The
    /// URL names the primary: replicas lag, and refuse commits. [TLS](crate#tls) is made with servers
    /// elsewhere; this machine says whom to trust.
    ///
    /// # Errors
    /// [`ConnectError`] if the URL is not valid, or trusted certificates are needed and there are none.
    pub fn connect(url: &str, pool_size: usize) -> Result<Self, ConnectError> {
        Self::open(url, pool_size, None)
    }

    /// The same, but the server is trusted if one of these root certificates (PEM) vouches for it, and
    /// nobody else's: for a provider, or a company, that signs its own. They do not make it TLS where it
    /// would be none.
    ///
    /// # Errors
    /// [`ConnectError`] if the URL or the certificates are not valid.
    pub fn connect_trusting(
        url: &str,
        pool_size: usize,
        roots: &[u8],
    ) -> Result<Self, ConnectError> {
        Self::open(url, pool_size, Some(tls::roots(roots)?))
    }

    fn open(
        url: &str,
        pool_size: usize,
        roots: Option<RootCertStore>,
    ) -> Result<Self, ConnectError> {
        let mut config: Config = url.parse().map_err(ConnectError::InvalidUrl)?;
        let options = format!("{SESSION} {}", config.get_options().unwrap_or_default());
        config.options(options).connect_timeout(CONNECTED_WITHIN);
        let pool = Pool::builder(tls::manager(config, roots)?)
            .max_size(pool_size.max(1))
            .runtime(Runtime::Tokio1)
            .create_timeout(Some(CONNECTED_WITHIN))
            .wait_timeout(Some(ANSWERED_WITHIN))
            .build()?;
        Ok(Self { pool, answered_within: ANSWERED_WITHIN })
    }

    /// With another patience: how long the server's answer is waited for.
    #[must_use]
    pub const fn answered_within(mut self, patience: Duration) -> Self {
        self.answered_within = patience;
        self
    }

    /// A connection with a statement on it. Nothing that fails here has changed a row.
    async fn prepared(&self, sql: &str) -> Result<Prepared, StoreError> {
        let client = self.pool.get().await.map_err(StoreError::new)?;
        let failed = match timeout(self.answered_within, client.prepare_cached(sql)).await {
            Ok(Ok(statement)) => return Ok(Prepared { client, statement }),
            Ok(Err(error)) => Failed::of(error),
            Err(elapsed) => Failed::Doubtful(elapsed.into()),
        };
        Err(StoreError::new(give_up(client, failed)))
    }

    /// Runs one statement, and so one transaction, which ends before the server says that it is
    /// ready: until then the answer is waited for.
    async fn run(
        &self,
        prepared: Prepared,
        with: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Failed> {
        let Prepared { client, statement } = prepared;
        let answer = timeout(self.answered_within, client.query(&statement, with)).await;
        let failed = match answer {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => Failed::of(error),
            Err(elapsed) => Failed::Doubtful(elapsed.into()),
        };
        Err(give_up(client, failed))
    }

    async fn query(&self, sql: &str, with: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, StoreError> {
        let prepared = self.prepared(sql).await?;
        self.run(prepared, with).await.map_err(StoreError::new)
    }
}

/// Closes a connection on which it is not clear what goes on: whoever got it next would wait, or fail.
fn give_up(client: Client, failed: Failed) -> Failed {
    if let Failed::Doubtful(_) = failed {
        drop(Object::take(client));
    }
    failed
}

#[async_trait]
impl Store for PostgresStore {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        let realms: Vec<_> = keys.iter().map(|key| key.realm().as_bytes()).collect();
        let partitions: Vec<_> = keys.iter().map(Key::partition).collect();
        let sorts: Vec<_> = keys.iter().map(Key::sort).collect();
        let found = self.query(read::GET, &[&realms, &partitions, &sorts]).await?;
        read::placed(&found, keys.len())
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let told = Told::of(change);
        let prepared = self.prepared(commit::COMMIT).await?;
        commit::outcome(self.run(prepared, &told.parameters()).await, change)
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let limit = read::limit(page);
        match scan {
            Scan::Range { from, to } => {
                let start = read::range_start(from, to, page)?;
                let (realm, partition) = (from.realm().as_bytes(), from.partition());
                let within: [&(dyn ToSql + Sync); 5] =
                    [&realm, &partition, &start, &to.sort(), &limit];
                let found = self.query(read::RANGE, &within).await?;
                read::page(&found, from.realm(), page, |key, _| Some(read::sort_after(key)))
            }
            Scan::Due { realm, until } => {
                let DueStart { due, partition, sort } = DueStart::of(page)?;
                let until = until.timestamp();
                let within: [&(dyn ToSql + Sync); 6] =
                    [&realm.as_bytes(), &until, &due, &partition, &sort, &limit];
                let found = self.query(read::DUE, &within).await?;
                read::page(&found, realm, page, DueStart::after)
            }
        }
    }
}
