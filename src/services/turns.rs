//! Those who were overtaken take turns, within this process.
//!
//! Of many who plan at the same time for the same rows one wins, and all others have planned for
//! nothing. The more there are, the older are the rows that each has read when its commit is sent:
//! 200 of them would send thousands of commits. So whoever was overtaken at a row once waits for the
//! others who were, and then plans alone, but for other processes and newcomers. That is a courtesy,
//! not a lock: what keeps two plans apart is the expectations of their commits. So who makes no
//! progress, since nobody polls them or what they wait for does not answer, is passed over as soon
//! as others have planned a while.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::ports::Key;

/// After so many plans of others, it is looked whose turn has not ended since the last time.
const PATIENCE: u32 = 64;

/// Who was overtaken, in order, at each row.
#[derive(Default)]
pub(crate) struct Turns {
    queues: Mutex<HashMap<Key, Queue>>,
    plans: AtomicU32,
}

#[derive(Default)]
struct Queue {
    /// The first one is at work, the others wait. Never empty.
    waiting: VecDeque<Waiting>,
    /// How many have ever joined.
    joined: u64,
    /// Who was at work when that was looked at last.
    at_work: Option<u64>,
}

struct Waiting {
    number: u64,
    waker: Option<Waker>,
}

/// A place in a queue. It is left when this is dropped, at work or not.
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    key: Key,
    number: u64,
}

impl Turns {
    /// Waits until all have left, or were passed over, who were overtaken at this row before.
    pub(crate) async fn take(&self, key: &Key) -> Turn<'_> {
        let turn = self.join(key);
        poll_fn(|context| turn.poll(context)).await;
        turn
    }

    /// Somebody plans, whatever it is.
    pub(crate) fn count_plan(&self) {
        if self.plans.fetch_add(1, Ordering::Relaxed) % PATIENCE != PATIENCE - 1 {
            return;
        }
        let mut queues = self.lock();
        let passed_over: Vec<_> = queues.values_mut().filter_map(Queue::pass_over).collect();
        queues.retain(|_, queue| !queue.waiting.is_empty());
        drop(queues);
        passed_over.into_iter().for_each(Gone::tell);
    }

    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self, key: &Key) -> Turn<'_> {
        let mut queues = self.lock();
        let queue = queues.entry(key.clone()).or_default();
        let number = queue.joined;
        queue.joined = number.wrapping_add(1);
        queue.waiting.push_back(Waiting { number, waker: None });
        Turn { turns: self, key: key.clone(), number }
    }
}

/// Somebody who has left a queue, and who is to be told. Wakers run code of others: they are
/// neither used nor dropped under the lock.
struct Gone {
    _left: Option<Waiting>,
    next: Option<Waker>,
}

impl Gone {
    fn tell(self) {
        if let Some(next) = self.next {
            next.wake();
        }
    }
}

impl Queue {
    /// Lets the next one go if the one at work is still the same as the last time.
    fn pass_over(&mut self) -> Option<Gone> {
        let first = self.waiting.front()?.number;
        if self.at_work.replace(first) == Some(first) { Some(self.leave(first)) } else { None }
    }

    fn leave(&mut self, number: u64) -> Gone {
        let at = self.waiting.iter().position(|one| one.number == number);
        let left = at.and_then(|at| self.waiting.remove(at));
        Gone { _left: left, next: self.waiting.front_mut().and_then(|first| first.waker.take()) }
    }
}

