//! A schema for one test.

use std::thread;

use tokio::runtime;
use tokio_postgres::{Error, NoTls, SimpleQueryMessage};

/// A schema of its own, which is dropped with this, and all that is in it.
#[derive(Debug)]
pub struct Schema {
    server: String,
    name: String,
}

/// The schema was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The server could not be reached, or refused.
    #[error("the schema could not be made")]
    Postgres(#[from] Error),
    /// No thread or socket was left.
    #[error("the server could not be asked")]
    Io(#[from] std::io::Error),
}

impl Schema {
    pub(crate) fn make(server: &str) -> Result<Self, SchemaError> {
        // The server is shared: others' schemas have random names, too.
        let name = ask(server, "SELECT 'test_' || replace(gen_random_uuid()::text, '-', '')")?;
        ask(server, &format!("CREATE SCHEMA {name}"))?;
        Ok(Self { server: server.to_owned(), name })
    }

    /// Its name, which its sessions have, too (`application_name`).
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A URL with which unqualified names mean this schema.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_with("")
    }

    /// The same, with more options for its sessions, such as `-c lock_timeout=1s`.
    #[must_use]
    pub fn url_with(&self, options: &str) -> String {
        let Self { server, name } = self;
        let options = format!("-c search_path={name} {options}");
        if !server.starts_with("postgres") {
            let quoted = options.replace('\\', r"\\");
            return format!("{server} application_name={name} options='{quoted}'");
        }
        let sign = if server.contains('?') { '&' } else { '?' };
        let encoded = options.replace(' ', "%20").replace('=', "%3D").replace('\\', "%5C");
        format!("{server}{sign}application_name={name}&options={encoded}")
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // Where it fails the server is gone, or somebody has to tidy up by hand: a test that has
        // passed does not fail for it.
        drop(ask(&self.server, &format!("DROP SCHEMA {} CASCADE", self.name)));
    }
}

/// The first value of the answer, if it has any. On a thread of its own, since the caller may be
/// within a runtime, which cannot wait.
fn ask(server: &str, sql: &str) -> Result<String, SchemaError> {
    let ask = || -> Result<String, SchemaError> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(server, NoTls).await?;
            let connection = tokio::spawn(connection);
            let answer = client.simple_query(sql).await?;
            connection.abort();
            let first = answer.iter().find_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0),
                _ => None,
            });
            Ok(first.unwrap_or_default().to_owned())
        })
    };
    thread::scope(|scope| scope.spawn(ask).join()).unwrap_or_else(|panic| {
        std::panic::resume_unwind(panic);
    })
}
