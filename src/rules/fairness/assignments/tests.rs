use proptest::prelude::*;

use super::*;

const DAY: i64 = 86_400;

fn now() -> DateTime<Utc> {
    "2026-11-20T00:00:00Z".parse().unwrap()
}

/// Booked so many seconds from now, to start a while later.
fn booked(from_now: i64, lead: i64) -> Assigned {
    let booked = now().timestamp() + from_now;
    Assigned(booked, booked + lead)
}

fn holding(all: impl IntoIterator<Item = Assigned>) -> Assignments {
    all.into_iter().map(|assigned| Kept(assigned, false)).collect::<Vec<_>>().into()
}

fn agree(held: &Assignments) {
    assert_eq!(*held.to_json().unwrap(), serde_json::to_vec(held).unwrap());
    assert_eq!(serde_json::from_slice::<Assignments>(&held.to_json().unwrap()).unwrap(), *held);
}

fn holds(held: &Assignments, assigned: Assigned) -> bool {
    held.find(assigned).is_ok()
}

#[test]
fn the_list_stays_bounded_and_small() {
    let mut held = Assignments::default();
    for i in 0..2000 {
        held.add(booked(i - 5000, 1000), now());
    }
    assert_eq!(held.kept.len(), MOST_KEPT);
    assert!(holds(&held, booked(1999 - 5000, 1000)), "the newest stays");
    let last = Assigned(4_102_444_800, 4_102_444_800);
    let full = Assignments::from(vec![Kept(last, false); MOST_KEPT]);
    assert!(serde_json::to_vec(&full).unwrap().len() < 60 << 10);
}

#[test]
fn what_is_out_of_reach_is_forgotten_but_for_the_last() {
    let mut old = holding((0..100).map(|i| booked(-400 * DAY + i, 0)));
    old.add(booked(0, DAY), now());
    assert_eq!(old.kept.len(), ALWAYS_KEPT);
    assert!(holds(&old, booked(-400 * DAY + 99, 0)));
}

#[test]
fn what_was_booked_long_ago_is_kept_for_its_start() {
    // On a calendar that counts by start, it counts this month.
    let ahead = booked(-400 * DAY, 401 * DAY);
    let mut held = holding([ahead]);
    for i in 0..40 {
        held.add(booked(i, DAY), now());
    }
    assert!(holds(&held, ahead));
    for i in 40..2000 {
        held.add(booked(i - 5000, 1000), now());
    }
    assert!(holds(&held, ahead), "what has started goes first, if there are too many");
    assert_eq!(held.kept.len(), MOST_KEPT);
}

#[test]
fn what_started_before_is_forgotten_but_for_the_last() {
    let mut held = holding((0..100).map(|i| booked(i - 50 * DAY, 0)));
    held.add(booked(0, DAY), now());
    assert_eq!(held.kept.len(), 101, "some interval may reach them");
    held.forget_before(now() - chrono::TimeDelta::days(51));
    assert_eq!(held.kept.len(), 101);
    held.forget_before(now() - chrono::TimeDelta::days(30));
    assert_eq!(held.kept.len(), ALWAYS_KEPT);
    agree(&held);
    let ahead = booked(-40 * DAY, 41 * DAY);
    let mut held = holding([ahead]);
    (0..40).for_each(|i| held.add(booked(i, DAY), now()));
    held.forget_before(now());
    assert!(holds(&held, ahead), "on a calendar that counts by start, it counts this month");
}

#[test]
fn a_marked_one_is_found_and_removed_as_well() {
    let mut held = holding([booked(0, 10), booked(0, 20), booked(5, 10)]);
    held.mark(booked(0, 20), true);
    let marks: Vec<_> = held.iter().map(|kept| kept.1).collect();
    assert_eq!(marks, [false, true, false]);
    let json = serde_json::to_string(&held).unwrap();
    assert_eq!(serde_json::from_str::<Assignments>(&json).unwrap(), held);
    held.mark(booked(7, 7), true);
    held.remove(booked(0, 20));
    assert_eq!(held, holding([booked(0, 10), booked(5, 10)]));
}

