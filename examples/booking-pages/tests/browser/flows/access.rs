//! Pages for everybody.

use super::{books, chooses_a_slot, connects_zoom, fills_in, signs_in};
use crate::driver::Kind;
use crate::person::Person;
use crate::place::Place;

pub(crate) async fn all_of_it_works_without_javascript(place: Place) {
    let pat = place.person(Kind::Plain).await;
    connects_zoom(&pat, "cleo", "zoom-cleo").await;
    let page = books(&pat, "class", "Pat").await;
    // The page looks again by itself.
    let link = pat.reads("[data-link=ready] .url").await;
    assert_eq!(place.only_meeting().join_url, link);
    pat.presses("Choose another time").await;
    pat.clicks("button.slot").await;
    pat.sees("[data-status=confirmed]").await;
    pat.goes_to(&place.elsewhere(&page)).await;
    pat.presses("Cancel the appointment").await;
    pat.presses("Yes, cancel it").await;
    pat.sees("[data-status=cancelled]").await;
}

const PAGES: [&str; 9] = [
    "/",
    "/book/demo?days=31",
    "/sign-in",
    "/host",
    "/admin",
    "/admin/calendars/demo",
    "/admin/appointments",
    "/admin/explain?calendar=demo&start=2026-12-01T10:00",
    "/admin/messages",
];

pub(crate) async fn a_phone_shows_every_page_without_scrolling_sideways(place: Place) {
    let ann = place.person(Kind::Phone).await;
    ann.visits("/").await;
    a_wide_page_is_noticed(&ann).await;
    let appointment = books(&ann, "demo", "Pat").await;
    is_not_too_wide(&ann).await;
    ann.goes_to(&place.elsewhere(&appointment)).await;
    signs_in(&ann, "ann").await;
    for (number, page) in PAGES.into_iter().enumerate() {
        ann.visits(page).await;
        is_not_too_wide(&ann).await;
        ann.shows(&format!("phone-{number}")).await;
    }
}

/// The width of the phone, in CSS pixels.
const PHONE: i64 = 360;

async fn is_not_too_wide(person: &Person) {
    let surplus = surplus(person).await;
    assert!(surplus <= 0, "{} is {surplus} pixels too wide", person.address().await);
}

/// By how much the page is wider than the phone. The window's own width is of no use: a browser of a
/// phone makes it as wide as what is in it.
async fn surplus(person: &Person) -> i64 {
    let script =
        "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]";
    let widths = person.answers(script).await;
    assert_eq!(widths[1].as_i64().unwrap(), PHONE, "{}", person.address().await);
    widths[0].as_i64().unwrap() - PHONE
}

/// What is too wide is noticed.
async fn a_wide_page_is_noticed(person: &Person) {
    is_not_too_wide(person).await;
    let widen = "const wide = document.createElement('div'); wide.style.width = '500px'; \
                 wide.style.height = '1px'; document.querySelector('main').append(wide);";
    person.answers(widen).await;
    assert!(surplus(person).await >= 500 - PHONE, "{}", surplus(person).await);
}

/// What assistive technology asks of a page (WCAG 2.2: 1.3.1, 2.4.1, 2.4.2, 3.1.1, 3.3.2, 4.1.2).
const PROBLEMS: &str = "
    const problems = [];
    const has = (condition, what) => { if (!condition) problems.push(what); };
    has(document.documentElement.lang, 'no language');
    has(document.title, 'no title');
    has(document.querySelectorAll('h1').length === 1, 'not one h1');
    has(document.querySelector('main#main') && document.querySelector('a.skip'), 'no way past the header');
    for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        has(field.labels.length > 0, 'no label: ' + field.outerHTML);
    }
    for (const it of document.querySelectorAll('a, button, summary')) {
        has(it.textContent.trim(), 'no words: ' + it.outerHTML);
    }
    const ids = [...document.querySelectorAll('[id]')].map((it) => it.id);
    has(new Set(ids).size === ids.length, 'an id twice: ' + ids);
    for (const it of document.querySelectorAll('[aria-describedby], [aria-labelledby]')) {
        const named = (it.getAttribute('aria-describedby') || '') + ' ' + (it.getAttribute('aria-labelledby') || '');
        for (const id of named.trim().split(/ +/)) has(document.getElementById(id), 'no ' + id);
    }
    for (const it of document.querySelectorAll('a.slot, button, .button, a.join')) {
        has(it.getBoundingClientRect().height >= 24 || !it.offsetParent, 'too small: ' + it.outerHTML);
    }
    return problems;";

pub(crate) async fn the_keyboard_is_enough_and_every_field_has_a_label(place: Place) {
    let ann = place.person(Kind::Desk).await;
    chooses_a_slot(&ann, "demo").await;
    // From the first field on, with nothing but the keyboard.
    ann.clicks("input[name=name]").await;
    ann.presses_keys("Pat\t").await;
    assert_eq!(ann.focus().await, "email");
    ann.presses_keys("pat@example.com\t").await;
    assert_eq!(ann.focus().await, "phone");
    ann.presses_keys("\t").await;
    assert_eq!(ann.focus().await, "notes");
    ann.presses_keys("\t").await;
    assert_eq!(ann.focus().await, "Book");
    ann.presses_keys("\u{E007}").await;
    ann.sees("[data-status=confirmed]").await;
    without_problems(&ann).await;
    chooses_a_slot(&ann, "demo").await;
    without_problems(&ann).await;
    fills_in(&ann, "x").await;
    ann.types("email", "nothing").await;
    ann.presses("Book").await;
    ann.sees("#email-wrong").await;
    without_problems(&ann).await;
    signs_in(&ann, "ann").await;
    for page in PAGES {
        ann.visits(page).await;
        without_problems(&ann).await;
    }
}

async fn without_problems(person: &Person) {
    let problems = person.answers(PROBLEMS).await;
    assert_eq!(problems, serde_json::json!([]), "{}", person.address().await);
}
