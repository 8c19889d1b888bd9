//! What people do.

mod access;
mod input;
mod staff;
mod visitor;

use std::future::Future;
use std::pin::Pin;

use crate::driver::Kind;
use crate::person::Person;
use crate::place::Place;

pub(crate) type Flow = fn(Place) -> Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! flows {
    ($(#[$doc:meta])* $list:ident: $($module:ident::$flow:ident,)+) => {
        $(#[$doc])*
        pub(crate) const $list: &[(&str, Flow)] = &[
            $((stringify!($flow), |place| Box::pin($module::$flow(place))),)+
        ];
    };
}

flows! {
    /// They rest on what is stored, and on who does the work: two instances may.
    OF_BOOKINGS:
    visitor::a_visitor_books_and_gets_the_link_of_a_meeting,
    visitor::visitors_of_one_slot_share_its_link,
    visitor::a_rescheduled_appointment_gets_a_new_link_and_the_old_meeting_goes,
    visitor::a_cancelled_appointment_takes_its_meeting_along,
    visitor::a_link_waits_until_the_host_connects_zoom,
    input::a_second_tab_that_lost_the_race_is_shown_the_next_free_slots,
    input::pressing_twice_books_once,
    staff::a_zoom_account_of_somebody_else_is_refused,
}

flows! {
    /// They rest on the pages alone.
    OF_PAGES:
    input::what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept,
    staff::a_new_default_location_asks_to_which_calendars_it_applies,
    staff::hours_and_calendars_are_changed_and_missing_slots_explained,
    staff::an_admin_logged_in_as_a_host_connects_zoom_and_the_host_is_told,
    access::all_of_it_works_without_javascript,
    access::a_phone_shows_every_page_without_scrolling_sideways,
    access::the_keyboard_is_enough_and_every_field_has_a_label,
}

/// Signs in as one of the staff.
pub(super) async fn signs_in(person: &Person, user: &str) {
    person.visits("/sign-in").await;
    person.clicks(&format!("button[name=user][value={user}]")).await;
    person.sees("#zoom").await;
}

/// A host connects a Zoom account, through Zoom's page.
pub(super) async fn connects_zoom(person: &Person, user: &str, zoom: &str) {
    signs_in(person, user).await;
    person.presses("Connect Zoom").await;
    consents(person, zoom).await;
    person.reads_of("Zoom is connected").await;
}

/// At the page of the simulated Zoom.
pub(super) async fn consents(person: &Person, zoom: &str) {
    person.reads_of("Simulated Zoom").await;
    person.types("zoom", zoom).await;
    person.presses("Allow").await;
}

/// All hosts are connected, one after the other in the same browser.
pub(super) async fn with_zoom(place: &Place) {
    let person = place.person(Kind::Desk).await;
    for host in ["ann", "ben", "cleo"] {
        connects_zoom(&person, host, &format!("zoom-{host}")).await;
    }
}

/// A visitor books the first free slot of the second week from now; gives the address of its page.
pub(super) async fn books(person: &Person, calendar: &str, name: &str) -> String {
    chooses_a_slot(person, calendar).await;
    fills_in(person, name).await;
    person.presses("Book").await;
    person.sees("[data-status=confirmed]").await;
    person.address().await
}

pub(super) async fn chooses_a_slot(person: &Person, calendar: &str) {
    person.visits(&format!("/book/{calendar}?zone=Europe/Berlin")).await;
    person.presses("Later").await;
    person.clicks("a.slot").await;
    person.sees("input[name=name]").await;
}

pub(super) async fn fills_in(person: &Person, name: &str) {
    person.types("name", name).await;
    person.types("email", &format!("{}@example.com", name.to_lowercase())).await;
}
