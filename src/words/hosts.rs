//! The hosts of group calendars.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::UserId;
use super::location::LocationSetting;
use super::sharing::Weight;

/// The most hosts of a round robin calendar.
pub const MAX_ROUND_ROBIN_HOSTS: usize = 2000;
/// The most hosts of a collective calendar: each of them writes rows in the booking's one commit.
pub const MAX_COLLECTIVE_HOSTS: usize = 20;
/// The most hosts of a collective calendar whose hosts have limits: a booking writes their counters
/// too.
pub const MAX_COLLECTIVE_HOSTS_WITH_LIMITS: usize = 8;

/// The hosts of a calendar were refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidHosts {
    /// The same user twice.
    #[error("user {user} is a host twice")]
    #[non_exhaustive]
    Twice {
        /// The user.
        user: UserId,
    },
    /// Too many.
    #[error("a calendar of this kind has at most {allowed} hosts, not {given}")]
    #[non_exhaustive]
    TooMany {
        /// How many were given.
        given: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// A collective calendar needs a host who must be there.
    #[error("a collective calendar needs a required host")]
    NoRequiredHost,
    /// The primary host must be one of the required hosts (R10).
    #[error("the primary host {user} must be a required host of the calendar")]
    #[non_exhaustive]
    PrimaryNotRequired {
        /// The user named as primary host.
        user: UserId,
    },
}

/// Whether a collective appointment needs a host.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a host must come or may come; there is no third")]
pub enum Attendance {
    /// No slot without this host.
    Required,
    /// Joins if free, and never blocks a slot.
    Optional,
}

/// A user on a round robin calendar.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RoundRobinHost {
    /// Who.
    pub user: UserId,
    /// Higher is asked first.
    pub priority: i32,
    /// Their share of the appointments, where shares are to be equal by weight.
    #[serde(default)]
    pub weight: Weight,
    /// When they joined the calendar, if that is to be credited: who joins within an interval of
    /// fairness is taken to have had the average of what the hosts before them had. Without it they
    /// were there from the beginning.
    #[serde(default)]
    pub joined: Option<DateTime<Utc>>,
    /// Where this host's appointments of the calendar take place, if set (R7).
    pub location: Option<LocationSetting>,
}

impl RoundRobinHost {
    /// A host of priority 0 and weight 100, there from the beginning, without a location of their
    /// own.
    #[must_use]
    pub fn new(user: UserId) -> Self {
        Self { user, priority: 0, weight: Weight::default(), joined: None, location: None }
    }

    /// With a priority: higher is asked first.
    #[must_use]
    pub const fn with_priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// With a share of the appointments, as against the other hosts'.
    #[must_use]
    pub const fn with_weight(mut self, weight: Weight) -> Self {
        self.weight = weight;
        self
    }

    /// With the instant at which they joined the calendar.
    #[must_use]
    pub const fn with_joined(mut self, joined: DateTime<Utc>) -> Self {
        self.joined = Some(joined);
        self
    }

    /// With a meeting location of their own on this calendar.
    #[must_use]
    pub fn with_location(mut self, location: LocationSetting) -> Self {
        self.location = Some(location);
        self
    }
}

/// A user on a collective calendar.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CollectiveHost {
    /// Who.
    pub user: UserId,
    /// Whether they must be there.
    pub attendance: Attendance,
    /// Their setting on this calendar; counts for the primary host only (R7).
    pub location: Option<LocationSetting>,
}

impl CollectiveHost {
    /// A host who must be there.
    #[must_use]
    pub const fn required(user: UserId) -> Self {
        Self { user, attendance: Attendance::Required, location: None }
    }

    /// A host who joins if free.
    #[must_use]
    pub const fn optional(user: UserId) -> Self {
        Self { user, attendance: Attendance::Optional, location: None }
    }

    /// With a meeting location of their own on this calendar.
    #[must_use]
    pub fn with_location(mut self, location: LocationSetting) -> Self {
        self.location = Some(location);
        self
    }
}

/// The hosts of a round robin calendar: at most 2,000, each once.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<RoundRobinHost>", into = "Vec<RoundRobinHost>")]
pub struct RoundRobinHosts(Vec<RoundRobinHost>);

impl RoundRobinHosts {
    /// Checks the hosts. None at all is legal: the calendar then has no slots.
    ///
    /// # Errors
    /// [`InvalidHosts`] if a user stands there twice, or there are more than 2,000.
    pub fn new(hosts: Vec<RoundRobinHost>) -> Result<Self, InvalidHosts> {
        check_users(hosts.iter().map(|host| &host.user), MAX_ROUND_ROBIN_HOSTS)?;
        Ok(Self(hosts))
    }

    /// The hosts as given.
    #[must_use]
    pub fn as_slice(&self) -> &[RoundRobinHost] {
        &self.0
    }
}

impl TryFrom<Vec<RoundRobinHost>> for RoundRobinHosts {
    type Error = InvalidHosts;
    fn try_from(hosts: Vec<RoundRobinHost>) -> Result<Self, InvalidHosts> {
        Self::new(hosts)
    }
}

impl From<RoundRobinHosts> for Vec<RoundRobinHost> {
    fn from(hosts: RoundRobinHosts) -> Self {
        hosts.0
    }
}

