//! What is told when something on our side does not work.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use axum::http::Method;
use serde_json::Value;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};

use super::service::{Answer, Service, pat, text};

/// A store in memory that can fail.
#[derive(Default)]
pub(super) struct Disk {
    rows: MemoryStore,
    is_full: AtomicBool,
}

impl Disk {
    fn check(&self) -> Result<(), StoreError> {
        let is_full = self.is_full.load(Ordering::Relaxed);
        if is_full { Err(StoreError::new("/var/lib/secret: no space left")) } else { Ok(()) }
    }
}

#[async_trait]
impl Store for Disk {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.check()?;
        self.rows.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.check()?;
        self.rows.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.check()?;
        self.rows.scan(scan, page).await
    }
}

fn is_told_without_details(answer: Answer) {
    assert_eq!(text(&answer.headers, "retry-after"), "30");
    let problem: Value = answer.expect(503);
    assert_eq!(problem["kind"], "store_unavailable");
    assert!(!problem.to_string().contains("secret"), "{problem}");
}

#[tokio::test]
async fn a_store_that_fails_is_told_as_nothing_but_try_again() {
    let service = Service::start().await;
    let starts = service.starts("call").await;
    let booked = service.book("1", &pat("call", &starts[0])).await.expect(201);
    let address = booked["address"].as_str().unwrap();
    service.disk.is_full.store(true, Ordering::Relaxed);
    let slots = format!("/api/v1/calendars/call/slots?from={}&to={}", starts[0], starts[1]);
    is_told_without_details(service.get("/api/v1/calendars").await);
    is_told_without_details(service.get(&slots).await);
    is_told_without_details(service.get(&format!("/api/v1/appointments/{address}")).await);
    is_told_without_details(service.book("2", &pat("call", &starts[1])).await);
    let list = "/api/v1/staff/appointments";
    is_told_without_details(service.staff(Method::GET, list).await);
    // Sent again with the same key when it works again, it books.
    service.disk.is_full.store(false, Ordering::Relaxed);
    service.book("2", &pat("call", &starts[1])).await.expect(201);
}
