//! Visitors book, share, move and cancel.

use std::time::Duration;

use tokio::time::Instant;

use super::{books, chooses_a_slot, connects_zoom, signs_in, with_zoom};
use crate::driver::Kind;
use crate::place::Place;

pub(crate) async fn a_visitor_books_and_gets_the_link_of_a_meeting(place: Place) {
    with_zoom(&place).await;
    let pat = place.person(Kind::Phone).await;
    pat.visits("/").await;
    pat.shows("1-calendars").await;
    pat.presses("Product demo").await;
    pat.presses("Later").await;
    pat.shows("2-slots").await;
    pat.clicks("a.slot").await;
    pat.types("name", "Pat").await;
    pat.types("email", "pat@example.com").await;
    pat.types("notes", "Only about prices").await;
    pat.shows("3-form").await;
    pat.presses("Book").await;
    let link = pat.reads("[data-link=ready] .url").await;
    pat.shows("4-appointment").await;

    let meeting = place.only_meeting();
    assert_eq!(meeting.join_url, link);
    assert_eq!(meeting.topic, "Product demo");
    assert!(!meeting.agenda.contains("prices"), "notes never reach Zoom (R12)");

    // The host sees the same: of two who were never asked, Ann is first by her id.
    let host = place.person(Kind::Desk).await;
    signs_in(&host, "ann").await;
    host.reads_of(&link).await;
    host.shows("5-host").await;
    host.visits("/admin/messages").await;
    host.sees("[data-message=booked]").await;
    host.shows("6-messages").await;
}

/// R11.
pub(crate) async fn visitors_of_one_slot_share_its_link(place: Place) {
    with_zoom(&place).await;
    let mut links = Vec::new();
    for name in ["Pat", "Kim"] {
        let visitor = place.person(Kind::Desk).await;
        books(&visitor, "class", name).await;
        links.push(visitor.reads("[data-link=ready] .url").await);
    }
    assert_eq!(links[0], links[1]);
    assert_eq!(place.only_meeting().join_url, links[0]);
}

/// R14.
pub(crate) async fn a_rescheduled_appointment_gets_a_new_link_and_the_old_meeting_goes(
    place: Place,
) {
    with_zoom(&place).await;
    let pat = place.person(Kind::Desk).await;
    let page = books(&pat, "demo", "Pat").await;
    let old = pat.reads("[data-link=ready] .url").await;
    let when = pat.reads(".chosen").await;
    pat.goes_to(&place.elsewhere(&page)).await;
    pat.presses("Choose another time").await;
    pat.presses("Later").await;
    pat.shows("1-another-time").await;
    pat.clicks("button.slot").await;
    pat.reads_of("Confirmed.").await;
    assert_ne!(pat.reads(".chosen").await, when);
    let new = waits_for_another_link(&pat, &old).await;
    pat.shows("2-moved").await;
    waits_until(&place, |place| place.zoom().meetings().len() == 1).await;
    assert_eq!(place.only_meeting().join_url, new);
}

async fn waits_for_another_link(pat: &crate::person::Person, old: &str) -> String {
    let begun = Instant::now();
    loop {
        let link = pat.reads("[data-link=ready] .url").await;
        if link != old {
            return link;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "the link is still the old one");
        pat.goes_to(&pat.address().await).await;
    }
}

/// R13.
pub(crate) async fn a_cancelled_appointment_takes_its_meeting_along(place: Place) {
    with_zoom(&place).await;
    let (pat, kim) = (place.person(Kind::Desk).await, place.person(Kind::Desk).await);
    // All of its hosts come: who has booked a time has it alone.
    let page = books(&pat, "kick-off", "Pat").await;
    let when = pat.reads(".chosen").await;
    chooses_a_slot(&kim, "kick-off").await;
    assert_ne!(kim.reads(".chosen").await, when);
    pat.sees("[data-link=ready]").await;
    pat.goes_to(&place.elsewhere(&page)).await;
    pat.presses("Cancel the appointment").await;
    pat.shows("1-sure").await;
    pat.presses("Yes, cancel it").await;
    pat.sees("[data-status=cancelled]").await;
    pat.sees("[data-link=dropped]").await;
    pat.shows("2-cancelled").await;
    waits_until(&place, |place| place.zoom().meetings().is_empty()).await;
    assert_eq!(place.zoom().deleted_meetings().len(), 1);
    // Its time is free again, for a link of its own (R13).
    books(&kim, "kick-off", "Kim").await;
    assert_eq!(kim.reads(".chosen").await, when);
    let link = kim.reads("[data-link=ready] .url").await;
    assert_ne!(place.zoom().deleted_meetings()[0].join_url, link);
}

/// R10, section 5: the booking stands, and its link comes with the connection.
pub(crate) async fn a_link_waits_until_the_host_connects_zoom(place: Place) {
    let pat = place.person(Kind::Desk).await;
    let page = books(&pat, "class", "Pat").await;
    pat.sees("[data-link=parked], [data-link=pending]").await;
    assert_eq!(place.zoom().meetings(), []);
    let cleo = place.person(Kind::Desk).await;
    connects_zoom(&cleo, "cleo", "zoom-cleo").await;
    waits_until(&place, |place| place.zoom().meetings().len() == 1).await;
    pat.goes_to(&place.elsewhere(&page)).await;
    assert_eq!(pat.reads("[data-link=ready] .url").await, place.only_meeting().join_url);
}

async fn waits_until(place: &Place, is_so: impl Fn(&Place) -> bool) {
    let begun = Instant::now();
    while !is_so(place) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", place.zoom().meetings());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
