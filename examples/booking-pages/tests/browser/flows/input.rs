//! What goes wrong, goes well.

use chrono::TimeDelta;
use http::{StatusCode, header};
use reqwest_sender::ReqwestSender;
use slotlink::ports::{Clock as _, HttpSend as _, SystemClock};

use super::{books, chooses_a_slot, fills_in, signs_in};
use crate::driver::Kind;
use crate::person::Person;
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
    // The page itself may send nothing but the form (its content security policy), so that we do.
    let form = Form::of(&pat).await;
    let (one, other) = (form.address(&place), form.address(&place));
    let (one, other) = tokio::join!(form.send(one), form.send(other));
    assert_eq!(one, other);
    assert_eq!(count(&place).await, 1);
    // The browser, too, is shown what is booked already.
    pat.presses("Book").await;
    pat.sees("[data-status=confirmed]").await;
    assert_eq!(Some(&*pat.path().await), one.split('?').next(), "the same appointment");
    assert_eq!(count(&place).await, 1);
    // Another form is another booking.
    books(&pat, "demo", "Pat").await;
    assert_eq!(count(&place).await, 2);
}

/// The form of the page, as the browser would send it.
struct Form {
    action: String,
    fields: String,
}

impl Form {
    async fn of(person: &Person) -> Self {
        let script = "const form = document.querySelector('main form'); \
                      return [form.action, new URLSearchParams(new FormData(form)).toString()];";
        let read = person.answers(script).await;
        let [action, fields] = [0, 1].map(|at| read[at].as_str().unwrap().to_owned());
        assert!(fields.contains("request=") && fields.contains("start="), "{fields}");
        Self { action, fields }
    }

    /// At the next instance.
    fn address(&self, place: &Place) -> String {
        place.elsewhere(&self.action)
    }

    /// Where the answer leads to.
    async fn send(&self, address: String) -> String {
        let request = http::Request::post(address)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(self.fields.clone().into_bytes());
        let deadline = SystemClock.now() + TimeDelta::seconds(20);
        let sender = ReqwestSender::new().unwrap();
        let answer = sender.send(request.unwrap(), deadline).await.unwrap();
        let text = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{text}");
        answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }
}

/// Pat's appointments, as the staff sees them.
async fn count(place: &Place) -> usize {
    let ann = place.person(Kind::Desk).await;
    signs_in(&ann, "ann").await;
    ann.visits("/admin/appointments").await;
    ann.reads_of("pat@example.com").await;
    ann.page().await.matches("pat@example.com").count()
}
