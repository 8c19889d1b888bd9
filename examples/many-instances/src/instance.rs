//! One process: an instance of the services with a few clients.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use slotlink::ports::{Clock as _, SystemClock};
use tokio::time::Instant;

use crate::Failure;
use crate::arguments::Orders;
use crate::client::{Client, Desk};
use crate::journal::Journal;
use crate::world;

/// Works until the time is up, or the process is killed.
pub(crate) async fn work(orders: &Orders) -> Result<(), Failure> {
    let (scheduler, _zoom) = world::scheduler(orders.place.open().await?)?;
    let desk = Arc::new(Desk {
        scheduler,
        journal: Journal::create(&orders.journal)?,
        instance: orders.number,
        calls: AtomicU64::new(0),
        until: Instant::now() + orders.lasts,
        first_day: world::first_day(SystemClock.now()),
    });
    let mut seeds = fastrand::Rng::with_seed(orders.seed ^ u64::from(orders.number));
    let clients: Vec<_> = (0..orders.clients)
        .map(|_| tokio::spawn(Client::new(desk.clone(), seeds.u64(..)).work()))
        .collect();
    for client in clients {
        client.await??;
    }
    Ok(())
}
