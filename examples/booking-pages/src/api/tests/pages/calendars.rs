//! Several who change one calendar: nobody writes over what they have not seen (R29).

use slotlink::words::{Calendar, CalendarId, Name};

use super::{Form, Page, Service};

const DEMO: &str = "/admin/calendars/demo";

/// The fields of a calendar, as its form shows them.
pub(super) fn calendar<'a>(path: &str, more: &[(&'a str, &'a str)]) -> Form {
    let numbers = ["length", "every", "seats"].map(|name| (name, "30"));
    let none =
        ["before", "after", "notice", "cancel_notice", "move_notice"].map(|name| (name, "0"));
    let rest = [("name", "Demo"), ("zone", "UTC"), ("window", "30"), ("kind", "collective")];
    Form::new(path, &[&numbers[..], &none[..], &rest[..], more].concat())
}

/// The form, with another place in it and what else is typed.
fn by_phone<'a>(number: &'a str, more: &[(&'a str, &'a str)]) -> Form {
    let phone = [("host", "ann"), ("host", "ben"), ("location", "phone"), ("place", number)];
    calendar(DEMO, &[&phone[..], more].concat())
}

impl Page {
    /// What the form of a calendar says has been seen.
    fn revision(&self) -> String {
        self.between("name=\"revision\" value=\"", "\"").to_owned()
    }

    /// Nothing was saved, and the form shows what somebody else has saved.
    fn shows_the_other_change(self, part: &str) -> Self {
        let page = self.expect(409);
        page.has("role=\"alert\" tabindex=\"-1\" autofocus");
        page.has("This calendar was changed while you had it open, so nothing was saved.");
        page.has(part);
        page
    }
}

impl Service {
    pub(super) async fn revision(&self, calendar: &str, cookie: &str) -> String {
        self.page(&format!("/admin/calendars/{calendar}"), cookie).await.expect(200).revision()
    }

    async fn stored(&self) -> Calendar {
        let id = CalendarId::new("demo").unwrap();
        self.app.scheduler.calendar(&self.app.system(), &id).await.unwrap()
    }
}

#[tokio::test]
async fn a_form_that_was_open_meanwhile_shows_what_somebody_else_has_saved() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let seen = service.revision("demo", &ann).await;
    service.set("demo", |calendar| calendar.name = Name::new("Renamed").unwrap()).await;
    let (stored, before) = (service.stored().await, service.disk.commits());

    let form = by_phone("+49 30 1", &[("revision", &*seen)]);
    let stale = service.own_form(&form, &ann).await.shows_the_other_change("value=\"Renamed\"");
    stale.has_not("+49 30 1");
    assert_eq!((service.stored().await, service.disk.commits()), (stored, before));
    let now = stale.revision();
    assert_eq!(now, service.revision("demo", &ann).await);

    // Typed once more, over what is there now.
    let form = by_phone("+49 30 1", &[("revision", &*now)]);
    service.own_form(&form, &ann).await.expect(200).has("Demo is saved");
    assert!(service.stored().await.location.is_some());
    // Sent a second time.
    service.own_form(&form, &ann).await.shows_the_other_change("+49 30 1");
}

#[tokio::test]
async fn of_two_forms_that_are_sent_at_once_one_is_saved() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let seen = service.revision("demo", &ann).await;
    let forms = ["+49 30 1", "+49 30 2"].map(|number| by_phone(number, &[("revision", &*seen)]));
    let (first, second) =
        tokio::join!(service.own_form(&forms[0], &ann), service.own_form(&forms[1], &ann));
    let (saved, lost, number) = if first.status.is_success() {
        (first, second, "+49 30 1")
    } else {
        (second, first, "+49 30 2")
    };
    saved.expect(200);
    let lost = lost.shows_the_other_change(&format!("value=\"{number}\""));
    assert_eq!(lost.revision(), service.revision("demo", &ann).await);
}

#[tokio::test]
async fn a_form_that_does_not_say_what_was_seen_saves_nothing() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let (stored, before) = (service.stored().await, service.disk.commits());
    let nil = "00000000-0000-0000-0000-000000000000";
    for revision in [&[][..], &[("revision", "")], &[("revision", "<x>")], &[("revision", nil)]] {
        let answer = service.own_form(&by_phone("+49 30 1", revision), &ann).await;
        answer.shows_the_other_change("value=\"Product demo\"").has_not("<x>");
    }
    assert_eq!((service.stored().await, service.disk.commits()), (stored, before));
}

#[tokio::test]
async fn a_form_with_something_wrong_in_it_still_says_what_was_seen() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let seen = service.revision("demo", &ann).await;
    let form = by_phone("", &[("revision", &*seen)]);
    let wrong = service.own_form(&form, &ann).await.expect(422);
    assert_eq!(wrong.revision(), seen);
    service.own_form(&by_phone("+49 30 1", &[("revision", &*seen)]), &ann).await.expect(200);
}

#[tokio::test]
async fn a_new_calendar_has_been_seen_by_nobody() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let path = "/admin/calendars/.new";
    service.page(path, &ann).await.expect(200).has_not("name=\"revision\"");
    let form = calendar(path, &[("id", "fresh"), ("host", "ann")]);
    service.own_form(&form, &ann).await.expect(200).has("Demo is saved");
    service.own_form(&form, &ann).await.expect(409).has("id=\"id-wrong\"");
    assert!(!service.revision("fresh", &ann).await.is_empty());
}
