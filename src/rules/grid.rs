//! The grid of starts: wall-clock times in the calendar's zone.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};

use crate::words::{EARLIEST_SECOND, LATEST_SECOND, SlotSettings, Zone, check_instant};

/// The starts of the grid in `[from, to)`, sorted, each once, from 1970 until
/// 2200-01-01T00:00:00Z.
///
/// A start is an instant at which clocks in the calendar's zone show `offset + k × every` minutes
/// after midnight. A wall-clock time that is repeated is a start twice, one that is skipped never.
/// The number of starts is bounded by the caller's choice of range.
#[must_use]
pub fn starts(
    zone: Zone,
    slot: &SlotSettings,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let (Some(earliest), Some(latest)) =
        (DateTime::from_timestamp(EARLIEST_SECOND, 0), DateTime::from_timestamp(LATEST_SECOND, 0))
    else {
        return Vec::new();
    };
    let mut starts: Vec<_> = zone
        .dates(from.max(earliest), to.min(latest))
        .flat_map(|date| wall_clock_starts(slot, date))
        .flat_map(|local| zone.readings(local))
        .filter(|start| (from..to).contains(start) && check_instant(*start).is_ok())
        .collect();
    // Where clocks are set back over midnight, the starts of two dates alternate.
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Whether an instant is a start of the grid: exactly if [`starts`] would list it.
#[must_use]
pub fn is_start(zone: Zone, slot: &SlotSettings, instant: DateTime<Utc>) -> bool {
    let local = zone.local(instant);
    let minute = local.hour() * 60 + local.minute();
    check_instant(instant).is_ok()
        && local.second() == 0
        && minute
            .checked_sub(slot.offset().minutes().into())
            .is_some_and(|after| after % u32::from(slot.every().minutes()) == 0)
}

/// The wall-clock times of a date at which slots start.
fn wall_clock_starts(
    slot: &SlotSettings,
    date: NaiveDate,
) -> impl Iterator<Item = NaiveDateTime> + use<> {
    let midnight = date.and_time(NaiveTime::MIN);
    (slot.offset().minutes()..24 * 60)
        .step_by(slot.every().minutes().into())
        .filter_map(move |minute| midnight.checked_add_signed(TimeDelta::minutes(minute.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{GridOffset, GridStep, SlotLength};

    fn slot(every: u16, offset: u16) -> SlotSettings {
        let length = SlotLength::new(30).unwrap();
        SlotSettings::new(length, GridStep::new(every).unwrap())
            .with_offset(GridOffset::new(offset).unwrap())
    }

    fn utc(text: &str) -> DateTime<Utc> {
        format!("{text}:00Z").parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        Zone::new(name).unwrap()
    }

    #[track_caller]
    fn assert_starts(name: &str, slot: SlotSettings, from: &str, to: &str, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|text| utc(text)).collect();
        assert_eq!(starts(zone(name), &slot, utc(from), utc(to)), expected);
    }

    #[test]
    fn the_grid_begins_anew_at_every_local_midnight() {
        assert_starts(
            "Asia/Kolkata",
            slot(7 * 60, 30),
            "2026-11-01T00:00",
            "2026-11-02T00:00",
            // 07:30, 14:30 and 21:30, then 00:30 of the next date.
            &["2026-11-01T02:00", "2026-11-01T09:00", "2026-11-01T16:00", "2026-11-01T19:00"],
        );
    }

    #[test]
    fn a_query_takes_its_first_instant_and_not_its_last() {
        assert_starts(
            "UTC",
            slot(30, 0),
            "2026-11-01T09:00",
            "2026-11-01T09:30",
            &["2026-11-01T09:00"],
        );
        assert_starts("UTC", slot(30, 0), "2026-11-01T09:00", "2026-11-01T09:00", &[]);
    }

    #[test]
    fn both_readings_of_a_repeated_time_are_starts() {
        assert_starts(
            "America/New_York",
            slot(60, 30),
            "2026-11-01T04:00",
            "2026-11-01T08:00",
            &["2026-11-01T04:30", "2026-11-01T05:30", "2026-11-01T06:30", "2026-11-01T07:30"],
        );
    }

    #[test]
    fn skipped_times_are_no_starts() {
        assert_starts(
            "Australia/Lord_Howe",
            slot(15, 0),
            "2026-10-03T15:15",
            "2026-10-03T15:45",
            // 01:45, then 02:30: 02:00 and 02:15 are skipped.
            &["2026-10-03T15:15", "2026-10-03T15:30"],
        );
        assert_starts("Africa/Cairo", slot(1440, 0), "2026-04-23T00:00", "2026-04-24T12:00", &[]);
        assert_starts(
            "Pacific/Apia",
            slot(720, 0),
            "2011-12-29T12:00",
            "2011-12-31T00:00",
            // Noon of the 29th is 22:00 UTC; midnight of the 31st follows that of the 30th at once.
            &["2011-12-29T22:00", "2011-12-30T10:00", "2011-12-30T22:00"],
        );
    }

    #[test]
    fn the_list_and_the_question_agree_at_every_minute() {
        for (name, from) in [
            ("America/Havana", "2026-10-31T00:00"),
            ("America/Sao_Paulo", "2018-02-16T00:00"),
            ("Africa/Monrovia", "1972-01-06T00:00"),
            ("Pacific/Apia", "2011-12-29T00:00"),
            ("Asia/Kathmandu", "2026-05-01T00:00"),
        ] {
            for slot in [slot(15, 0), slot(50, 20), slot(1, 1439), slot(1440, 30)] {
                let (from, zone) = (utc(from), zone(name));
                let to = from + TimeDelta::days(3);
                let listed = starts(zone, &slot, from, to);
                let half_minutes = (0..3 * 2880).map(|half| from + TimeDelta::seconds(half * 30));
                let asked: Vec<_> = half_minutes.filter(|at| is_start(zone, &slot, *at)).collect();
                assert_eq!(listed, asked, "{name}");
            }
        }
    }

    #[test]
    fn any_instant_can_be_asked_about() {
        let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        let slot = slot(1440, 0);
        assert!(!is_start(Zone::UTC, &slot, first) && !is_start(Zone::UTC, &slot, last));
        let all = starts(Zone::UTC, &slot, first, last);
        assert_eq!(all.len(), 84_007);
        assert!(all.iter().all(|start| is_start(Zone::UTC, &slot, *start)));
        assert!(!is_start(Zone::UTC, &slot, utc("2026-11-01T00:00") + TimeDelta::nanoseconds(1)));
    }
}
