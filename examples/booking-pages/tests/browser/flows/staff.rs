//! Hosts and admins.

use super::{chooses_a_slot, connects_zoom, consents, signs_in};
use crate::driver::Kind;
use crate::place::Place;

/// R9.
pub(crate) async fn a_new_default_location_asks_to_which_calendars_it_applies(place: Place) {
    let ben = place.person(Kind::Desk).await;
    connects_zoom(&ben, "ben", "zoom-ben").await;
    ben.visits("/host").await;
    ben.chooses("location", "link").await;
    ben.types("place", "my room").await;
    ben.presses("Save the location").await;
    ben.sees("#place-wrong").await;
    assert_eq!(ben.value_of("place").await, "my room");
    ben.chooses("location", "phone").await;
    ben.types("place", "+49 30 123456").await;
    ben.presses("Save the location").await;
    ben.reads_of("Apply it to them, too?").await;
    ben.shows("1-dialog").await;
    // Of the call-back calendar only: the others stay.
    ben.reads_of("Call back").await;
    ben.presses("Apply to those").await;
    ben.sees("#zoom").await;
    assert_eq!(ben.value_of("place").await, "+49 30 123456");
    chooses_a_slot(&ben, "call").await;
    super::fills_in(&ben, "Pat").await;
    ben.presses("Book").await;
    ben.reads_of("+49 30 123456").await;
}

/// R2.
pub(crate) async fn a_zoom_account_of_somebody_else_is_refused(place: Place) {
    let ann = place.person(Kind::Desk).await;
    connects_zoom(&ann, "ann", "zoom-shared").await;
    let ben = place.person(Kind::Desk).await;
    signs_in(&ben, "ben").await;
    ben.presses("Connect Zoom").await;
    consents(&ben, "zoom-shared").await;
    ben.reads_of("This Zoom account is connected to somebody else here.").await;
    ben.shows("1-taken").await;
    ben.visits("/host").await;
    ben.sees("[data-zoom=none]").await;
    // The first one disconnects: then it is free.
    ann.visits("/host").await;
    ann.sees("[data-quota='100']").await;
    ann.presses("Disconnect Zoom").await;
    ann.presses("Yes, disconnect it").await;
    ann.reads_of("Zoom is disconnected").await;
    connects_zoom(&ben, "ben", "zoom-shared").await;
}

pub(crate) async fn hours_and_calendars_are_changed_and_missing_slots_explained(place: Place) {
    let ann = place.person(Kind::Desk).await;
    signs_in(&ann, "ann").await;
    ann.types("mon", "9 to 5").await;
    ann.presses("Save the hours").await;
    ann.sees("#mon-wrong").await;
    assert_eq!(ann.value_of("mon").await, "9 to 5");
    ann.types("mon", "").await;
    ann.presses("Save the hours").await;
    ann.arrives_at("/host").await;
    assert_eq!(ann.value_of("mon").await, "");

    ann.visits("/admin/calendars/demo").await;
    ann.types("length", "4").await;
    ann.presses("Save").await;
    ann.sees("#length-wrong").await;
    ann.types("length", "60").await;
    ann.presses("Save").await;
    ann.reads_of("Product demo is saved").await;
    ann.visits("/").await;
    ann.reads_of("60 minutes, with one of 2 hosts").await;

    // A Monday at 9: Ann is closed now, Ben opens at 10.
    let monday = next_monday();
    ann.visits(&format!("/admin/explain?calendar=demo&start={monday}T09:00")).await;
    ann.sees("[data-bookable=false]").await;
    ann.sees("[data-reason=not_open]").await;
    ann.shows("1-explained").await;
    ann.visits(&format!("/admin/explain?calendar=demo&start={monday}T10:00")).await;
    ann.sees("[data-bookable=true]").await;
}

/// The Monday after the coming Sunday, in Berlin or wherever: only the date counts.
fn next_monday() -> chrono::NaiveDate {
    use chrono::Datelike as _;
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let today = chrono::DateTime::from_timestamp(since.cast_signed(), 0).unwrap().date_naive();
    let days = 7 - today.weekday().num_days_from_monday();
    today + chrono::TimeDelta::days(days.into())
}

/// R4. That what they change is recorded, `src/api/tests/pages/staff.rs` proves.
pub(crate) async fn an_admin_logged_in_as_a_host_connects_zoom_and_the_host_is_told(place: Place) {
    let ann = place.person(Kind::Desk).await;
    signs_in(&ann, "ann").await;
    ann.visits("/admin").await;
    ann.types("reason", "Ben is on the phone").await;
    ann.presses("Log in as them").await;
    ann.reads_of("You are logged in as Ben Brandt").await;
    ann.presses("Connect Zoom").await;
    consents(&ann, "zoom-ben").await;
    ann.reads_of("Zoom is connected").await;
    ann.visits("/host").await;
    ann.shows("1-as-ben").await;
    ann.presses("Be yourself again").await;
    ann.reads_of("Ann Albers").await;
    let ben = place.person(Kind::Desk).await;
    signs_in(&ben, "ben").await;
    ben.reads_of("ann has connected Zoom account zoom-ben for you.").await;
    // Who is no admin, may not, and sees none of the admins' pages.
    ben.sees_not("a[href='/admin']").await;
    for page in ["/admin", "/admin/appointments", "/admin/explain", "/admin/messages"] {
        ben.visits(page).await;
        ben.reads_of("This is for the admins of the account.").await;
    }
}
