//! Time zones: the only place where wall-clock times become instants, and back.

use std::fmt;

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Serialize};

/// A text is no name of a time zone.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{name:?} is no IANA time zone name, like \"Europe/Vienna\"")]
#[non_exhaustive]
pub struct InvalidZone {
    /// What was given; of long texts the first 64 characters.
    pub name: String,
}

/// How much of a wrong name an error repeats, in characters.
const ECHOED_CHARS: usize = 64;

/// A time zone of the IANA database, compared and stored by its name.
///
/// Where a wall-clock time does not exist (a gap) or exists twice (a fold), opening hours take the
/// edge that [`opening`](Self::opening) and [`closing`](Self::closing) name, and a grid of starts
/// takes all [`readings`](Self::readings).
#[derive(Clone, Copy, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of an IANA name, such as `America/New_York`; upper and lower case count.
    ///
    /// # Errors
    /// [`InvalidZone`] if the database has no such name.
    pub fn new(name: &str) -> Result<Self, InvalidZone> {
        name.parse()
            .map(Self)
            .map_err(|_| InvalidZone { name: name.chars().take(ECHOED_CHARS).collect() })
    }

    /// The IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What clocks in the zone show at an instant.
    #[must_use]
    pub fn local(self, instant: DateTime<Utc>) -> NaiveDateTime {
        let utc = instant.naive_utc();
        let offset = self.0.offset_from_utc_datetime(&utc).fix();
        // Fails only within a day of the ends of chrono's calendar, some 262,000 years away.
        utc.checked_add_offset(offset).unwrap_or(utc)
    }

    /// How far clocks in the zone are ahead of UTC at a Unix second, in seconds.
    pub(crate) fn offset_at(self, second: i64) -> i64 {
        let utc = DateTime::from_timestamp(second, 0).unwrap_or_default().naive_utc();
        self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc().into()
    }

    /// The date in the zone at an instant.
    #[must_use]
    pub fn date(self, instant: DateTime<Utc>) -> NaiveDate {
        self.local(instant).date()
    }

    /// The instant at which something opens that opens at a wall-clock time.
    ///
    /// In a gap it is the transition; in a fold the earlier of the two readings. In other words:
    /// the first instant at which the clock has reached that time.
    #[must_use]
    pub fn opening(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.instants(local) {
            MappedLocalTime::Single(instant) | MappedLocalTime::Ambiguous(instant, _) => instant,
            MappedLocalTime::None => self.transition(local),
        }
    }

    /// The instant at which something closes that closes at a wall-clock time.
    ///
    /// In a gap it is the transition; in a fold the later of the two readings. A time that is
    /// repeated is so from the first minute of the fold on: where the hour after midnight comes
    /// twice, what closes at midnight closes when clocks show midnight for the second time.
    #[must_use]
    pub fn closing(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.instants(local) {
            MappedLocalTime::Single(instant) | MappedLocalTime::Ambiguous(_, instant) => instant,
            MappedLocalTime::None => self.transition(local),
        }
    }

    /// Every instant at which clocks show a wall-clock time, in order: none in a gap, two in a
    /// fold, else one.
    pub fn readings(self, local: NaiveDateTime) -> impl Iterator<Item = DateTime<Utc>> {
        let (first, second) = match self.instants(local) {
            MappedLocalTime::Single(instant) => (Some(instant), None),
            MappedLocalTime::Ambiguous(earlier, later) => (Some(earlier), Some(later)),
            MappedLocalTime::None => (None, None),
        };
        first.into_iter().chain(second)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that maps wall-clock times to instants"
    )]
    fn instants(self, local: NaiveDateTime) -> MappedLocalTime<DateTime<Utc>> {
        self.0.from_local_datetime(&local).map(|zoned| zoned.to_utc())
    }

    /// The instant at which clocks jump over a wall-clock time.
    ///
    /// The last reading before the gap, taken with the offset before it, is the transition itself.
    fn transition(self, local: NaiveDateTime) -> DateTime<Utc> {
        GapInfo::new(&local, &self.0)
            .and_then(|gap| gap.begin)
            .and_then(|(jump, before)| jump.checked_sub_offset(before.fix()))
            // No gap: the ends of chrono's calendar, where the offset no longer matters.
            .unwrap_or(local)
            .and_utc()
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TryFrom<String> for Zone {
    type Error = InvalidZone;
    fn try_from(name: String) -> Result<Self, InvalidZone> {
        Self::new(&name)
    }
}

impl std::str::FromStr for Zone {
    type Err = InvalidZone;
    fn from_str(name: &str) -> Result<Self, InvalidZone> {
        Self::new(name)
    }
}

impl From<Zone> for &'static str {
    fn from(zone: Zone) -> Self {
        zone.name()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, Timelike};

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::new(name).unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn wall(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
    }

    fn readings(zone: Zone, at: &str) -> Vec<DateTime<Utc>> {
        zone.readings(wall(at)).collect()
    }

    #[test]
    fn edges_in_a_gap_are_the_transition() {
        for (name, local, transition) in [
            ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:30:00Z"),
            ("Africa/Cairo", "2026-04-24 00:00", "2026-04-23T22:00:00Z"),
            ("Pacific/Apia", "2011-12-30 00:00", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", "2011-12-30 23:59", "2011-12-30T10:00:00Z"),
            ("America/New_York", "2026-03-08 02:30", "2026-03-08T07:00:00Z"),
        ] {
            let zone = zone(name);
            assert_eq!(zone.opening(wall(local)), utc(transition), "{name}");
            assert_eq!(zone.closing(wall(local)), utc(transition), "{name}");
            assert!(readings(zone, local).is_empty(), "{name}");
        }
    }

    #[test]
    fn in_a_fold_opening_is_the_earlier_and_closing_the_later() {
        let new_york = zone("America/New_York");
        let (earlier, later) = (utc("2026-11-01T05:30:00Z"), utc("2026-11-01T06:30:00Z"));
        assert_eq!(new_york.opening(wall("2026-11-01 01:30")), earlier);
        assert_eq!(new_york.closing(wall("2026-11-01 01:30")), later);
        assert_eq!(readings(new_york, "2026-11-01 01:30"), [earlier, later]);
        assert_eq!(readings(new_york, "2026-11-01 02:00"), [utc("2026-11-01T07:00:00Z")]);
    }

    #[test]
    fn names_are_checked_and_stored() {
        assert_eq!(zone("US/Eastern").name(), "US/Eastern");
        assert_eq!(serde_json::to_string(&zone("Asia/Kolkata")).unwrap(), "\"Asia/Kolkata\"");
        for bad in ["", "Mars/Olympus", "america/new_york", &"x".repeat(9999)] {
            let refused = Zone::new(bad).unwrap_err();
            assert!(refused.name.len() <= ECHOED_CHARS);
            assert!(serde_json::from_value::<Zone>(bad.into()).is_err());
        }
        assert!(zone("Africa/Cairo") < Zone::UTC);
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        for name in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"] {
            let zone = zone(name);
            for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
                let local = zone.local(instant);
                let _ = (zone.opening(local), zone.closing(local), zone.readings(local).count());
            }
            for local in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
                let _ = (zone.opening(local), zone.closing(local), zone.readings(local).count());
            }
        }
    }

    /// Every transition of a zone from 1970 to 2110: the first instant with the new offset.
    fn transitions(zone: Zone) -> Vec<DateTime<Utc>> {
        let offset = |second: i64| {
            let at = DateTime::from_timestamp(second, 0).unwrap();
            zone.local(at).and_utc().timestamp() - second
        };
        let mut found = Vec::new();
        let six_hours = 6 * 3600;
        for step in 0..140 * 1461 {
            let (mut before, mut after) = (step * six_hours, (step + 1) * six_hours);
            if offset(before) == offset(after) {
                continue;
            }
            while after - before > 1 {
                let middle = i64::midpoint(before, after);
                if offset(middle) == offset(before) { before = middle } else { after = middle }
            }
            found.push(DateTime::from_timestamp(after, 0).unwrap());
        }
        found
    }

    #[test]
    fn edges_and_readings_agree_with_the_clock_around_every_transition() {
        let mut seen = 0;
        for tz in chrono_tz::TZ_VARIANTS.iter().step_by(5) {
            let zone = Zone(*tz);
            for at in transitions(zone) {
                seen += 1;
                let second = TimeDelta::seconds(1);
                let (old, new) = (zone.local(at - second) + second, zone.local(at));
                let (low, high) = (old.min(new), old.max(new));
                let middle = low + (high - low) / 2;
                let middle = middle.with_nanosecond(0).unwrap();
                let edges = (zone.opening(middle), zone.closing(middle));
                if old < new {
                    assert_eq!(edges, (at, at), "{zone} gap at {at}");
                    assert_eq!(zone.readings(middle).count(), 0);
                } else {
                    let expected = (at - (old - middle), at + (middle - new));
                    assert_eq!(edges, expected, "{zone} fold at {at}");
                    assert!(zone.readings(middle).eq([edges.0, edges.1]));
                    assert_eq!(zone.closing(low), at, "{zone} begin of fold at {at}");
                }
                assert_eq!(zone.closing(high), at + (high - new), "{zone} after {at}");
                assert_eq!(zone.opening(low), at - (old - low), "{zone} before {at}");
            }
        }
        assert!(seen > 5_000, "{seen} transitions");
    }
}
