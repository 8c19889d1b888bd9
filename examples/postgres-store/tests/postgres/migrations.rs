//! Several instances start at once; an old program meets a new database.

use std::sync::Arc;

use postgres_store::{MigrateError, PostgresStore};
use tokio::task::JoinSet;

use crate::lab::{Lab, Test, test};
use crate::words::{commit, new};

pub(crate) fn tests() -> Vec<Test> {
    vec![
        test("migrations::instances_that_start_at_once_all_come_up", at_once),
        test("migrations::a_newer_database_is_refused", newer),
    ]
}

async fn at_once(lab: Arc<Lab>) {
    let schema = lab.schema();
    let mut starts = JoinSet::new();
    for number in 0..8 {
        let store = PostgresStore::connect(&schema.url(), 2).unwrap();
        starts.spawn(async move {
            store.migrate().await.unwrap();
            commit(&store, vec![new(&number.to_string(), "1")]).await;
        });
    }
    starts.join_all().await;
}

async fn newer(lab: Arc<Lab>) {
    let home = lab.home().await;
    let client = home.client().await;
    let applied = "INSERT INTO refinery_schema_history \
        VALUES (999, 'from_the_future', '2030-01-01T00:00:00Z', '1')";
    client.execute(applied, &[]).await.unwrap();
    match home.store(1).migrate().await {
        Err(MigrateError::Newer { found: 999, known, .. }) => assert!(known < 999),
        other => panic!("{other:?}"),
    }
}
