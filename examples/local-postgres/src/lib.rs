//! PostgreSQL for tests: the server that `DATABASE_URL` names, or else a private one, which is
//! started from the system's own binaries and gone when the test is.
//!
//! ```no_run
//! use local_postgres::{LocalPostgres, Sync};
//!
//! let server = LocalPostgres::start(Sync::On)?;
//! let schema = server.schema()?;
//! println!("an empty schema: {}", schema.url());
//! server.crash()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod binaries;
mod private;
mod schema;

use std::env;

use private::{Private, Proof};
pub use schema::{Schema, SchemaError};

/// A server that tests may use. A private one is stopped and removed when this is dropped, and
/// also when the process is killed.
#[derive(Debug)]
pub struct LocalPostgres {
    url: String,
    private: Option<Private>,
}

/// Whether a private server waits for its disk.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Sync {
    /// As in production: for whatever measures, or crashes the machine.
    On,
    /// Faster. What the server said is done survives its own crash, not that of the machine.
    Off,
}

/// There is no PostgreSQL here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoPostgres {
    /// Install the server's package, or set `DATABASE_URL`.
    #[error(
        "DATABASE_URL is not set, and initdb, pg_ctl and postgres are neither in PATH, nor in \
         `pg_config --bindir`, nor in /usr/lib/postgresql/*/bin"
    )]
    NotInstalled,
    /// The server does not run as root, and there is nobody else to run it.
    #[error("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")]
    NoUser,
    /// A program of the server failed.
    #[error("{program} failed: {output}")]
    #[non_exhaustive]
    Failed {
        /// Which one.
        program: &'static str,
        /// What it said.
        output: String,
    },
    /// Its folder could not be made, or its programs could not be run.
    #[error("no private PostgreSQL server could be set up")]
    Io(#[from] std::io::Error),
}

/// The server was not crashed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotCrashed {
    /// It is the one that `DATABASE_URL` names: others may use it.
    #[error("the server of DATABASE_URL is not ours to crash")]
    NotPrivate,
    /// It did not come up again.
    #[error("the server did not come up again")]
    Failed(#[source] NoPostgres),
}

impl LocalPostgres {
    /// The server that `DATABASE_URL` names if it is set and not empty, else a private one.
    ///
    /// # Errors
    /// [`NoPostgres`] says why there is none. Tests then say what they leave out, unless
    /// [`is_demanded`].
    pub fn start(sync: Sync) -> Result<Self, NoPostgres> {
        if let Some(url) = named_url() {
            return Ok(Self { url, private: None });
        }
        let private = Private::start(sync, None)?;
        Ok(Self { url: private.url(), private: Some(private) })
    }

    /// A private server that offers TLS, with this certificate and its key (PEM), whatever
    /// `DATABASE_URL` names. It takes connections without TLS, too.
    ///
    /// # Errors
    /// [`NoPostgres`] says why there is none.
    pub fn start_with_tls(sync: Sync, certificate: &str, key: &str) -> Result<Self, NoPostgres> {
        let private = Private::start(sync, Some(Proof { certificate, key }))?;
        Ok(Self { url: private.url(), private: Some(private) })
    }

    /// Where it is: a URL of a superuser, or what `DATABASE_URL` says.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A new, empty schema. It is dropped with the answer.
    ///
    /// # Errors
    /// [`SchemaError`] if the server did not make it.
    pub fn schema(&self) -> Result<Schema, SchemaError> {
        Schema::make(&self.url)
    }

    /// Crashes the server: it stops at once, comes up again and recovers what was committed.
    /// Returns when it takes connections.
    ///
    /// # Errors
    /// [`NotCrashed`] if it is not private, or did not come up again.
    pub fn crash(&self) -> Result<(), NotCrashed> {
        let private = self.private.as_ref().ok_or(NotCrashed::NotPrivate)?;
        private.crash().map_err(NotCrashed::Failed)
    }

    /// Whether it may be crashed: whether it is private.
    #[must_use]
    pub const fn is_private(&self) -> bool {
        self.private.is_some()
    }
}

/// Whether tests must not be left out: `CI` or `DATABASE_URL` is set and not empty.
#[must_use]
pub fn is_demanded() -> bool {
    named_url().is_some() || env::var_os("CI").is_some_and(|ci| !ci.is_empty())
}

fn named_url() -> Option<String> {
    env::var("DATABASE_URL").ok().filter(|url| !url.is_empty())
}
