//! Those who were overtaken take turns, within this process.
//!
//! Of many who plan at the same time for the same rows one wins, and all others have planned for
//! nothing. The more there are, the older are the rows that each has read when its commit is sent:
//! 200 of them would send thousands of commits. So whoever was overtaken once waits for the others
//! who were, and then plans alone, but for other processes and newcomers. That is a courtesy, not a
//! lock: what keeps two plans apart is the expectations of their commits.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::ports::Key;

/// Keys share queues, so that none has to be tidied up.
const QUEUES: u64 = 64;

/// Who was overtaken, in order, in a few queues.
pub(crate) struct Turns(Vec<Queue>);

/// The first one is at work, the others wait.
#[derive(Default)]
struct Queue(Mutex<VecDeque<Waiting>>);

struct Waiting {
    number: u64,
    waker: Option<Waker>,
}

/// A place in a queue. It is left when this is dropped, at work or not.
pub(crate) struct Turn<'a> {
    queue: &'a Queue,
    number: u64,
}

impl Turns {
    pub(crate) fn new() -> Self {
        Self((0..QUEUES).map(|_| Queue::default()).collect())
    }

    /// Waits until all have left who were overtaken at this key before. `None`: there is no queue.
    pub(crate) async fn take(&self, key: &Key) -> Option<Turn<'_>> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let queue = usize::try_from(hasher.finish() % QUEUES).ok()?;
        let turn = self.0.get(queue)?.join();
        poll_fn(|context| turn.poll(context)).await;
        Some(turn)
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self) -> Turn<'_> {
        let mut waiting = self.waiting();
        let number = waiting.back().map_or(0, |last| last.number.wrapping_add(1));
        waiting.push_back(Waiting { number, waker: None });
        Turn { queue: self, number }
    }
}

impl Turn<'_> {
    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        let mut waiting = self.queue.waiting();
        if waiting.front().is_none_or(|first| first.number == self.number) {
            return Poll::Ready(());
        }
        if let Some(own) = waiting.iter_mut().find(|one| one.number == self.number) {
            own.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting();
        waiting.retain(|one| one.number != self.number);
        let next = waiting.front_mut().and_then(|first| first.waker.take());
        drop(waiting);
        if let Some(waker) = next {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn key(sort: u8) -> Key {
        Key::from_parts("r".into(), vec![1], vec![sort])
    }

    fn poll<F: Future>(future: Pin<&mut F>, woken: &Arc<Woken>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(&Waker::from(woken.clone()))) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[test]
    fn the_next_one_is_woken_when_the_first_leaves() {
        let (turns, woken, key) = (Turns::new(), Arc::new(Woken::default()), key(1));
        let (mut first, mut second) = (pin!(turns.take(&key)), pin!(turns.take(&key)));
        let turn = poll(first.as_mut(), &woken).unwrap();
        assert!(poll(second.as_mut(), &woken).is_none());
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);
        drop(turn);
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert!(poll(second.as_mut(), &woken).is_some());
    }

    #[test]
    fn who_goes_away_while_waiting_holds_nobody_up() {
        let (turns, woken, key) = (Turns::new(), Arc::new(Woken::default()), key(1));
        let mut first = pin!(turns.take(&key));
        let turn = poll(first.as_mut(), &woken).unwrap();
        let mut third = pin!(turns.take(&key));
        {
            let mut second = pin!(turns.take(&key));
            assert!(poll(second.as_mut(), &woken).is_none());
            assert!(poll(third.as_mut(), &woken).is_none());
        }
        drop(turn);
        assert!(poll(third.as_mut(), &woken).is_some());
    }

    #[test]
    fn who_leaves_first_is_served_in_the_order_of_joining() {
        let (turns, woken, key) = (Turns::new(), Arc::new(Woken::default()), key(1));
        let mut all: Vec<_> = (0..5).map(|_| Box::pin(turns.take(&key))).collect();
        let mut served: Vec<Turn<'_>> =
            all.iter_mut().filter_map(|one| poll(one.as_mut(), &woken).flatten()).collect();
        for expected in 1..5 {
            assert_eq!(served.len(), 1);
            served.clear();
            let ready = all.iter_mut().enumerate().skip(expected);
            let ready = ready.filter_map(|(at, one)| Some((at, poll(one.as_mut(), &woken)??)));
            let ready: Vec<_> = ready.collect();
            assert_eq!(ready.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [expected]);
            served.extend(ready.into_iter().map(|(_, turn)| turn));
        }
    }
}
