//! Time that a host, or an unassigned calendar, gives to a slot.

use serde::{Deserialize, Serialize};

use super::{AccountId, CalendarId, Interval, UserId};

/// A calendar together with its account: an id of a calendar means something only there (R5).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarRef {
    account: AccountId,
    calendar: CalendarId,
}

impl CalendarRef {
    /// A calendar of an account.
    #[must_use]
    pub const fn new(account: AccountId, calendar: CalendarId) -> Self {
        Self { account, calendar }
    }

    /// Account and calendar.
    #[must_use]
    pub fn into_parts(self) -> (AccountId, CalendarId) {
        (self.account, self.calendar)
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// The calendar.
    #[must_use]
    pub const fn calendar(&self) -> &CalendarId {
        &self.calendar
    }
}

/// Who gives time to slots. Users come before calendars, each ordered by id.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Occupant {
    /// A host, across all calendars of all accounts.
    User(UserId),
    /// An unassigned calendar, which is as if it were its only host.
    Calendar(CalendarRef),
}

impl Occupant {
    /// The host, unless the calendar itself is meant.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::Calendar(_) => None,
        }
    }
}

/// The parts given make no occupancy.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOccupancy {
    /// The padded interval leaves out a part of the slot.
    #[error("the padded interval {padded} must contain the slot {core}")]
    #[non_exhaustive]
    NotPadded {
        /// The slot.
        core: Interval,
        /// What was given as the slot with its buffers.
        padded: Interval,
    },
    /// Nobody sits in it, or more than a slot can hold.
    #[error("an occupancy has 1 to {MAX_SEATS} seats taken, not {seats_taken}")]
    #[non_exhaustive]
    Seats {
        /// What was given.
        seats_taken: u16,
    },
}

/// The most seats that a slot can have.
const MAX_SEATS: u16 = 1000;

/// Time that somebody gives to a slot: the slot, its buffers, and how many seats are taken.
///
/// The padded occupancies of one occupant never overlap (R19); the seats of one slot share one.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Occupancy {
    core: Interval,
    padded: Interval,
    calendar: CalendarRef,
    owner: Occupant,
    seats_taken: u16,
}

impl Occupancy {
    /// Time given to a slot of a calendar.
    ///
    /// `owner` names the slot among those of the calendar at that time: of a round robin the
    /// assigned host, of a collective calendar the primary host, else the calendar. `seats_taken`
    /// is 1 to 1000.
    ///
    /// # Errors
    /// [`InvalidOccupancy`] if `padded` does not contain `core`, or if `seats_taken` is out of
    /// range.
    pub fn new(
        core: Interval,
        padded: Interval,
        calendar: CalendarRef,
        owner: Occupant,
        seats_taken: u16,
    ) -> Result<Self, InvalidOccupancy> {
        if !padded.contains(core) {
            return Err(InvalidOccupancy::NotPadded { core, padded });
        }
        if !(1..=MAX_SEATS).contains(&seats_taken) {
            return Err(InvalidOccupancy::Seats { seats_taken });
        }
        Ok(Self { core, padded, calendar, owner, seats_taken })
    }

    /// The slot itself.
    #[must_use]
    pub const fn core(&self) -> Interval {
        self.core
    }

    /// The slot with its buffers, as they were when it was first booked.
    #[must_use]
    pub const fn padded(&self) -> Interval {
        self.padded
    }

    /// The calendar of the slot.
    #[must_use]
    pub const fn calendar(&self) -> &CalendarRef {
        &self.calendar
    }

    /// Whose slot it is.
    #[must_use]
    pub const fn owner(&self) -> &Occupant {
        &self.owner
    }

    /// How many seats of the slot are taken, 1 to 1000.
    #[must_use]
    pub const fn seats_taken(&self) -> u16 {
        self.seats_taken
    }

    /// Whether this is time given to a slot of that calendar with exactly that start and end.
    #[must_use]
    pub fn is_slot(&self, calendar: &CalendarRef, core: Interval) -> bool {
        self.core == core && self.calendar == *calendar
    }

    /// With one more seat taken. `None` if that is more than any slot can hold; whether this slot
    /// has a seat left is for the caller to ask.
    #[must_use]
    pub fn with_one_more(&self) -> Option<Self> {
        self.with_seats_taken(self.seats_taken.checked_add(1)?)
    }

    /// With one seat less taken. `None` if it was the last: the time is given back.
    #[must_use]
    pub fn with_one_less(&self) -> Option<Self> {
        self.with_seats_taken(self.seats_taken.checked_sub(1)?)
    }

    fn with_seats_taken(&self, seats_taken: u16) -> Option<Self> {
        (1..=MAX_SEATS).contains(&seats_taken).then(|| Self { seats_taken, ..self.clone() })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    core: Interval,
    padded: Interval,
    calendar: CalendarRef,
    owner: Occupant,
    seats_taken: u16,
}

impl TryFrom<Unchecked> for Occupancy {
    type Error = InvalidOccupancy;
    fn try_from(parts: Unchecked) -> Result<Self, InvalidOccupancy> {
        Self::new(parts.core, parts.padded, parts.calendar, parts.owner, parts.seats_taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(id: &str) -> CalendarRef {
        CalendarRef::new(AccountId::new("abc").unwrap(), CalendarId::new(id).unwrap())
    }

    fn interval(start: i64, end: i64) -> Interval {
        Interval::try_from((start, end)).unwrap()
    }

    fn occupancy(seats_taken: u16) -> Result<Occupancy, InvalidOccupancy> {
        let owner = Occupant::User(UserId::new("A001").unwrap());
        let padded = interval(0, 2400);
        Occupancy::new(interval(600, 2400), padded, calendar("demo"), owner, seats_taken)
    }

    #[test]
    fn a_slot_is_a_calendar_a_start_and_an_end() {
        let taken = occupancy(1).unwrap();
        assert!(taken.is_slot(&calendar("demo"), interval(600, 2400)));
        assert!(!taken.is_slot(&calendar("other"), interval(600, 2400)));
        assert!(!taken.is_slot(&calendar("demo"), interval(600, 2399)));
        assert!(!taken.is_slot(&calendar("demo"), interval(0, 2400)));
    }

    #[test]
    fn seats_taken_are_1_to_1000() {
        assert!(occupancy(0).is_err() && occupancy(1001).is_err());
        assert_eq!(occupancy(1).unwrap().with_one_less(), None);
        assert_eq!(occupancy(2).unwrap().with_one_less(), occupancy(1).ok());
        assert_eq!(occupancy(999).unwrap().with_one_more(), occupancy(1000).ok());
        assert_eq!(occupancy(1000).unwrap().with_one_more(), None);
    }

    #[test]
    fn serde_cannot_bypass_the_rules() {
        let json = serde_json::to_string(&occupancy(3).unwrap()).unwrap();
        assert_eq!(serde_json::from_str::<Occupancy>(&json).ok(), occupancy(3).ok());
        let bare = json.replace("[0,2400]", "[601,2400]");
        assert!(serde_json::from_str::<Occupancy>(&bare).is_err());
        let empty = json.replace("\"seats_taken\":3", "\"seats_taken\":0");
        assert!(serde_json::from_str::<Occupancy>(&empty).is_err());
    }
}
