//! The server, a runtime, and tests that are made at run time.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use libtest_mimic::Trial;
use local_postgres::{LocalPostgres, Schema};
use postgres_store::PostgresStore;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls};

use crate::tls::Proven;

pub(crate) struct Lab {
    server: LocalPostgres,
    runtime: Runtime,
    proven: OnceLock<Proven>,
}

type Run = Box<dyn FnOnce(Arc<Lab>) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// A test. It fails by a panic.
pub(crate) struct Test {
    name: String,
    needs_private: bool,
    run: Run,
}

/// A test by the name of what it proves.
pub(crate) fn test<F>(name: impl Display, run: impl FnOnce(Arc<Lab>) -> F + Send + 'static) -> Test
where
    F: Future<Output = ()> + 'static,
{
    Test { name: name.to_string(), needs_private: false, run: Box::new(|lab| Box::pin(run(lab))) }
}

impl Test {
    /// Left out where the server is not ours to crash.
    pub(crate) fn private(self) -> Self {
        Self { needs_private: true, ..self }
    }

    pub(crate) fn trial(self, lab: Option<Arc<Lab>>) -> Trial {
        let is_left_out =
            lab.as_ref().is_none_or(|lab| self.needs_private && !lab.server.is_private());
        let run = move || {
            let lab = lab.ok_or("there is no server")?;
            lab.runtime.block_on((self.run)(lab.clone()));
            Ok(())
        };
        Trial::test(self.name, run).with_ignored_flag(is_left_out)
    }
}

/// A schema with the store's tables.
pub(crate) struct Home(Schema);

impl Lab {
    pub(crate) fn new(server: LocalPostgres) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
        Self { server, runtime, proven: OnceLock::new() }
    }

    pub(crate) fn schema(&self) -> Schema {
        self.server.schema().unwrap()
    }

    /// Another server, which offers TLS. It is started when it is first needed.
    pub(crate) fn proven(&self) -> &Proven {
        self.proven.get_or_init(Proven::start)
    }

    pub(crate) async fn home(&self) -> Home {
        Home::of(&self.server).await
    }
}

impl Home {
    pub(crate) async fn of(server: &LocalPostgres) -> Self {
        let home = Self(server.schema().unwrap());
        home.store(1).migrate().await.unwrap();
        home
    }

    pub(crate) fn store(&self, connections: usize) -> PostgresStore {
        PostgresStore::connect(&self.url(), connections).unwrap()
    }

    /// A store whose sessions have settings of their own.
    pub(crate) fn store_with(&self, connections: usize, settings: &str) -> PostgresStore {
        let url = self.0.url_with(settings);
        PostgresStore::connect(&url, connections).unwrap()
    }

    pub(crate) fn url(&self) -> String {
        self.0.url()
    }

    /// A client that is not the store's.
    pub(crate) async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

/// Asks again and again, until the answer is yes.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not after ten seconds: {what}");
}