/// The hosts of a collective calendar: at most 20, each once, the primary host a required one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "CollectiveParts", into = "CollectiveParts")]
pub struct CollectiveHosts {
    hosts: Vec<CollectiveHost>,
    primary: UserId,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CollectiveParts {
    hosts: Vec<CollectiveHost>,
    primary: UserId,
}

impl CollectiveHosts {
    /// Checks the hosts; the first required one is the primary host, who owns the link (R10).
    ///
    /// # Errors
    /// [`InvalidHosts`] if a user stands there twice, there are more than 20, or none is
    /// required.
    pub fn new(hosts: Vec<CollectiveHost>) -> Result<Self, InvalidHosts> {
        let required = |host: &&CollectiveHost| host.attendance == Attendance::Required;
        let Some(primary) = hosts.iter().find(required).map(|host| host.user.clone()) else {
            return Err(InvalidHosts::NoRequiredHost);
        };
        Self { hosts, primary }.checked()
    }

    /// With another primary host.
    ///
    /// # Errors
    /// [`InvalidHosts::PrimaryNotRequired`] if the user is no required host of the calendar.
    pub fn with_primary(mut self, primary: UserId) -> Result<Self, InvalidHosts> {
        self.primary = primary;
        self.checked()
    }

    fn checked(self) -> Result<Self, InvalidHosts> {
        check_users(self.hosts.iter().map(|host| &host.user), MAX_COLLECTIVE_HOSTS)?;
        let is_primary = |host: &CollectiveHost| {
            host.user == self.primary && host.attendance == Attendance::Required
        };
        if self.hosts.iter().any(is_primary) {
            Ok(self)
        } else {
            Err(InvalidHosts::PrimaryNotRequired { user: self.primary })
        }
    }

    /// The hosts as given.
    #[must_use]
    pub fn as_slice(&self) -> &[CollectiveHost] {
        &self.hosts
    }

    /// The host on whose Zoom account the link is made, and whose location counts.
    #[must_use]
    pub const fn primary(&self) -> &UserId {
        &self.primary
    }

    /// The hosts who join if they are free.
    #[must_use]
    pub fn optional(&self) -> BTreeSet<UserId> {
        let optional = |host: &&CollectiveHost| host.attendance == Attendance::Optional;
        self.hosts.iter().filter(optional).map(|host| host.user.clone()).collect()
    }
}

impl TryFrom<CollectiveParts> for CollectiveHosts {
    type Error = InvalidHosts;
    fn try_from(parts: CollectiveParts) -> Result<Self, InvalidHosts> {
        Self { hosts: parts.hosts, primary: parts.primary }.checked()
    }
}

impl From<CollectiveHosts> for CollectiveParts {
    fn from(hosts: CollectiveHosts) -> Self {
        Self { hosts: hosts.hosts, primary: hosts.primary }
    }
}

fn check_users<'a>(
    users: impl Iterator<Item = &'a UserId> + Clone,
    allowed: usize,
) -> Result<(), InvalidHosts> {
    let given = users.clone().count();
    if given > allowed {
        return Err(InvalidHosts::TooMany { given, allowed });
    }
    let mut seen = BTreeSet::new();
    for user in users {
        if !seen.insert(user) {
            return Err(InvalidHosts::Twice { user: user.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::new(id).unwrap()
    }

    #[test]
    fn the_first_required_host_is_the_primary_host() {
        let hosts = CollectiveHosts::new(vec![
            CollectiveHost::optional(user("a")),
            CollectiveHost::required(user("c")),
            CollectiveHost::required(user("b")),
        ]);
        assert_eq!(hosts.unwrap().primary(), &user("c"));
    }

    #[test]
    fn the_primary_host_must_be_required() {
        let hosts = vec![CollectiveHost::required(user("a")), CollectiveHost::optional(user("b"))];
        let refused = CollectiveHosts::new(hosts).unwrap().with_primary(user("b")).unwrap_err();
        assert_eq!(refused, InvalidHosts::PrimaryNotRequired { user: user("b") });
        assert_eq!(CollectiveHosts::new(vec![]).unwrap_err(), InvalidHosts::NoRequiredHost);
    }

    #[test]
    fn a_host_stands_on_a_calendar_once() {
        let twice = vec![RoundRobinHost::new(user("a")), RoundRobinHost::new(user("a"))];
        assert_eq!(
            RoundRobinHosts::new(twice.clone()).unwrap_err(),
            InvalidHosts::Twice { user: user("a") }
        );
        let json = serde_json::to_string(&twice).unwrap();
        assert!(serde_json::from_str::<RoundRobinHosts>(&json).is_err(), "serde checks too");
    }

    #[test]
    fn a_collective_calendar_has_at_most_20_hosts() {
        let hosts = |n: usize| (0..n).map(|i| CollectiveHost::required(user(&i.to_string())));
        assert!(CollectiveHosts::new(hosts(20).collect()).is_ok());
        assert!(matches!(
            CollectiveHosts::new(hosts(21).collect()),
            Err(InvalidHosts::TooMany { given: 21, allowed: 20 })
        ));
    }
}
