//! Opening hours: wall-clock windows of the week, overrides of dates, time off.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{Interval, Zone};

/// Minutes of a day on the wall clock.
const DAY_MINUTES: u16 = 24 * 60;

/// How much of a wrong text an error repeats, in characters.
const ECHOED_CHARS: usize = 32;

fn echo(text: &str) -> String {
    text.chars().take(ECHOED_CHARS).collect()
}

/// A number or a text is no time of day.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTimeOfDay {
    /// A minute after 24:00.
    #[error("a time of day is minute 0 to {DAY_MINUTES}, not {minute}")]
    #[non_exhaustive]
    Minute {
        /// What was given.
        minute: u16,
    },
    /// Not `HH:MM`.
    #[error("a time of day is written 00:00 to 24:00, not {text:?}")]
    #[non_exhaustive]
    Text {
        /// What was given; of long texts the beginning.
        text: String,
    },
}

/// A wall-clock time of a day: a whole minute from 00:00 to 24:00, both legal.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The time a number of minutes after midnight, 0 to 1440.
    ///
    /// # Errors
    /// [`InvalidTimeOfDay::Minute`] if it is more than 1440.
    pub const fn new(minute: u16) -> Result<Self, InvalidTimeOfDay> {
        if minute > DAY_MINUTES {
            return Err(InvalidTimeOfDay::Minute { minute });
        }
        Ok(Self(minute))
    }

    /// Minutes after midnight on the wall clock.
    #[must_use]
    pub const fn minute(self) -> u16 {
        self.0
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for TimeOfDay {
    type Err = InvalidTimeOfDay;
    fn from_str(text: &str) -> Result<Self, InvalidTimeOfDay> {
        let two_digits = |part: &str| {
            let legal = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| legal)
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Some((two_digits(hour)?, two_digits(minute)?)))
            .filter(|(_, minute)| *minute < 60)
            .and_then(|(hour, minute)| Self::new(hour * 60 + minute).ok())
            .ok_or_else(|| InvalidTimeOfDay::Text { text: echo(text) })
    }
}

/// Two times of day, or a text, are no window.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWindow {
    /// The end is not after the start. A night shift is two windows: until 24:00, and from 00:00.
    #[error("a window must end after it starts, not go from {from} to {to}")]
    #[non_exhaustive]
    EndNotAfterStart {
        /// The given start.
        from: TimeOfDay,
        /// The given end.
        to: TimeOfDay,
    },
    /// Not `HH:MM-HH:MM`.
    #[error("a window is written like 09:00-17:00, not {text:?}")]
    #[non_exhaustive]
    Text {
        /// What was given; of long texts the beginning.
        text: String,
    },
}

/// A wall-clock window within one day, `[from, to)`, written `09:00-12:00`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl Window {
    /// The window between two times of one day.
    ///
    /// # Errors
    /// [`InvalidWindow::EndNotAfterStart`] if `to` is not after `from`.
    pub fn new(from: TimeOfDay, to: TimeOfDay) -> Result<Self, InvalidWindow> {
        if to <= from {
            return Err(InvalidWindow::EndNotAfterStart { from, to });
        }
        Ok(Self { from, to })
    }

    /// When it opens.
    #[must_use]
    pub const fn from(self) -> TimeOfDay {
        self.from
    }

    /// When it closes.
    #[must_use]
    pub const fn to(self) -> TimeOfDay {
        self.to
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl FromStr for Window {
    type Err = InvalidWindow;
    fn from_str(text: &str) -> Result<Self, InvalidWindow> {
        let (from, to) = text
            .split_once('-')
            .and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)))
            .ok_or_else(|| InvalidWindow::Text { text: echo(text) })?;
        Self::new(from, to)
    }
}

/// Gives a word its text form in rows and documents.
macro_rules! stored_as_text {
    ($($name:ident, $error:ident;)+) => {$(
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> Self {
                word.to_string()
            }
        }
    )+};
}

stored_as_text! {
    TimeOfDay, InvalidTimeOfDay;
    Window, InvalidWindow;
}

/// The windows of every day of the week. A day without windows is closed.
///
/// Windows of a day may touch or overlap; together they say when it is open.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeeklyHours {
    mon: Vec<Window>,
    tue: Vec<Window>,
    wed: Vec<Window>,
    thu: Vec<Window>,
    fri: Vec<Window>,
    sat: Vec<Window>,
    sun: Vec<Window>,
}

impl WeeklyHours {
    /// Closed all week.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With these windows on a day of the week, in place of those it had.
    #[must_use]
    pub fn with(mut self, day: Weekday, windows: Vec<Window>) -> Self {
        *self.day_mut(day) = windows;
        self
    }

    /// With the same windows on several days of the week, in place of those they had.
    #[must_use]
    pub fn on(self, days: impl IntoIterator<Item = Weekday>, windows: &[Window]) -> Self {
        days.into_iter().fold(self, |hours, day| hours.with(day, windows.to_vec()))
    }

    /// The same windows from Monday to Friday, closed at the weekend.
    #[must_use]
    pub fn monday_to_friday(windows: &[Window]) -> Self {
        use Weekday::{Fri, Mon, Thu, Tue, Wed};
        Self::new().on([Mon, Tue, Wed, Thu, Fri], windows)
    }

