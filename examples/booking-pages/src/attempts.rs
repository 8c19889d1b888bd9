//! How often somebody may try to book, or to sign in.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Attempts, counted for each network address: a bucket that fills again.
#[derive(Debug)]
pub(crate) struct Attempts {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Attempts {
    /// So many a minute; any number if `None`.
    pub(crate) fn per_minute(most: Option<NonZeroU32>) -> Self {
        Self { limiter: most.map(|most| RateLimiter::keyed(Quota::per_minute(most))) }
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

    /// Forgets addresses that have nothing to be remembered for.
    pub(crate) fn tidy(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
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
    fn a_network_of_ipv6_is_one() {
        let attempts = Attempts::per_minute(NonZeroU32::new(1));
        assert_eq!(attempts.count("2001:db8::1".parse().unwrap()), Ok(()));
        assert!(attempts.count("2001:db8::2".parse().unwrap()).is_err());
        assert_eq!(attempts.count("2001:db8:0:1::2".parse().unwrap()), Ok(()));
        assert_eq!(attempts.count("::ffff:192.0.2.1".parse().unwrap()), Ok(()));
        assert!(attempts.count("192.0.2.1".parse().unwrap()).is_err());
    }
}