impl Turn<'_> {
    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        let waker = Some(context.waker().clone());
        let mut queues = self.turns.lock();
        let Some(queue) = queues.get_mut(&self.key) else { return Poll::Ready(()) };
        let is_first = queue.waiting.front().is_some_and(|first| first.number == self.number);
        let own = queue.waiting.iter_mut().find(|one| one.number == self.number);
        let (false, Some(own)) = (is_first, own) else { return Poll::Ready(()) };
        let before = std::mem::replace(&mut own.waker, waker);
        drop(queues);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queues = self.turns.lock();
        let Some(queue) = queues.get_mut(&self.key) else { return };
        let gone = queue.leave(self.number);
        if queue.waiting.is_empty() {
            queues.remove(&self.key);
        }
        drop(queues);
        gone.tell();
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
        let (turns, woken, key) = (Turns::default(), Arc::new(Woken::default()), key(1));
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
        let (turns, woken, key) = (Turns::default(), Arc::new(Woken::default()), key(1));
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
        let (turns, woken, key) = (Turns::default(), Arc::new(Woken::default()), key(1));
        let mut all: Vec<_> = (0..5).map(|_| Box::pin(turns.take(&key))).collect();
        let mut served: Vec<Turn<'_>> =
            all.iter_mut().filter_map(|one| poll(one.as_mut(), &woken)).collect();
        for expected in 1..5 {
            assert_eq!(served.len(), 1);
            served.clear();
            let ready = all.iter_mut().enumerate().skip(expected);
            let ready = ready.filter_map(|(at, one)| Some((at, poll(one.as_mut(), &woken)?)));
            let ready: Vec<_> = ready.collect();
            assert_eq!(ready.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [expected]);
            served.extend(ready.into_iter().map(|(_, turn)| turn));
        }
    }

    #[test]
    fn a_queue_is_gone_with_the_last_one_in_it() {
        let (turns, woken) = (Turns::default(), Arc::new(Woken::default()));
        let (one, other) = (key(1), key(2));
        let (mut first, mut second) = (pin!(turns.take(&one)), pin!(turns.take(&other)));
        let first = poll(first.as_mut(), &woken).unwrap();
        let second = poll(second.as_mut(), &woken);
        assert!(second.is_some(), "another row has a queue of its own");
        drop((first, second));
        assert!(turns.lock().is_empty());
    }

    #[test]
    fn the_last_waker_counts() {
        let (turns, key) = (Turns::default(), key(1));
        let (woken, other) = (Arc::new(Woken::default()), Arc::new(Woken::default()));
        let turn = poll(pin!(turns.take(&key)), &woken).unwrap();
        let mut waits = pin!(turns.take(&key));
        assert!(poll(waits.as_mut(), &woken).is_none());
        assert!(poll(waits.as_mut(), &other).is_none());
        drop(turn);
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);
        assert_eq!(other.0.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn who_joins_after_one_has_left_comes_last() {
        let (turns, woken, key) = (Turns::default(), Arc::new(Woken::default()), key(1));
        let mut all: Vec<_> = (0..3).map(|_| Box::pin(turns.take(&key))).collect();
        let served: Vec<_> = all.iter_mut().filter_map(|one| poll(one.as_mut(), &woken)).collect();
        drop(all.remove(1));
        let mut late = pin!(turns.take(&key));
        assert!(poll(late.as_mut(), &woken).is_none());
        drop(served);
        let second = poll(all[1].as_mut(), &woken);
        assert!(second.is_some());
        assert!(poll(late.as_mut(), &woken).is_none());
        drop(second);
        assert!(poll(late.as_mut(), &woken).is_some());
    }

    #[test]
    fn who_makes_no_progress_is_passed_over_when_others_have_planned_a_while() {
        let (turns, woken, key) = (Turns::default(), Arc::new(Woken::default()), key(1));
        let forgotten = poll(pin!(turns.take(&key)), &woken).unwrap();
        let mut second = pin!(turns.take(&key));
        assert!(poll(second.as_mut(), &woken).is_none());
        (0..2 * PATIENCE - 1).for_each(|_| turns.count_plan());
        assert!(poll(second.as_mut(), &woken).is_none(), "not before everybody had a chance");
        turns.count_plan();
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        let second = poll(second.as_mut(), &woken);
        assert!(second.is_some());
        // The forgotten one leaves at last, and takes nobody's turn with it.
        drop(forgotten);
        let mut third = pin!(turns.take(&key));
        assert!(poll(third.as_mut(), &woken).is_none());
        drop(second);
        assert!(poll(third.as_mut(), &woken).is_some());
    }
}
