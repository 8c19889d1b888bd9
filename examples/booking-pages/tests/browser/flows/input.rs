//! What goes wrong, goes well.

use super::{books, chooses_a_slot, fills_in, signs_in};
use crate::driver::Kind;
use crate::place::Place;

pub(crate) async fn a_second_tab_that_lost_the_race_is_shown_the_next_free_slots(place: Place) {
    let (first, second) = (place.person(Kind::Desk).await, place.person(Kind::Desk).await);
    // Ben alone takes calls: one seat.
    for person in [&first, &second] {
        chooses_a_slot(person, "call").await;
    }
    fills_in(&first, "Pat").await;
    fills_in(&second, "Kim").await;
    first.presses("Book").await;
    first.sees("[data-status=confirmed]").await;
    second.presses("Book").await;
    second.reads_of("This time is not free any more.").await;
    second.shows("1-taken").await;
    assert_eq!(second.value_of("name").await, "Kim");
    assert_eq!(second.value_of("email").await, "kim@example.com");
    second.presses("Book").await;
    second.sees("[data-status=confirmed]").await;
    assert_ne!(first.reads(".chosen").await, second.reads(".chosen").await);
}

pub(crate) async fn what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(place: Place) {
    let pat = place.person(Kind::Phone).await;
    chooses_a_slot(&pat, "demo").await;
    pat.types("email", "pat at example").await;
    pat.types("notes", "<b>&\"quoted\"").await;
    pat.presses("Book").await;
    pat.sees("#name-wrong").await;
    pat.sees("#email-wrong").await;
    pat.sees("#email[aria-invalid=true][aria-describedby~=email-wrong]").await;
    assert_eq!(pat.value_of("email").await, "pat at example");
    assert_eq!(pat.value_of("notes").await, "<b>&\"quoted\"");
    pat.sees_not("main b").await;
    pat.shows("1-wrong").await;
    fills_in(&pat, "Pat").await;
    pat.presses("Book").await;
    pat.sees("[data-status=confirmed]").await;
    pat.reads_of("<b>&\"quoted\"").await;
}

pub(crate) async fn pressing_twice_books_once(place: Place) {
    let pat = place.person(Kind::Desk).await;
    chooses_a_slot(&pat, "demo").await;
    fills_in(&pat, "Pat").await;
    // Both are sent before either is answered; the second is what the browser then shows.
    let send = "const form = document.querySelector('main form'); \
                fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }); \
                form.requestSubmit();";
    pat.answers(send).await;
    pat.sees("[data-status=confirmed]").await;
    let ann = place.person(Kind::Desk).await;
    signs_in(&ann, "ann").await;
    ann.visits("/admin/appointments").await;
    ann.reads_of("pat@example.com").await;
    assert_eq!(ann.page().await.matches("pat@example.com").count(), 1);
    // Another form is another booking.
    books(&pat, "demo", "Pat").await;
    ann.visits("/admin/appointments").await;
    ann.reads_of("pat@example.com").await;
    assert_eq!(ann.page().await.matches("pat@example.com").count(), 2);
}
