//! How often somebody may try to book, or to sign in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

/// In this time a bucket is full again, whatever was taken from it.
const LATELY: Duration = Duration::from_secs(60);

/// Attempts, counted for each network address: a bucket that fills again.
#[derive(Debug)]
pub(crate) struct Attempts {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    /// Who has guessed wrong, and when last.
    wrong: Mutex<HashMap<IpAddr, Instant>>,
}

impl Attempts {
    /// So many a minute; any number if `None`.
    pub(crate) fn per_minute(most: Option<NonZeroU32>) -> Self {
        let limiter = most.map(|most| RateLimiter::keyed(Quota::per_minute(most)));
        Self { limiter, wrong: Mutex::default() }
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// How long to wait, if there were too many.
    pub(crate) fn count(&self, from: IpAddr) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter.check_key(&network(from)).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            Duration::from_secs(wait.as_secs().saturating_add(1))
        })
    }

    /// Whether a secret is the right one: many programs know it, so that who knows it is not counted.
    /// Who was wrong lately has to wait also with the right one: else nothing would slow who guesses.
    ///
    /// # Errors
    /// How long to wait; then it was not looked at, or it was wrong.
    pub(crate) fn guess(
        &self,
        from: IpAddr,
        is_right: impl FnOnce() -> bool,
    ) -> Result<bool, Duration> {
        let was_wrong = self.was_wrong(from);
        if was_wrong {
            self.count(from)?;
        }
        if is_right() {
            return Ok(true);
        }
        self.wrong().insert(network(from), Instant::now());
        if !was_wrong {
            self.count(from)?;
        }
        Ok(false)
    }

    fn was_wrong(&self, from: IpAddr) -> bool {
        self.wrong().get(&network(from)).is_some_and(|at| at.elapsed() < LATELY)
    }

    fn wrong(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        // Nothing that holds it can leave it half done.
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets addresses that have nothing to be remembered for.
    pub(crate) fn tidy(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        self.wrong().retain(|_, at| at.elapsed() < LATELY);
    }
}

/// What somebody is told who has to wait.
pub(crate) fn too_many(wait: Duration) -> String {
    format!("Too many attempts from here. Please wait {} seconds.", wait.as_secs())
}

/// Of IPv6 the /64 that one household has: else it has endless addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX << 64;
            IpAddr::V6((u128::from(address) & mask).into())
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_tries_too_often_has_to_wait_and_others_do_not() {
        let attempts = Attempts::per_minute(NonZeroU32::new(2));
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert_eq!([attempts.count(one), attempts.count(one)], [Ok(()), Ok(())]);
        let wait = attempts.count(one).unwrap_err();
        assert!((1..=31).contains(&wait.as_secs()), "{wait:?}");
        assert_eq!(attempts.count(other), Ok(()));
    }

    #[test]
    fn who_guesses_wrong_waits_also_with_the_right_one_and_who_knows_it_never() {
        let attempts = Attempts::per_minute(NonZeroU32::new(2));
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..5 {
            assert_eq!(attempts.guess(one, || true), Ok(true));
        }
        assert_eq!(attempts.guess(one, || false), Ok(false));
        assert_eq!(attempts.guess(one, || true), Ok(true));
        assert!(attempts.guess(one, || panic!("it was looked at")).is_err());
        assert_eq!(attempts.guess(other, || true), Ok(true));
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let attempts = Attempts::per_minute(NonZeroU32::new(1));
        assert_eq!(attempts.count("2001:db8::1".parse().unwrap()), Ok(()));
        assert!(attempts.count("2001:db8::2".parse().unwrap()).is_err());
        assert_eq!(attempts.count("2001:db8:0:1::2".parse().unwrap()), Ok(()));
        assert_eq!(attempts.count("::ffff:192.0.2.1".parse().unwrap()), Ok(()));
        assert!(attempts.count("192.0.2.1".parse().unwrap()).is_err());
    }
}
