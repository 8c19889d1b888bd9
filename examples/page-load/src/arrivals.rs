//! When visitors come, and how long they wait.

use std::future::Future;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio::time::sleep_until;

use crate::Failure;

/// How long visitors waited, each from when they came.
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    pub(crate) fn of(mut waits: Vec<Duration>) -> Self {
        waits.sort_unstable();
        Self(waits)
    }

    /// So many of a thousand waited at most so long.
    pub(crate) fn at(&self, per_mille: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let place = (self.0.len() * per_mille).div_ceil(1000).saturating_sub(1).min(last);
        self.0.get(place).copied().unwrap_or_default()
    }

    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }
}

/// Visitors come at random, so many a second on average, and nobody waits for anybody: the time until
/// the next one is exponentially distributed. A visitor's wait begins when they come, also if this
/// program was late to send them.
pub(crate) async fn arrive<F>(
    rate: u32,
    time: Duration,
    random: &mut fastrand::Rng,
    visit: impl Fn() -> F,
) -> Result<Waits, Failure>
where
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let begun = Instant::now();
    let mut comes = begun;
    let mut visits = JoinSet::new();
    let mut waits = Vec::new();
    while comes < begun + time {
        sleep_until(comes).await;
        let (visit, came) = (visit(), comes);
        visits.spawn(async move { visit.await.map(|()| came.elapsed()) });
        while let Some(done) = visits.try_join_next() {
            waits.push(done??);
        }
        // 1 - [0, 1) is never 0.
        let gap = -(1.0 - random.f64()).ln() / f64::from(rate);
        comes += Duration::from_secs_f64(gap);
    }
    while let Some(done) = visits.join_next().await {
        waits.push(done??);
    }
    Ok(Waits::of(waits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_waits_the_99th_is_at_990_per_mille() {
        let waits = Waits::of((1..=100).rev().map(Duration::from_millis).collect());
        assert_eq!(waits.at(990), Duration::from_millis(99));
        assert_eq!(waits.at(500), Duration::from_millis(50));
        assert_eq!(waits.at(1000), Duration::from_millis(100));
        assert_eq!(Waits::of(Vec::new()).at(990), Duration::ZERO);
    }

    // With threads for the visits, else they wait for this loop, wherever the measuring begins.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn who_comes_while_all_is_slow_waits_from_when_they_came() {
        let mut random = fastrand::Rng::with_seed(1);
        // It is this program that is slow, before anything is sent: who measures from the sending sees none
        // of it.
        let late = || {
            std::thread::sleep(Duration::from_millis(20));
            async { Ok(()) }
        };
        let waits = arrive(100, Duration::from_millis(300), &mut random, late).await.unwrap();
        // Half as fast as they come: the last ones wait for all before them.
        assert!(waits.at(1000) > Duration::from_millis(100), "{:?}", waits.at(1000));
    }
}
