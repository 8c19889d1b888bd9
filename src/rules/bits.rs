//! Starts of a grid as bits: bit `i` of a row is the start of number `i`.

/// How many words a row of so many starts has. Where a stretch ends is a bit of it, too.
pub(super) const fn words(starts: usize) -> usize {
    starts / 64 + 1
}

/// Whether a bit is set.
pub(super) fn has(row: &[u64], at: usize) -> bool {
    row.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

/// Sets one bit.
pub(super) fn set(row: &mut [u64], at: usize) {
    if let Some(word) = row.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

/// Sets the bits of a stretch.
pub(super) fn set_all(row: &mut [u64], stretch: std::ops::Range<usize>) {
    for (number, word) in row.iter_mut().enumerate().skip(stretch.start / 64) {
        let first = number * 64;
        if stretch.end <= first {
            break;
        }
        let from = stretch.start.saturating_sub(first);
        *word |= (u64::MAX << from) & below(stretch.end - first);
    }
}

/// The bits below a number, all of them from 64 on.
const fn below(bit: usize) -> u64 {
    if bit < 64 { (1 << bit) - 1 } else { u64::MAX }
}

/// The numbers of the bits that are set, in order.
pub(super) fn ones(row: &[u64]) -> impl Iterator<Item = usize> {
    row.iter().enumerate().flat_map(|(number, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = usize::try_from(left.trailing_zeros()).ok()?;
            (left != 0).then(|| {
                left &= left - 1;
                number * 64 + bit
            })
        })
    })
}

/// Clears stretches of a row, in any order, each in the same time however long it is: the words
/// that long stretches cover whole are only marked, and cleared at the end in one pass.
#[derive(Debug)]
pub(super) struct Eraser {
    /// Where whole words begin and cease to be covered, how often.
    marks: Vec<i32>,
    is_marked: bool,
}

impl Eraser {
    pub(super) fn new(words: usize) -> Self {
        Self { marks: vec![0; words], is_marked: false }
    }

    /// Clears a stretch; whole words of it by [`finish`](Self::finish) only.
    #[inline]
    pub(super) fn clear(&mut self, row: &mut [u64], from: usize, to: usize) {
        let (count, word, bit) = (to.wrapping_sub(from), from / 64, from % 64);
        if count >= 64 {
            return self.clear_long(row, from, to);
        }
        let mask = (1 << count) - 1;
        if let Some(low) = row.get_mut(word) {
            *low &= !(mask << bit);
        }
        // Seldom, so that a branch costs less than to clear two words always.
        if bit + count > 64
            && let Some(high) = row.get_mut(word + 1)
        {
            *high &= !(mask >> (64 - bit));
        }
    }

    #[cold]
    fn clear_long(&mut self, row: &mut [u64], from: usize, to: usize) {
        if from >= to {
            return;
        }
        let (first, last) = (from / 64, to / 64);
        for (at, kept) in [(first, below(from % 64)), (last, !below(to % 64))] {
            if let Some(word) = row.get_mut(at) {
                *word &= kept;
            }
        }
        for (at, step) in [(first + 1, 1), (last, -1)] {
            if let Some(mark) = self.marks.get_mut(at) {
                *mark = mark.saturating_add(step);
            }
        }
        self.is_marked = true;
    }

    /// Clears the words that stretches covered whole.
    pub(super) fn finish(&mut self, row: &mut [u64]) {
        if !self.is_marked {
            return;
        }
        let mut covering = 0_i32;
        for (word, mark) in row.iter_mut().zip(&mut self.marks) {
            covering = covering.saturating_add(std::mem::take(mark));
            if covering > 0 {
                *word = 0;
            }
        }
        self.is_marked = false;
    }
}

/// Counts for each bit in how many rows it is set, in binary digits.
///
/// A row of digits waits until there is a second one of its place: both are added to the sum at
/// once, and what carries over goes to the next place. So half of all rows touch one place only.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    /// How many rows were added: its binary digits say at which places a row waits.
    added: usize,
    places: Vec<Place>,
    carry: Vec<u64>,
}

#[derive(Clone, Debug)]
struct Place {
    sum: Vec<u64>,
    waiting: Vec<u64>,
}

impl Counters {
    /// For rows of so many words.
    pub(super) fn new(words: usize) -> Self {
        Self { added: 0, places: Vec::new(), carry: vec![0; words] }
    }

    /// Adds a row.
    pub(super) fn add(&mut self, row: &[u64]) {
        self.carry.copy_from_slice(row);
        let waiting = usize::try_from(self.added.trailing_ones()).unwrap_or_default();
        for place in self.places.iter_mut().take(waiting) {
            let words = place.sum.iter_mut().zip(&place.waiting).zip(&mut self.carry);
            for ((sum, waiting), carry) in words {
                let either = *sum ^ waiting;
                (*sum, *carry) = (either ^ *carry, (*sum & waiting) | (either & *carry));
            }
        }
        match self.places.get_mut(waiting) {
            Some(place) => place.waiting.copy_from_slice(&self.carry),
            None => {
                let sum = vec![0; self.carry.len()];
                self.places.push(Place { sum, waiting: self.carry.clone() });
            }
        }
        self.added += 1;
    }

    /// How often a bit was set.
    pub(super) fn count(&self, at: usize) -> u32 {
        let digit = |row: &[u64]| u32::from(has(row, at));
        let count = |(number, place): (usize, &Place)| {
            let waits = self.added >> number & 1 == 1;
            (digit(&place.sum) + if waits { digit(&place.waiting) } else { 0 }) << number
        };
        self.places.iter().enumerate().map(count).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn stretches_are_cleared_as_bit_by_bit(
            stretches in prop::collection::vec((0_usize..700, 0_usize..700), 0..12),
        ) {
            let words = words(640);
            let mut row = vec![0; words];
            set_all(&mut row, 0..640);
            let mut plain: Vec<bool> = (0..words * 64).map(|at| at < 640).collect();
            let mut eraser = Eraser::new(words);
            // Twice: nothing of the first row is left.
            for _ in 0..2 {
                for (from, to) in &stretches {
                    let (from, to) = (*from.min(&640), *to.min(&640));
                    eraser.clear(&mut row, from, to);
                    plain.iter_mut().enumerate().filter(|(at, _)| (from..to).contains(at))
                        .for_each(|(_, bit)| *bit = false);
                }
                eraser.finish(&mut row);
            }
            let left: Vec<_> = (0..words * 64).map(|at| has(&row, at)).collect();
            prop_assert_eq!(&left, &plain);
            let numbers: Vec<_> = (0..words * 64).filter(|at| plain[*at]).collect();
            prop_assert_eq!(ones(&row).collect::<Vec<_>>(), numbers);
        }

        #[test]
        fn stretches_are_set_as_bit_by_bit(from in 0_usize..200, length in 0_usize..200) {
            let mut row = vec![0; 7];
            set_all(&mut row, from..from + length);
            let set: Vec<_> = (0..448).filter(|at| has(&row, *at)).collect();
            prop_assert_eq!(set, (from..from + length).collect::<Vec<_>>());
        }

        #[test]
        fn rows_are_counted(rows in prop::collection::vec(any::<[u64; 2]>(), 0..70)) {
            let mut counters = Counters::new(2);
            rows.iter().for_each(|row| counters.add(row));
            for at in 0..128 {
                let count = rows.iter().filter(|row| has(&row[..], at)).count();
                prop_assert_eq!(counters.count(at) as usize, count);
            }
        }
    }
}
