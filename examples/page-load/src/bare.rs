//! What bookings are compared with: axum, and SQLite that inserts one row.

use std::path::Path;
use std::thread;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use rusqlite::Connection;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::Failure;

/// The most rows of one transaction.
const BATCH: usize = 128;

#[derive(Deserialize)]
struct NewRow {
    start: String,
    name: String,
    email: String,
}

type Order = (NewRow, oneshot::Sender<bool>);

/// Writes as the store does: one thread, what waits in one transaction, on the disk before the answer.
pub(crate) async fn serve(database: &Path) -> Result<(), Failure> {
    let connection = Connection::open(database)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch(
        "CREATE TABLE bookings (id INTEGER PRIMARY KEY, start TEXT, name TEXT, email TEXT)",
    )?;
    let (orders, waiting) = mpsc::channel(2 * BATCH);
    thread::spawn(move || write(connection, waiting));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    let routes = Router::new().route("/rows", post(insert)).with_state(orders);
    Ok(axum::serve(listener, routes).await?)
}

async fn insert(State(orders): State<mpsc::Sender<Order>>, Json(row): Json<NewRow>) -> StatusCode {
    let (answer, answered) = oneshot::channel();
    let is_sent = orders.send((row, answer)).await.is_ok();
    match is_sent && answered.await.unwrap_or(false) {
        true => StatusCode::CREATED,
        false => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn write(mut connection: Connection, mut orders: mpsc::Receiver<Order>) {
    let mut batch = Vec::with_capacity(BATCH);
    while orders.blocking_recv_many(&mut batch, BATCH) > 0 {
        let is_done = commit(&mut connection, &batch).is_ok();
        for (_, answer) in batch.drain(..) {
            // Whoever has gone does not want to know.
            answer.send(is_done).ok();
        }
    }
}

fn commit(connection: &mut Connection, batch: &[Order]) -> Result<(), rusqlite::Error> {
    let transaction = connection.transaction()?;
    let insert = "INSERT INTO bookings (start, name, email) VALUES (?1, ?2, ?3)";
    for (row, _) in batch {
        transaction.prepare_cached(insert)?.execute((&row.start, &row.name, &row.email))?;
    }
    transaction.commit()
}