#[test]
fn its_json_is_short() {
    let mut held = holding([booked(0, 7200), booked(0, 10_800), booked(1800, -60)]);
    let from = now().timestamp();
    let text = |held: &Assignments| String::from_utf8(held.to_json().unwrap().to_vec()).unwrap();
    assert_eq!(text(&held), format!(r#"{{"given":[{from},7200,0,10800,1800,-60]}}"#));
    held.mark(booked(1800, -60), true);
    let marked = format!(r#"{{"given":[{from},7200,0,10800,1800,-60],"no_shows":[2]}}"#);
    assert_eq!(text(&held), marked);
    for extreme in [Assigned(i64::MIN, i64::MAX), Assigned(i64::MAX, i64::MIN)] {
        agree(&holding([booked(0, 0), extreme, booked(0, 0)]));
    }
}

#[test]
fn what_makes_no_assignments_is_no_row_of_them() {
    for broken in
        [r#"{"given":[1]}"#, r#"{"given":[1,2],"no_shows":[1]}"#, r#"{"given":[1,2],"x":1}"#]
    {
        assert!(serde_json::from_str::<Assignments>(broken).is_err(), "{broken}");
    }
}

#[test]
fn its_json_is_kept_in_step() {
    let mut held = Assignments::default();
    agree(&held);
    for i in 0..1600 {
        held.add(booked(i - 5000, 1000), now());
        if i % 100 == 7 || i > 1490 {
            agree(&held);
        }
    }
    held.add(booked(-4000, 500), now());
    agree(&held);
    held.mark(booked(-4000, 500), true);
    agree(&held);
    held.remove(booked(-4000, 500));
    agree(&held);
    let mut old = holding((0..100).map(|i| booked(-400 * DAY + i, 0)));
    old.add(booked(0, DAY), now());
    agree(&old);
}

#[test]
fn its_json_is_in_step_if_one_of_the_middle_is_forgotten_for_a_new_last_one() {
    // It is kept for its start; the next one is not.
    let ahead = booked(-400 * DAY, 401 * DAY);
    let old = booked(-399 * DAY, 0);
    let mut held = Assignments::default();
    for assigned in [ahead, old].into_iter().chain((0..31).map(|i| booked(i, DAY))) {
        held.add(assigned, now());
    }
    assert!(holds(&held, old));
    held.add(booked(31, DAY), now());
    assert_eq!(held.kept.len(), 33);
    assert!(holds(&held, ahead) && !holds(&held, old));
    agree(&held);
    // As many as can be: the first one that has started goes.
    let mut full = holding((0..1500).map(|i| booked(i - 5000, if i == 0 { DAY } else { 1000 })));
    full.add(booked(-3500, 1000), now());
    full.add(booked(-3499, 1000), now());
    assert!(holds(&full, booked(-5000, DAY)) && !holds(&full, booked(-4998, 1000)));
    agree(&full);
}

#[derive(Clone, Debug)]
enum Step {
    Add(Assigned),
    /// Booked after all that are held, to start so much later.
    Next(i64),
    /// What was held already, once more.
    Again(prop::sample::Index),
    Mark(prop::sample::Index, bool),
    Remove(prop::sample::Index),
    /// So many days go by.
    Wait(i64),
}

/// Booked lately, just now or long ago, to start long ago, soon or in a year.
fn assigned() -> impl Strategy<Value = Assigned> {
    let lately = prop_oneof![4 => 0_i64..50, 2 => -5000_i64..0, 1 => -450 * DAY..-300 * DAY];
    let lead = prop_oneof![3 => 0_i64..2000, 1 => -400 * DAY..0, 1 => 0..800 * DAY];
    (lately, lead).prop_map(|(from_now, lead)| booked(from_now, lead))
}

fn step() -> impl Strategy<Value = Step> {
    let one = any::<prop::sample::Index>;
    prop_oneof![
        4 => assigned().prop_map(Step::Add),
        8 => (-10_i64..2000).prop_map(Step::Next),
        1 => one().prop_map(Step::Again),
        1 => (one(), any::<bool>()).prop_map(|(at, no_show)| Step::Mark(at, no_show)),
        1 => one().prop_map(Step::Remove),
        1 => (0_i64..400).prop_map(Step::Wait),
    ]
}

/// What is held before: nothing, about as many as are always kept, or as many as can be.
fn before() -> impl Strategy<Value = Vec<Assigned>> {
    let lately = (-5000_i64..0, prop_oneof![0_i64..2000, 0..DAY]);
    let lately = lately.prop_map(|(from_now, lead)| booked(from_now, lead));
    prop_oneof![
        1 => prop::collection::vec(assigned(), 0..3),
        2 => prop::collection::vec(assigned(), 28..36),
        2 => prop::collection::vec(lately, MOST_KEPT - 3..MOST_KEPT + 1),
    ]
}

/// Whether a new last one has just taken the place of another one, and of which: the first or not.
fn replaced(old: &[Kept], new: &[Kept]) -> Option<bool> {
    let is_so = new.len() == old.len() && new.last() != old.last();
    is_so.then(|| new.first() != old.first())
}

fn take(held: &mut Assignments, now: &mut DateTime<Utc>, step: Step) {
    let at = |held: &Assignments, at: prop::sample::Index| {
        (!held.kept.is_empty()).then(|| held.kept[at.index(held.kept.len())].0)
    };
    match step {
        Step::Add(new) => held.add(new, *now),
        Step::Next(lead) => {
            let last = held.kept.last().map_or(0, |last| last.0.booked());
            held.add(Assigned(last + 1, last + 1 + lead), *now);
        }
        Step::Again(one) => at(held, one).into_iter().for_each(|one| held.add(one, *now)),
        Step::Mark(one, no_show) => {
            at(held, one).into_iter().for_each(|one| held.mark(one, no_show));
        }
        Step::Remove(one) => at(held, one).into_iter().for_each(|one| held.remove(one)),
        Step::Wait(days) => *now += chrono::TimeDelta::days(days),
    }
}

#[test]
fn its_json_is_in_step_whatever_is_done() {
    let config = ProptestConfig { cases: 150, failure_persistence: None, ..Default::default() };
    let tally = std::cell::RefCell::new([0_u32; 2]);
    proptest::test_runner::TestRunner::new(config)
        .run(&(before(), prop::collection::vec(step(), 1..25)), |(mut before, steps)| {
            before.sort_unstable();
            let (mut held, mut now) = (holding(before), now());
            for step in steps {
                let old = held.kept.clone();
                take(&mut held, &mut now, step);
                let json = held.to_json().unwrap();
                prop_assert_eq!(&*json, serde_json::to_vec(&held).unwrap());
                prop_assert_eq!(&serde_json::from_slice::<Assignments>(&json).unwrap(), &held);
                if let Some(first) = replaced(&old, &held.kept) {
                    tally.borrow_mut()[usize::from(first)] += 1;
                }
            }
            Ok(())
        })
        .unwrap();
    let [middle, first] = *tally.borrow();
    assert!(middle > 20 && first > 20, "{middle} in the middle, {first} first ones");
}

proptest! {
    #[test]
    fn what_is_kept_is_what_started_since_and_the_last(
        booked in prop::collection::vec((0..100_000_i64, 0..50_000_i64), 0..100),
        oldest in 0..150_000_i64,
    ) {
        let assigned = |(booked, lead)| Kept(Assigned(booked, booked + lead), false);
        let mut all: Vec<Kept> = booked.into_iter().map(assigned).collect();
        all.sort_by_key(|kept| kept.0);
        let mut held = Assignments::from(all.clone());
        held.forget_before(DateTime::from_timestamp(oldest, 0).unwrap());
        let last = all.len().saturating_sub(ALWAYS_KEPT);
        let plainly = all.iter().enumerate();
        let plainly = plainly.filter(|(at, kept)| *at >= last || kept.0.start() >= oldest);
        let plainly: Vec<Kept> = plainly.map(|(_, kept)| *kept).collect();
        prop_assert_eq!(held.kept, plainly);
    }
}
