//! What one host has given away of one UTC day: where bookings that conflict meet (R19).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::slot::SlotKey;
use crate::words::{CalendarRef, Interval, Occupancy, Occupant};

const DAY_SECONDS: i64 = 86_400;

/// The UTC days that an interval touches, as days since 1970-01-01.
///
/// Two intervals that share an instant share its day. So two bookings of one host that conflict
/// write the same row, and one of them loses.
pub(crate) fn days_touched(interval: Interval) -> std::ops::RangeInclusive<i64> {
    let (start, end) = interval.into();
    start.div_euclid(DAY_SECONDS)..=end.saturating_sub(1).div_euclid(DAY_SECONDS)
}

/// The UTC day of an instant.
pub(crate) const fn day_of(instant: DateTime<Utc>) -> i64 {
    instant.timestamp().div_euclid(DAY_SECONDS)
}

/// The occupancies of one host that touch one UTC day, sorted by start.
#[derive(Clone, Debug, Default, Eq, PartialEq, Deserialize)]
#[serde(try_from = "Compact<(CalendarRef, Occupant)>")]
pub(crate) struct HostDay(Vec<Occupancy>);

/// How a day is kept: each calendar and owner once, and six numbers for each slot. A day of
/// five-minute slots fits into a row even if the ids are long.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compact<W> {
    whose: Vec<W>,
    slots: Vec<CompactSlot>,
}

/// Index into `whose`, start, end, buffer before, buffer after (seconds), seats taken.
type CompactSlot = (usize, i64, i64, i64, i64, u16);

impl Serialize for HostDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut whose: Vec<(&CalendarRef, &Occupant)> = Vec::new();
        let slots = self.0.iter().map(|held| {
            let key = (held.calendar(), held.owner());
            let index = whose.iter().position(|known| *known == key).unwrap_or(whose.len());
            if index == whose.len() {
                whose.push(key);
            }
            let (start, end) = held.core().into();
            let (from, to) = held.padded().into();
            let (before, after) = (start.saturating_sub(from), to.saturating_sub(end));
            (index, start, end, before, after, held.seats_taken())
        });
        let slots = slots.collect();
        Compact { whose, slots }.serialize(serializer)
    }
}

/// A kept day makes no sense.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a slot of a host's day makes no sense")]
struct Senseless;

impl TryFrom<Compact<(CalendarRef, Occupant)>> for HostDay {
    type Error = Senseless;

    fn try_from(
        Compact { whose, slots }: Compact<(CalendarRef, Occupant)>,
    ) -> Result<Self, Senseless> {
        let occupancy = |(index, start, end, before, after, seats): CompactSlot| {
            let (calendar, owner) = whose.get(index).cloned()?;
            let core = Interval::try_from((start, end)).ok()?;
            let padded = (start.checked_sub(before)?, end.checked_add(after)?);
            let padded = Interval::try_from(padded).ok()?;
            Occupancy::new(core, padded, calendar, owner, seats).ok()
        };
        let day: Option<Vec<_>> = slots.into_iter().map(occupancy).collect();
        day.map(Self).ok_or(Senseless)
    }
}

/// A change would break what the row promises: it was not planned from this row.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the host is occupied then")]
    Occupied,
    #[error("the host has no such slot")]
    NoSuchSlot,
}

impl HostDay {
    pub(crate) fn occupancies(&self) -> &[Occupancy] {
        &self.0
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives a seat of a slot away: one more of an open slot, or the first of a new one.
    ///
    /// The rule of R19 is asked here once more, whatever the plan was made from.
    pub(crate) fn take(&mut self, slot: &SlotKey, padded: Interval) -> Result<(), Broken> {
        if let Some(held) = self.find(slot) {
            *held = held.with_one_more().ok_or(Broken::Occupied)?;
            return Ok(());
        }
        if self.0.iter().any(|held| held.padded().overlaps(padded)) {
            return Err(Broken::Occupied);
        }
        let new = Occupancy::new(slot.core, padded, slot.calendar.clone(), slot.owner.clone(), 1);
        self.0.push(new.map_err(|_| Broken::NoSuchSlot)?);
        self.0.sort_by_key(Occupancy::padded);
        Ok(())
    }

    /// Takes a seat back; with the last one the occupancy goes.
    pub(crate) fn leave(&mut self, slot: &SlotKey) -> Result<(), Broken> {
        let held = self.find(slot).ok_or(Broken::NoSuchSlot)?;
        if let Some(fewer) = held.with_one_less() {
            *held = fewer;
        } else {
            self.0.retain(|held| !slot.is_of(held));
        }
        Ok(())
    }

    fn find(&mut self, slot: &SlotKey) -> Option<&mut Occupancy> {
        self.0.iter_mut().find(|held| slot.is_of(held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{AccountId, CalendarId, UserId};

    fn interval(start: i64, end: i64) -> Interval {
        Interval::try_from((start, end)).unwrap()
    }

    fn slot(start: i64, end: i64) -> SlotKey {
        let calendar =
            CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new("demo").unwrap());
        let owner = Occupant::User(UserId::new("A001").unwrap());
        SlotKey { calendar, owner, core: interval(start, end) }
    }

    #[test]
    fn a_day_of_five_minute_slots_of_long_ids_fits_into_a_row() {
        let mut day = HostDay::default();
        let id = |n: i64| format!("{n:0>128}");
        for n in 0..288 {
            let (account, calendar) = (AccountId::new(id(n % 20)), CalendarId::new(id(n % 30)));
            let calendar = CalendarRef::new(account.unwrap(), calendar.unwrap());
            let owner = Occupant::User(UserId::new(id(n % 20)).unwrap());
            let core = interval(n * 300, (n + 1) * 300);
            day.take(&SlotKey { calendar, owner, core }, core).unwrap();
        }
        let json = serde_json::to_vec(&day).unwrap();
        assert!(json.len() < crate::ports::MAX_ROW_BYTES, "{}", json.len());
        assert_eq!(serde_json::from_slice::<HostDay>(&json).unwrap(), day);
        let broken = br#"{"whose":[],"slots":[[0,0,300,0,0,1]]}"#;
        assert!(serde_json::from_slice::<HostDay>(broken).is_err());
    }

    #[test]
    fn r19_padded_intervals_that_overlap_share_a_day() {
        assert_eq!(days_touched(interval(0, 86_400)), 0..=0);
        assert_eq!(days_touched(interval(86_399, 86_401)), 0..=1);
    }

    #[test]
    fn r19_a_second_occupancy_never_overlaps() {
        let mut day = HostDay::default();
        day.take(&slot(1000, 2000), interval(900, 2100)).unwrap();
        assert_eq!(day.take(&slot(2000, 3000), interval(2000, 3000)), Err(Broken::Occupied));
        assert_eq!(day.take(&slot(2100, 3000), interval(2100, 3000)), Ok(()));
    }

    #[test]
    fn seats_of_one_slot_share_its_occupancy() {
        let mut day = HostDay::default();
        let padded = interval(900, 2100);
        day.take(&slot(1000, 2000), padded).unwrap();
        day.take(&slot(1000, 2000), padded).unwrap();
        assert_eq!(day.occupancies().len(), 1);
        assert_eq!(day.occupancies()[0].seats_taken(), 2);
        day.leave(&slot(1000, 2000)).unwrap();
        assert!(!day.is_empty());
        day.leave(&slot(1000, 2000)).unwrap();
        assert!(day.is_empty());
        assert_eq!(day.leave(&slot(1000, 2000)), Err(Broken::NoSuchSlot));
    }
}
