//! Many want the same slot at the same moment, in one process.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use slotlink::testkit::block_on;
use slotlink::words::Seats;
use slotlink::{Appointment, Error, MemoryStore, Scheduler};

use crate::steps::Run;
use crate::world::{World, builder, caller, request, round_robin, slot_settings};

const CALLERS: u32 = 60;
const TEN: &str = "2026-11-25T10:00:00Z";

/// Lets all others in before it answers, like a store that is far away.
struct FarAway {
    store: Arc<MemoryStore>,
    commits: AtomicU32,
}

async fn let_others_in() {
    let mut is_first = true;
    poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }).await;
}

#[async_trait]
impl Store for FarAway {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        let_others_in().await;
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let_others_in().await;
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        let_others_in().await;
        self.store.scan(scan, page).await
    }
}

/// Polls all of them in turn until each has an answer. In each round so many more begin.
fn answers_of<T>(
    calls: impl Iterator<Item = Pin<Box<dyn Future<Output = T>>>>,
    more: usize,
) -> Vec<T> {
    let (mut calls, mut waiting) = (calls.fuse(), VecDeque::new());
    let mut answers = Vec::new();
    let mut context = Context::from_waker(Waker::noop());
    loop {
        waiting.extend(calls.by_ref().take(more));
        for _ in 0..waiting.len() {
            let mut call = waiting.pop_front().unwrap();
            match call.as_mut().poll(&mut context) {
                Poll::Ready(answer) => answers.push(answer),
                Poll::Pending => waiting.push_back(call),
            }
        }
        if waiting.is_empty() {
            return answers;
        }
    }
}

/// All callers book one start; how many commits that took, and what they were told.
fn rush(hosts: &[&str], seats: u16) -> (u32, Vec<Result<Appointment, Error>>) {
    rush_by(hosts, seats, 60)
}

/// The same, if so many more begin while the others are at it.
fn rush_by(hosts: &[&str], seats: u16, more: usize) -> (u32, Vec<Result<Appointment, Error>>) {
    let world = World::new(hosts);
    let mut calendar = round_robin(hosts);
    calendar.slot = slot_settings(30).with_seats(Seats::new(seats).unwrap());
    world.put(&calendar);
    let store = Arc::new(FarAway { store: world.store.clone(), commits: AtomicU32::new(0) });
    let scheduler = builder(store.clone(), &world.zoom, &world.clock, 2);
    let scheduler = Arc::new(scheduler.link_work(slotlink::LinkWork::Worker).build().unwrap());
    let call = |number: u32| -> Pin<Box<dyn Future<Output = _>>> {
        let scheduler = scheduler.clone();
        let request = request(TEN, &format!("Pat{number}"));
        Box::pin(async move { scheduler.book(&caller(), &request).await })
    };
    let answers = answers_of((0..CALLERS).map(call), more);
    (store.commits.load(Ordering::Relaxed), answers)
}

#[test]
fn all_get_their_seat_and_nobody_is_told_to_ask_again() {
    let (commits, answers) = rush(&["A001"], 60);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 60);
    // Each plans once for nothing, and once more when it is their turn.
    assert!(commits <= 2 * CALLERS, "{commits} commits");
}

/// The first ones are overtaken at the slot, which was not there yet, those who come later at its link, and all
/// at the host's day: whoever waited in another line would overtake, and be overtaken, to the end.
#[test]
fn who_comes_later_waits_in_the_same_line() {
    for more in [3, 5, 10, 20, 30] {
        let (commits, answers) = rush_by(&["A001"], 60, more);
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 60, "{more}");
        assert!(commits <= 2 * CALLERS, "{more}: {commits} commits");
    }
}

#[test]
fn of_one_seat_all_others_hear_at_once_that_it_is_gone() {
    let (commits, answers) = rush(&["A001"], 1);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = |answer: &&Result<Appointment, Error>| matches!(answer, Err(Error::Refused(_)));
    assert_eq!(answers.iter().filter(refused).count(), 59);
    assert!(commits <= CALLERS, "{commits} commits");
}

#[test]
fn callers_spread_over_hosts_who_are_free() {
    let hosts: Vec<String> = (0..CALLERS).map(|number| format!("H{number:03}")).collect();
    let hosts: Vec<&str> = hosts.iter().map(String::as_str).collect();
    let (commits, answers) = rush(&hosts, 1);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 60);
    assert!(commits <= 2 * CALLERS, "{commits} commits");
}

/// Before each of its first commits, another instance takes a seat of the same slot.
struct Overtaken {
    store: Arc<MemoryStore>,
    other: Scheduler,
    times: AtomicU32,
}

#[async_trait]
impl Store for Overtaken {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let left = self.times.load(Ordering::Relaxed);
        if left > 0 {
            self.times.store(left - 1, Ordering::Relaxed);
            block_on(self.other.book(&caller(), &request(TEN, "Sam"))).unwrap();
        }
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}

#[test]
fn who_is_overtaken_again_and_again_does_not_wait_for_themselves() {
    let world = World::new(&["A001"]);
    let mut calendar = round_robin(&["A001"]);
    calendar.slot = slot_settings(30).with_seats(Seats::new(10).unwrap());
    world.put(&calendar);
    let other = builder(world.store.clone(), &world.zoom, &world.clock, 3).build().unwrap();
    let times = AtomicU32::new(5);
    let store = Arc::new(Overtaken { store: world.store.clone(), other, times });
    let scheduler = builder(store, &world.zoom, &world.clock, 2).build().unwrap();
    let (by, pat) = (caller(), request(TEN, "Pat"));
    let mut booking = Run::new(scheduler.book(&by, &pat));
    assert!(!booking.step(), "there is nobody to wait for");
    booking.finish().unwrap();
}
