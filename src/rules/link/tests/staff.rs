//! What the staff do about links that stand still.

use super::*;

fn refused() -> Link {
    let mut link = link(1);
    assert_eq!(work(&mut link, CallResult::Parked(ParkReason::RefusedByZoom)), LinkNews::Parked);
    assert_eq!(link.due(), None);
    link
}

#[test]
fn what_zoom_refused_is_tried_again_when_somebody_says_so() {
    let mut link = refused();
    link.retry(NOW);
    assert_eq!(link.due(), Some(NOW));
    assert_eq!(work(&mut link, created(7)), LinkNews::Ready);
}

#[test]
fn what_is_given_up_is_not_tried_and_frees_what_waited_for_it() {
    let (mut old, mut new) = (made(1), link(2));
    old.leave(appointment(1), Some(&mut new), NOW);
    assert_eq!(new.abandon(NOW), LinkNews::Parked);
    assert_eq!(new.step(NOW), Some(Step::ReleaseReplaced));
    assert_eq!(new.take_replaced(9), [old.id]);
    assert_eq!((new.step(NOW), new.due()), (None, None));
    let state = LinkState::Parked { reason: ParkReason::Abandoned };
    assert_eq!(new.state(Some(&zoom())), state);
    new.retry(NOW);
    assert!(matches!(new.step(NOW), Some(Step::Call(Call::Create { .. }))));
}

#[test]
fn a_link_that_is_as_it_should_be_is_left_alone() {
    let (mut link, before) = (made(1), made(1));
    assert_eq!(link.abandon(NOW), LinkNews::None);
    link.retry(NOW);
    assert_eq!(link, before);
}
