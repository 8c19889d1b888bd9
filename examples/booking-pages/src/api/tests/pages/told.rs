//! Where pages say what is wrong, and how it is reached.

use slotlink::words::Notice;

use super::super::service::text;
use super::calendars::calendar;
use super::{Form, Service};

const FOCUSED: &str = "role=\"alert\" tabindex=\"-1\" autofocus";

fn booking<'a>(start: &'a str, more: &[(&'a str, &'a str)]) -> Form {
    let fields = [("start", start), ("name", "Pat"), ("email", "pat@example.com")];
    Form::new("/book/call", &[&fields[..], more].concat())
}

#[tokio::test]
async fn a_form_without_a_name_of_its_own_is_shown_again_with_one() {
    let service = Service::start().await;
    let start = service.starts("call").await.remove(0);
    let long = "r".repeat(200);
    for request in [&[][..], &[("request", "")], &[("request", &long)]] {
        let before = service.disk.commits();
        let answer = service.own_form(&booking(&start, request), "").await.expect(422);
        assert_eq!(service.disk.commits(), before);
        answer.has("Part of the form was missing");
        answer.has("value=\"Pat\"");
        let name = answer.between("name=\"request\" value=\"", "\"").to_owned();
        assert!(name.len() > 20, "{name}");
    }
    let named = booking(&start, &[("request", "r")]);
    assert!(service.own_form(&named, "").await.leads_to().starts_with("/appointments/"));
}

#[tokio::test]
async fn that_a_time_is_taken_is_read_first() {
    let service = Service::start().await;
    let start = service.starts("call").await.remove(0);
    service.own_form(&booking(&start, &[("request", "1")]), "").await.expect(303);
    let taken = service.own_form(&booking(&start, &[("request", "2")]), "").await.expect(409);
    taken.has(&format!("{FOCUSED}>This time is not free any more."));
    taken.has("<fieldset id=\"start\" tabindex=\"-1\">");
}

#[tokio::test]
async fn the_summary_leads_to_what_can_have_the_focus() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let wrong = service.own_form(&booking("x", &[("request", "1")]), "").await.expect(422);
    wrong.has("href=\"#start\"");
    wrong.has("<p class=\"chosen\" id=\"start\" tabindex=\"-1\">");
    wrong.has(FOCUSED);
    let revision = service.revision("demo", &ann).await;
    let nobody = [("host", "nobody"), ("revision", &*revision)];
    let wrong = service.own_form(&calendar("/admin/calendars/demo", &nobody), &ann).await;
    wrong.has("href=\"#host\"");
    wrong.has("<fieldset id=\"host\" tabindex=\"-1\" aria-describedby=\"host-wrong\">");
    wrong.has("<p class=\"wrong\" id=\"host-wrong\">");
    wrong.expect(404);
}

#[tokio::test]
async fn what_no_field_can_mend_is_told_above_the_form() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    // The page was shown, and then the store fails.
    let revision = service.revision("demo", &ann).await;
    let typed = [("host", "ann"), ("host", "ben"), ("revision", &*revision)];
    let form = calendar("/admin/calendars/demo", &typed);
    service.disk.lose_answers(usize::MAX);
    let answer = service.own_form(&form, &ann).await.expect(503);
    assert_eq!(text(&answer.headers, "retry-after"), "30");
    answer.has("Something does not work on our side");
    answer.has("value=\"Demo\"");
    answer.has_not("name-wrong");
    answer.has_not("host-wrong");
    service.disk.lose_answers(0);
}

#[tokio::test]
async fn who_cannot_move_or_cancel_now_is_told_when_to_try_again() {
    let service = Service::start().await;
    let starts = service.starts("demo").await;
    let booked = service.booked("demo").await;
    let address = format!("/appointments/{}", booked["address"].as_str().unwrap());
    let to = [("start", &*starts[1]), ("zone", "UTC")];
    let forms =
        [Form::new(format!("{address}/move"), &to), Form::new(format!("{address}/cancel"), &[])];
    service.disk.lose_answers(usize::MAX);
    for form in forms {
        let answer = service.own_form(&form, "").await.expect(503);
        assert_eq!(text(&answer.headers, "retry-after"), "30", "{}", form.path);
        answer.has(FOCUSED);
    }
}

#[tokio::test]
async fn a_reason_is_asked_for_where_it_is_missing() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let long = "r".repeat(501);
    for reason in [" ", &long] {
        let form = Form::new("/admin/people/log-in-as", &[("user", "ben"), ("reason", reason)]);
        let answer = service.own_form(&form, &ann).await.expect(422);
        assert_eq!(answer.cookie(), None);
        answer.has("href=\"#reason\"");
        answer
            .has(&format!("<input id=\"reason\" name=\"reason\" type=\"text\" value=\"{reason}\""));
        answer.has("aria-describedby=\"reason-wrong\"");
        assert_eq!(answer.text.matches("<h1>").count(), 1);
    }
}

#[tokio::test]
async fn a_person_without_a_name_is_told_at_the_name() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let form = Form::new("/admin/people", &[("name", ""), ("email", "dora@example.com")]);
    let answer = service.own_form(&form, &ann).await.expect(422);
    answer.has("id=\"name-wrong\"");
    answer.has("<details open>");
    assert_eq!(answer.text.matches("<h1>").count(), 1);
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_told_so() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let explain = "/admin/explain?start=2026-12-01T10:00&calendar=";
    service.page(&format!("{explain}nowhere"), &ann).await.expect(422).has("id=\"calendar-wrong\"");
    service.page(explain, &ann).await.expect(422).has("id=\"calendar-wrong\"");
    let far = "/admin/explain?calendar=demo&start=9999-12-01T10:00";
    service.page(far, &ann).await.expect(422).has("id=\"start-wrong\"");
    service.page("/admin/explain", &ann).await.expect(200);
    let list = service.page("/admin/appointments?from=tomorrow", &ann).await.expect(422);
    list.has("id=\"from-wrong\"");
    list.has("value=\"tomorrow\"");
    list.has_not("There are none.");
    for from in ["", "all", "2026-11-24"] {
        service.page(&format!("/admin/appointments?from={from}"), &ann).await.expect(200);
    }
}

#[tokio::test]
async fn looking_again_leads_to_the_appointment_from_everywhere() {
    let service = Service::start().await;
    let notice = Notice::new(40_000).unwrap();
    service.set("demo", |calendar| calendar.cancel_notice = notice).await;
    let booked = service.booked("demo").await;
    let address = format!("/appointments/{}", booked["address"].as_str().unwrap());
    let refused = service.own_form(&Form::new(format!("{address}/cancel"), &[]), "").await;
    refused.has(&format!("<a href=\"{address}?zone=Europe%2FBerlin\">Look again</a>"));
    refused.has(FOCUSED);
    refused.expect(409);
}

#[tokio::test]
async fn buttons_of_many_say_whose_they_are() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    service.booked("demo").await;
    let people = service.page("/admin", &ann).await.expect(200);
    people.has("aria-label=\"Log in as them: Ben Brandt\"");
    people.has("aria-label=\"Change Product demo\"");
    let list = service.page("/admin/appointments", &ann).await.expect(200);
    list.has("aria-label=\"Cancel: Pat Example, ");
    list.has("aria-label=\"Delete it for good: Pat Example, ");
    list.has("aria-label=\"Yes, delete it: Pat Example, ");
}
