//! What is told when something on our side does not work.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    /// Of so many commits that are done the answer is lost.
    lost_answers: AtomicUsize,
    commits: AtomicUsize,
}

impl Disk {
    pub(super) fn is_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }

    /// How often somebody has changed anything, or has tried to.
    pub(super) fn commits(&self) -> usize {
        self.commits.load(Ordering::Relaxed)
    }

    pub(super) fn lose_answers(&self, count: usize) {
        self.lost_answers.store(count, Ordering::Relaxed);
    }

    fn is_answer_lost(&self) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        self.lost_answers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }

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
        self.commits.fetch_add(1, Ordering::Relaxed);
        // Who is served at the same time gets as far, too.
        tokio::task::yield_now().await;
        let outcome = self.rows.commit(change).await?;
        Ok(if self.is_answer_lost() { CommitOutcome::Unknown } else { outcome })
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
    service.disk.is_full(true);
    let slots = format!("/api/v1/calendars/call/slots?from={}&to={}", starts[0], starts[1]);
    is_told_without_details(service.get("/api/v1/calendars").await);
    is_told_without_details(service.get(&slots).await);
    is_told_without_details(service.get(&format!("/api/v1/appointments/{address}")).await);
    is_told_without_details(service.book("2", &pat("call", &starts[1])).await);
    let list = "/api/v1/staff/appointments";
    is_told_without_details(service.staff(Method::GET, list).await);
    // Sent again with the same key when it works again, it books.
    service.disk.is_full(false);
    service.book("2", &pat("call", &starts[1])).await.expect(201);
}

impl Service {
    async fn count(&self) -> usize {
        let listed = self.staff(Method::GET, "/api/v1/staff/appointments").await.expect(200);
        listed["appointments"].as_array().unwrap().len()
    }
}

#[tokio::test]
async fn a_booking_whose_outcome_is_unknown_is_there_once_when_it_is_sent_again() {
    let service = Service::start().await;
    let start = service.starts("call").await.remove(0);
    // The crate asks a few times by itself; it never hears.
    service.disk.lose_answers(usize::MAX);
    let unknown = service.book("a-key", &pat("call", &start)).await;
    assert_eq!(text(&unknown.headers, "retry-after"), "30");
    assert_eq!(unknown.expect(503)["kind"], "outcome_unknown");
    service.disk.lose_answers(0);
    assert_eq!(service.count().await, 1, "it was booked, and nobody was told");
    let booked = service.book("a-key", &pat("call", &start)).await.expect(201);
    assert_eq!(booked["start"], start);
    assert_eq!(service.count().await, 1);
}

#[tokio::test]
async fn an_answer_of_the_store_that_is_lost_once_is_nobodys_business() {
    let service = Service::start().await;
    let start = service.starts("call").await.remove(0);
    service.disk.lose_answers(1);
    service.book("a-key", &pat("call", &start)).await.expect(201);
    assert_eq!(service.count().await, 1);
}
