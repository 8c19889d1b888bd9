//! What clients did to some rows, and whether it could have happened one after the other.

/// What a client did, in one instant somewhere between two ticks of the suite's counter.
#[derive(Clone, Debug, Default)]
pub(super) struct Step {
    pub(super) began: usize,
    pub(super) ended: usize,
    /// The rows it saw or expected, each with the step that wrote it; `None` if it was absent.
    pub(super) saw: Vec<(usize, Option<usize>)>,
    /// The rows it wrote. It expected all of them.
    pub(super) wrote: Vec<usize>,
}

/// The steps that cannot be put into an order in which each sees what was last written, and which
/// keeps to the ticks (strict serializability). None if there is such an order.
///
/// Every step that writes has seen what it overwrites, so what must come before what is known in
/// full, and there is an order exactly if nothing comes before itself.
pub(super) fn without_order(steps: &[Step]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..steps.len()).collect();
    loop {
        // Takes away whatever nothing that is left comes before.
        let held_up = |&late: &usize| left.iter().any(|&early| is_before(steps, early, late));
        let rest: Vec<usize> = left.iter().copied().filter(held_up).collect();
        if rest.len() == left.len() {
            return rest;
        }
        left = rest;
    }
}

fn is_before(steps: &[Step], early: usize, late: usize) -> bool {
    let (Some(first), Some(second)) = (steps.get(early), steps.get(late)) else {
        return false;
    };
    let in_time = first.ended < second.began;
    let is_seen = early != late && second.saw.iter().any(|&(_, writer)| writer == Some(early));
    in_time || is_seen || (early != late && overwrites(second, first))
}

/// Whether a step wrote a row over what another saw in it.
fn overwrites(later: &Step, earlier: &Step) -> bool {
    later.wrote.iter().any(|row| {
        let found = |step: &Step| step.saw.iter().find(|(seen, _)| seen == row).copied();
        found(earlier).is_some() && found(earlier) == found(later)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: usize = 0;
    const B: usize = 1;

    /// A step between two ticks that saw rows and wrote some.
    fn step(
        (began, ended): (usize, usize),
        saw: &[(usize, Option<usize>)],
        wrote: &[usize],
    ) -> Step {
        Step { began, ended, saw: saw.to_vec(), wrote: wrote.to_vec() }
    }

    #[test]
    fn what_happened_one_after_the_other_has_an_order() {
        let steps = [
            step((0, 1), &[(A, None), (B, None)], &[A, B]),
            step((2, 3), &[(A, Some(0))], &[A]),
            step((4, 5), &[(A, Some(1)), (B, Some(0))], &[]),
        ];
        assert!(without_order(&steps).is_empty());
        assert!(without_order(&[]).is_empty());
    }

    #[test]
    fn what_happened_at_once_may_have_any_order() {
        // The second saw what the first wrote, and a third did not see it yet.
        let steps = [
            step((0, 9), &[(A, None)], &[A]),
            step((1, 2), &[(A, Some(0))], &[]),
            step((0, 5), &[(A, None)], &[]),
        ];
        assert!(without_order(&steps).is_empty());
    }

    #[test]
    fn a_lost_update_has_none() {
        let steps =
            [step((0, 9), &[(A, None)], &[A]), step((0, 9), &[(A, None)], &[A]), Step::default()];
        assert_eq!(without_order(&steps), [0, 1]);
    }

    #[test]
    fn write_skew_has_none() {
        let steps = [
            step((0, 9), &[(A, None), (B, None)], &[A]),
            step((0, 9), &[(A, None), (B, None)], &[B]),
        ];
        assert_eq!(without_order(&steps), [0, 1]);
    }

    #[test]
    fn a_stale_read_has_none() {
        let steps = [
            step((0, 1), &[(A, None)], &[A]),
            step((2, 3), &[(A, Some(0))], &[A]),
            step((4, 5), &[(A, Some(0))], &[]),
        ];
        assert_eq!(without_order(&steps), [1, 2]);
    }

    #[test]
    fn a_read_of_what_is_written_later_has_none() {
        let steps = [step((0, 1), &[(A, Some(1))], &[]), step((2, 3), &[(A, None)], &[A])];
        assert_eq!(without_order(&steps), [0, 1]);
    }

    #[test]
    fn two_reads_that_see_two_writes_in_either_order_have_none() {
        let steps = [
            step((0, 9), &[(A, None)], &[A]),
            step((0, 9), &[(B, None)], &[B]),
            step((0, 9), &[(A, Some(0)), (B, None)], &[]),
            step((0, 9), &[(A, None), (B, Some(1))], &[]),
        ];
        assert_eq!(without_order(&steps), [0, 1, 2, 3]);
    }
}
