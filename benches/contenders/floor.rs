//! The floor: about the least work that the question can be. Plain numbers, one shared grid in UTC,
//! one window a day from Monday to Friday; nothing is checked, nothing else is known.

use chrono::{DateTime, Datelike, TimeDelta, TimeZone};
use chrono_tz::Tz;

use super::super::answers::Listed;
use super::super::generate::Workload;
use super::{LENGTH, Mode, STEP, profile, range};

/// All in seconds.
pub(crate) struct Floor {
    from: i64,
    to: i64,
    every: i64,
    length: i64,
    before: i64,
    after: i64,
    hosts: Vec<(Hours, Vec<(i64, i64)>)>,
}

/// Zone, and opening and closing second of the working days.
type Hours = (Tz, i64, i64);

impl Floor {
    pub(crate) fn new(work: &Workload) -> Self {
        let hosts = work.busy.iter().enumerate().map(|(host, busy)| {
            let (zone, open, close) = profile(host);
            let hours = (zone.parse().unwrap(), i64::from(open) * 60, i64::from(close) * 60);
            (hours, busy.iter().map(|busy| (*busy).into()).collect())
        });
        let (hosts, (from, to)) = (hosts.collect(), range(work));
        // Not constants, so that the compiler does not divide by them.
        let (length, before, after) = std::hint::black_box((LENGTH, 0, 0));
        Self { from, to, every: std::hint::black_box(STEP), length, before, after, hosts }
    }

    pub(crate) fn ask(&self, mode: Mode) -> Listed {
        let words = self.starts() / 64 + 2;
        let mut maps: Vec<(Hours, Vec<u64>)> = Vec::new();
        let (mut row, mut counters) = (vec![u64::MAX; words], Counters::default());
        for (hours, busy) in &self.hosts {
            let known = maps.iter().position(|(of, _)| of == hours).unwrap_or(maps.len());
            if known == maps.len() {
                maps.push((*hours, self.open(*hours, words)));
                row.iter_mut().zip(&maps[known].1).for_each(|(row, open)| *row &= open);
            }
            if matches!(mode, Mode::RoundRobin) {
                row.copy_from_slice(&maps[known].1);
            }
            self.clear(&mut row, busy);
            if matches!(mode, Mode::RoundRobin) {
                counters.add(&mut row);
            }
        }
        if matches!(mode, Mode::Collective) {
            counters.add(&mut row);
        }
        self.listed(&counters, words)
    }

    fn starts(&self) -> usize {
        usize::try_from((self.to - self.from) / self.every).unwrap()
    }

    /// The starts whose slot lies in one working window.
    fn open(&self, (zone, open, close): Hours, words: usize) -> Vec<u64> {
        let mut row = vec![0; words];
        let dates = DateTime::from_timestamp(self.from, 0).unwrap().date_naive().iter_days();
        let days = usize::try_from((self.to - self.from) / 86_400).unwrap();
        for date in dates.take(days).filter(|date| date.weekday().number_from_monday() <= 5) {
            let midnight = date.and_hms_opt(0, 0, 0).unwrap();
            #[expect(clippy::disallowed_methods, reason = "the floor stands alone")]
            let at = |second| {
                let local = midnight + TimeDelta::seconds(second);
                zone.from_local_datetime(&local).unwrap().timestamp() - self.from
            };
            let first = (at(open) + self.every - 1).div_euclid(self.every);
            let last = (at(close) - self.length).div_euclid(self.every);
            for start in first..=last {
                let start = usize::try_from(start).unwrap();
                row[start / 64] |= 1 << (start % 64);
            }
        }
        row
    }

    /// Clears every start `t` with `t > start - length - after` and `t < end + before`.
    #[expect(clippy::cast_sign_loss, reason = "clamped")]
    fn clear(&self, row: &mut [u64], busy: &[(i64, i64)]) {
        let (span, every) = (self.to - self.from, self.every as u64);
        // Exact for a year: seconds below 2^25, steps below 2^17.
        let inverse = (1 << 42) / every + 1;
        // The number of the first start at or after a second of the range.
        let first_from = |second: i64| {
            let clamped = second.clamp(0, span) as u64;
            (((clamped + every - 1) * inverse) >> 42) as usize
        };
        for (start, end) in busy {
            let from = first_from(start - self.length - self.after + 1 - self.from);
            let to = first_from(end + self.before - self.from);
            let (mut word, mut bit, mut left) = (from / 64, from % 64, to - from);
            while left >= 64 {
                row[word] &= !(u64::MAX << bit);
                left -= 64 - bit;
                (word, bit) = (word + 1, 0);
            }
            let mask = (1 << left) - 1;
            row[word] &= !(mask << bit);
            if bit + left > 64 {
                row[word + 1] &= !(mask >> (64 - bit));
            }
        }
    }

    fn listed(&self, counters: &Counters, words: usize) -> Listed {
        let planes: Vec<_> = counters.planes().collect();
        let mut listed = Vec::new();
        for word in 0..words {
            let mut any = planes.iter().fold(0, |any, (_, plane)| any | plane[word]);
            while any != 0 {
                let bit = any.trailing_zeros();
                any &= any - 1;
                let count = planes.iter().map(|(place, plane)| (plane[word] >> bit & 1) << place);
                let start = i64::try_from(word * 64).unwrap() + i64::from(bit);
                let count = u32::try_from(count.sum::<u64>()).unwrap();
                listed.push((self.from + start * self.every, count));
            }
        }
        listed
    }
}

/// Counts the rows in which each bit is set, in binary digits: a digit waits until there is a second
/// one of its place, then both are added at once.
#[derive(Default)]
struct Counters {
    added: usize,
    places: Vec<[Vec<u64>; 2]>,
}

impl Counters {
    fn add(&mut self, carry: &mut [u64]) {
        let mut place = 0;
        while self.added >> place & 1 == 1 {
            let [sum, waiting] = &mut self.places[place];
            for ((sum, waiting), carry) in sum.iter_mut().zip(waiting).zip(&mut *carry) {
                let half = *sum ^ *waiting;
                let over = (*sum & *waiting) | (half & *carry);
                *sum = half ^ *carry;
                *carry = over;
            }
            place += 1;
        }
        if place == self.places.len() {
            self.places.push([vec![0; carry.len()], vec![0; carry.len()]]);
        }
        self.places[place][1].copy_from_slice(carry);
        self.added += 1;
    }

    fn planes(&self) -> impl Iterator<Item = (usize, &[u64])> {
        self.places.iter().enumerate().flat_map(|(place, [sum, waiting])| {
            let waiting = (self.added >> place & 1 == 1).then_some((place, waiting.as_slice()));
            std::iter::once((place, sum.as_slice())).chain(waiting)
        })
    }
}
