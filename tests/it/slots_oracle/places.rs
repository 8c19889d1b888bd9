//! Zones, and when their clocks change.

use std::sync::LazyLock;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::world::LATEST;

/// Zones with something odd about them since 1970, and plain ones: half and whole hours, whole days
/// skipped or repeated, midnights missing or twice, thirty changes in a row, an offset in seconds.
const ZONES: [Tz; 48] = [
    Tz::Africa__Cairo,
    Tz::Africa__Casablanca,
    Tz::Africa__El_Aaiun,
    Tz::Africa__Khartoum,
    Tz::Africa__Monrovia,
    Tz::Africa__Windhoek,
    Tz::America__Argentina__San_Luis,
    Tz::America__Asuncion,
    Tz::America__Bogota,
    Tz::America__Caracas,
    Tz::America__Danmarkshavn,
    Tz::America__Havana,
    Tz::America__Metlakatla,
    Tz::America__New_York,
    Tz::America__Nuuk,
    Tz::America__Santiago,
    Tz::America__Sao_Paulo,
    Tz::America__Scoresbysund,
    Tz::America__St_Johns,
    Tz::Antarctica__Casey,
    Tz::Antarctica__Macquarie,
    Tz::Antarctica__Troll,
    Tz::Asia__Amman,
    Tz::Asia__Beirut,
    Tz::Asia__Colombo,
    Tz::Asia__Dhaka,
    Tz::Asia__Gaza,
    Tz::Asia__Kathmandu,
    Tz::Asia__Kolkata,
    Tz::Asia__Pyongyang,
    Tz::Asia__Tehran,
    Tz::Atlantic__Azores,
    Tz::Australia__Lord_Howe,
    Tz::Europe__Dublin,
    Tz::Europe__Istanbul,
    Tz::Europe__London,
    Tz::Europe__Moscow,
    Tz::Europe__Volgograd,
    Tz::Pacific__Apia,
    Tz::Pacific__Auckland,
    Tz::Pacific__Chatham,
    Tz::Pacific__Enderbury,
    Tz::Pacific__Fakaofo,
    Tz::Pacific__Kwajalein,
    Tz::Pacific__Marquesas,
    Tz::Pacific__Norfolk,
    Tz::Pacific__Tongatapu,
    Tz::UTC,
];

const DAY: i64 = 86_400;

/// Days since 1970 up to the end of 2037.
const DAYS: i64 = 68 * 1461 / 4;

/// How far clocks in a zone are ahead of UTC, in seconds.
pub(super) fn ahead(zone: Tz, second: i64) -> i64 {
    let at = DateTime::from_timestamp(second, 0).unwrap().naive_utc();
    zone.offset_from_utc_datetime(&at).fix().local_minus_utc().into()
}

/// Each zone with the seconds from which clocks are not as far ahead as before.
static CHANGES: LazyLock<Vec<(Tz, Vec<i64>)>> = LazyLock::new(|| {
    let changes = |zone: Tz| (zone, steps(zone, (0, DAYS * DAY), DAY));
    ZONES.into_iter().map(changes).collect()
});

/// Looks day by day, on a day of a change hour by hour, then at every half minute.
fn steps(zone: Tz, (from, to): (i64, i64), step: i64) -> Vec<i64> {
    let seconds: Vec<_> = (from..=to).step_by(usize::try_from(step).unwrap()).collect();
    let ahead: Vec<_> = seconds.iter().map(|second| ahead(zone, *second)).collect();
    let steps = ahead.windows(2).zip(seconds.windows(2)).filter(|(two, _)| two[0] != two[1]);
    let finer = |(_, at): (&[i64], &[i64])| match step {
        DAY => steps_in(zone, at, 3600),
        3600 => steps_in(zone, at, 30),
        _ => vec![at[1]],
    };
    steps.flat_map(finer).collect()
}

fn steps_in(zone: Tz, at: &[i64], step: i64) -> Vec<i64> {
    steps(zone, (at[0], at[1]), step)
}

/// A zone and a second: mostly one at which its clocks change.
pub(super) fn place() -> impl Strategy<Value = (Tz, i64)> {
    let changing = prop::sample::select(ZONES.to_vec());
    let plain = prop_oneof![
        20 => (20 * 365..DAYS).prop_map(|day| day * DAY),
        // After the last change that tables of zones know, and the ends of the legal years.
        2 => Just(180 * 1461 / 4 * DAY),
        1 => Just(0),
        3 => Just(LATEST),
    ];
    let change =
        (changing, any::<prop::sample::Index>(), plain.clone()).prop_map(|(zone, which, plain)| {
            let changes = &CHANGES.iter().find(|(known, _)| *known == zone).unwrap().1;
            (zone, if changes.is_empty() { plain } else { *which.get(changes) })
        });
    prop_oneof![5 => change, 1 => (zone(), plain)]
}

/// Any zone there is, and more often an odd one.
pub(super) fn zone() -> impl Strategy<Value = Tz> {
    prop_oneof![
        prop::sample::select(ZONES.to_vec()),
        prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
    ]
}

#[test]
fn every_odd_zone_but_the_plain_ones_changes() {
    let count = |zone| CHANGES.iter().find(|(known, _)| *known == zone).unwrap().1.len();
    assert!(count(Tz::Africa__Casablanca) > 60);
    assert_eq!(count(Tz::Africa__Monrovia), 1);
    assert_eq!(count(Tz::UTC), 0);
    assert!(CHANGES.iter().flat_map(|(_, changes)| changes).any(|at| at % 60 != 0));
    assert!(CHANGES.iter().map(|(_, changes)| changes.len()).sum::<usize>() > 2_000);
}
