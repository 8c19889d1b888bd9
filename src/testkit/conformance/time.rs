//! Waiting without a runtime: a thread sleeps, and wakes who waits.

use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use super::seen::Seen;

/// How often something is tried again, and how long the suite waits before it does.
const TRIES: u32 = 500;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// A future that is kept on the heap, so that several of one type can be polled in turn.
pub(super) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Runs futures at once, within this task: each is polled whenever one of them is woken.
pub(super) async fn together<T>(futures: Vec<Boxed<'_, T>>) -> Vec<T> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    poll_fn(|context| {
        let mut waiting = false;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

/// Lets the others go first: not ready when it is first polled, ready then.
pub(super) async fn turn() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Polls a future until it is ready or was polled so often; then drops it.
pub(super) async fn poll_and_drop<T>(mut future: Boxed<'_, T>, polls: usize) -> Option<T> {
    let mut polled = 0;
    poll_fn(move |context| {
        if polled == polls {
            return Poll::Ready(None);
        }
        polled += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if polled == polls => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Waits for a future, but not for ever.
pub(super) async fn in_time<F: Future>(limit: Duration, future: F) -> Result<F::Output, Seen> {
    let mut future = pin!(future);
    let mut alarm = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = future.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        let set = match alarm.take().map_or_else(|| Alarm::set(limit), Ok) {
            Ok(set) => alarm.insert(set),
            Err(error) => return Poll::Ready(Err(Seen::new(format!("no thread: {error}")))),
        };
        match set.poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(Seen::new(format!("no answer in {limit:?}")))),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// What may take a while is tried again and again, up to 500 times in five seconds.
#[derive(Default)]
pub(super) struct Patience(u32);

impl Patience {
    /// Waits before the next try; fails with what was seen if there were enough.
    pub(super) async fn or_fail(&mut self, seen: impl FnOnce() -> String) -> Result<(), Seen> {
        if self.0 == TRIES {
            return Err(Seen::new(seen()));
        }
        self.0 += 1;
        if self.0 == 1 {
            turn().await;
        } else if in_time(BETWEEN_TRIES, pending::<()>()).await.is_ok() {
            return Err(Seen::new("a pause that never ends has ended"));
        }
        Ok(())
    }
}

/// Wakes who waits for it once, after a time. Its thread ends when it is dropped.
struct Alarm {
    bell: Arc<Mutex<Bell>>,
    _stop: mpsc::Sender<()>,
}

#[derive(Default)]
struct Bell {
    rung: bool,
    waiting: Option<Waker>,
}

fn lock(bell: &Mutex<Bell>) -> MutexGuard<'_, Bell> {
    bell.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Alarm {
    fn set(after: Duration) -> std::io::Result<Self> {
        let bell = Arc::new(Mutex::new(Bell::default()));
        let (stop, stopped) = mpsc::channel();
        let rings = bell.clone();
        thread::Builder::new().spawn(move || {
            if stopped.recv_timeout(after) == Err(RecvTimeoutError::Timeout) {
                let mut bell = lock(&rings);
                bell.rung = true;
                if let Some(waiting) = bell.waiting.take() {
                    waiting.wake();
                }
            }
        })?;
        Ok(Self { bell, _stop: stop })
    }

    fn poll(&self, context: &Context<'_>) -> Poll<()> {
        let mut bell = lock(&self.bell);
        if bell.rung {
            return Poll::Ready(());
        }
        bell.waiting = Some(context.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::testkit::block_on;

    #[test]
    fn together_runs_futures_in_turn_and_keeps_their_order() {
        let log = Mutex::new(Vec::new());
        let client = |name: char, turns: usize| {
            let log = &log;
            Box::pin(async move {
                for _ in 0..turns {
                    log.lock().unwrap().push(name);
                    turn().await;
                }
                name
            }) as Boxed<'_, char>
        };
        let done = block_on(together(vec![client('a', 3), client('b', 1), client('c', 2)]));
        assert_eq!(done, ['a', 'b', 'c']);
        assert_eq!(*log.lock().unwrap(), ['a', 'b', 'c', 'a', 'c', 'a']);
    }

    #[test]
    fn a_future_is_polled_so_often_and_dropped() {
        let polled = AtomicUsize::new(0);
        let busy = || -> Boxed<'_, ()> {
            Box::pin(async {
                for _ in 0..3 {
                    polled.fetch_add(1, Relaxed);
                    turn().await;
                }
            })
        };
        for (polls, output, seen) in
            [(0, None, 0), (2, None, 2), (4, Some(()), 3), (9, Some(()), 3)]
        {
            polled.store(0, Relaxed);
            assert_eq!(block_on(poll_and_drop(busy(), polls)), output);
            assert_eq!(polled.load(Relaxed), seen, "{polls}");
        }
    }

    #[test]
    fn a_future_that_nobody_wakes_is_not_waited_for_for_ever() {
        let seen = block_on(in_time(Duration::from_millis(5), pending::<()>())).unwrap_err();
        assert_eq!(seen.to_string(), "no answer in 5ms");
        assert_eq!(block_on(in_time(Duration::ZERO, async { 7 })).unwrap(), 7);
    }
}