    /// The windows of a day of the week.
    #[must_use]
    pub fn windows(&self, day: Weekday) -> &[Window] {
        match day {
            Weekday::Mon => &self.mon,
            Weekday::Tue => &self.tue,
            Weekday::Wed => &self.wed,
            Weekday::Thu => &self.thu,
            Weekday::Fri => &self.fri,
            Weekday::Sat => &self.sat,
            Weekday::Sun => &self.sun,
        }
    }

    fn day_mut(&mut self, day: Weekday) -> &mut Vec<Window> {
        match day {
            Weekday::Mon => &mut self.mon,
            Weekday::Tue => &mut self.tue,
            Weekday::Wed => &mut self.wed,
            Weekday::Thu => &mut self.thu,
            Weekday::Fri => &mut self.fri,
            Weekday::Sat => &mut self.sat,
            Weekday::Sun => &mut self.sun,
        }
    }
}

/// When a host, or an unassigned calendar, is open: weekly hours, replaced on a date by that
/// date's override, minus time off.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    zone: Zone,
    #[serde(default)]
    weekly: WeeklyHours,
    #[serde(default)]
    overrides: BTreeMap<NaiveDate, Vec<Window>>,
    #[serde(default)]
    time_off: Vec<Interval>,
}

impl Hours {
    /// Always closed. Windows and overrides added later are wall-clock times of `zone`.
    #[must_use]
    pub fn new(zone: Zone) -> Self {
        Self { zone, weekly: WeeklyHours::new(), overrides: BTreeMap::new(), time_off: Vec::new() }
    }

    /// With these weekly hours.
    #[must_use]
    pub fn with_weekly(mut self, weekly: WeeklyHours) -> Self {
        self.weekly = weekly;
        self
    }

    /// With these windows on a date instead of the weekly ones; none means closed.
    #[must_use]
    pub fn with_override(mut self, date: NaiveDate, windows: Vec<Window>) -> Self {
        self.overrides.insert(date, windows);
        self
    }

    /// With time off, which closes whatever is open then.
    #[must_use]
    pub fn with_time_off(mut self, time_off: Interval) -> Self {
        self.time_off.push(time_off);
        self
    }

    /// The zone of the wall-clock times.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// The weekly hours, before overrides.
    #[must_use]
    pub const fn weekly(&self) -> &WeeklyHours {
        &self.weekly
    }

    /// The dates with windows of their own.
    #[must_use]
    pub const fn overrides(&self) -> &BTreeMap<NaiveDate, Vec<Window>> {
        &self.overrides
    }

    /// Time off, as it was added.
    #[must_use]
    pub fn time_off(&self) -> &[Interval] {
        &self.time_off
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_go_from_00_00_to_24_00() {
        for text in ["00:00", "09:05", "23:59", "24:00"] {
            assert_eq!(text.parse::<TimeOfDay>().unwrap().to_string(), text);
        }
        for bad in ["24:01", "9:00", "09:60", "09:0", "+9:00", "09:00:00", "", "٠٩:٠٠", "99:99"]
        {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
        let refused = TimeOfDay::new(1441).unwrap_err();
        assert_eq!(refused.to_string(), "a time of day is minute 0 to 1440, not 1441");
    }

    #[test]
    fn a_window_ends_after_it_starts() {
        let night: Window = "22:00-24:00".parse().unwrap();
        assert_eq!((night.from().minute(), night.to().minute()), (1320, 1440));
        for bad in ["12:00-12:00", "12:00-09:00", "24:00-24:00"] {
            let refused = bad.parse::<Window>().unwrap_err();
            assert!(matches!(refused, InvalidWindow::EndNotAfterStart { .. }), "{bad}");
        }
        for bad in ["12:00", "12:00-", "09:00–12:00", "09:00-12:00-13:00"] {
            let refused = bad.parse::<Window>().unwrap_err();
            assert!(matches!(refused, InvalidWindow::Text { .. }), "{bad}");
        }
    }

    #[test]
    fn hours_survive_storage() {
        let morning: Window = "09:00-12:00".parse().unwrap();
        let hours = Hours::new(Zone::new("Europe/Vienna").unwrap())
            .with_weekly(WeeklyHours::new().on([Weekday::Mon, Weekday::Fri], &[morning]))
            .with_override(NaiveDate::from_ymd_opt(2026, 12, 25).unwrap(), Vec::new())
            .with_time_off(Interval::try_from((0, 60)).unwrap());
        let json = serde_json::to_string(&hours).unwrap();
        assert_eq!(serde_json::from_str::<Hours>(&json).unwrap(), hours);
        assert_eq!(hours.weekly().windows(Weekday::Fri), [morning]);
        assert_eq!(hours.weekly().windows(Weekday::Tue), []);
    }

    #[test]
    fn serde_cannot_bypass_the_rules() {
        for bad in [
            r#"{"mon": ["12:00-09:00"]}"#,
            r#"{"mon": ["12:00-24:30"]}"#,
            r#"{"monday": ["09:00-12:00"]}"#,
        ] {
            assert!(serde_json::from_str::<WeeklyHours>(bad).is_err(), "{bad}");
        }
        assert!(serde_json::from_str::<TimeOfDay>("1500").is_err());
    }
}
