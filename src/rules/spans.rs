//! Sets of time as sorted lists of half-open intervals, in whole seconds.

use crate::words::Interval;

/// `[start, end)` in Unix seconds, the end after the start.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Span {
    pub(super) start: i64,
    pub(super) end: i64,
}

impl From<Interval> for Span {
    fn from(interval: Interval) -> Self {
        let (start, end) = interval.into();
        Self { start, end }
    }
}

/// Sorts spans and joins those that overlap or touch.
pub(super) fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|next, last| {
        let joined = next.start <= last.end;
        if joined {
            last.end = last.end.max(next.end);
        }
        joined
    });
    spans
}

/// What of `spans` lies outside all of `holes`; both merged, and so is the answer.
pub(super) fn subtract(spans: &[Span], mut holes: &[Span]) -> Vec<Span> {
    let mut rest = Vec::with_capacity(spans.len());
    for span in spans {
        let mut start = span.start;
        while let [hole, later @ ..] = holes
            && hole.start < span.end
        {
            if start < hole.start {
                rest.push(Span { start, end: hole.start });
            }
            start = start.max(hole.end);
            if hole.end > span.end {
                // It may reach into the next span too.
                break;
            }
            holes = later;
        }
        if start < span.end {
            rest.push(Span { start, end: span.end });
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(edges: &[(i64, i64)]) -> Vec<Span> {
        edges.iter().map(|&(start, end)| Span { start, end }).collect()
    }

    #[test]
    fn touching_and_overlapping_spans_merge() {
        let merged = merge(spans(&[(5, 9), (0, 2), (2, 4), (6, 7), (8, 10)]));
        assert_eq!(merged, spans(&[(0, 4), (5, 10)]));
    }

    #[test]
    fn subtraction_agrees_with_a_set_of_seconds() {
        let mut random = 1_u64;
        let mut draw = |most: i64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            i64::try_from(random >> 33).unwrap() % most
        };
        for _ in 0..2_000 {
            let mut some = || {
                let count = draw(6);
                let edges = (0..count).map(|_| (draw(40), 1 + draw(12)));
                let edges: Vec<_> = edges.map(|(start, length)| (start, start + length)).collect();
                merge(spans(&edges))
            };
            let (open, holes) = (some(), some());
            let holds = |set: &[Span], at| set.iter().any(|s| s.start <= at && at < s.end);
            let rest = subtract(&open, &holes);
            assert_eq!(rest, merge(rest.clone()));
            for at in 0..60 {
                assert_eq!(holds(&rest, at), holds(&open, at) && !holds(&holes, at));
            }
        }
    }
}
