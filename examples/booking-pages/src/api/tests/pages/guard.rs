//! Forms of other sites.

use super::{Form, Page, Service};

type Headers = &'static [(&'static str, &'static str)];

/// What browsers say of a form that is not ours, and what those say who are no browsers.
const REFUSED: [Headers; 12] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "none")],
    &[("sec-fetch-site", "")],
    &[],
    &[("origin", "null")],
    &[("origin", "")],
    &[("origin", "https://evil.example")],
    // Another scheme, another port, a name that begins as ours.
    &[("origin", "http://book.example")],
    &[("origin", "https://book.example:444")],
    &[("origin", "https://book.example.evil.example")],
    // Who says both is believed the first.
    &[("sec-fetch-site", "cross-site"), ("origin", "https://book.example")],
];

const TAKEN: [Headers; 3] = [
    &[("sec-fetch-site", "same-origin")],
    &[("origin", "https://book.example")],
    // So do browsers say it that send no referrer.
    &[("sec-fetch-site", "same-origin"), ("origin", "null")],
];

/// Forms that are in order, each of which changes something or signs somebody in.
async fn in_order(service: &Service) -> Vec<Form> {
    let start = service.starts("demo").await.remove(1);
    let pat = [("name", "Pat"), ("email", "pat@example.com"), ("request", "a request")];
    let book = [&pat[..], &[("start", &*start), ("zone", "UTC")]].concat();
    let booked = service.booked("demo").await;
    let cancel = format!("/appointments/{}/cancel", booked["address"].as_str().unwrap());
    let dora = [("id", "dora"), ("name", "Dora"), ("email", "dora@example.com")];
    vec![
        Form::new("/book/demo", &book),
        Form::new(cancel, &[]),
        Form::new("/admin/people", &dora),
        Form::new("/host/hours", &[("zone", "Europe/Berlin"), ("mon", "10:00-11:00")]),
        Form::new("/sign-in", &[("user", "ben")]),
    ]
}

/// The others: they are refused whatever is in them.
fn others() -> impl Iterator<Item = Form> {
    let paths = [
        "/as-oneself",
        "/sign-out",
        "/host/location",
        "/host/location/apply",
        "/host/zoom/connect",
        "/host/zoom/disconnect",
        "/admin/calendars/demo",
        "/admin/people/log-in-as",
        "/admin/appointments/0198c4a0-0000-7000-8000-000000000001",
        "/appointments/x/move",
    ];
    paths.into_iter().map(|path| Form::new(path, &[]))
}

fn is_refused(answer: Page, context: &str) {
    assert_eq!(answer.cookie(), None, "{context}");
    // Not because of who sends it, but because of where it comes from.
    assert!(answer.text.contains("not sent from our own pages"), "{context}: {}", answer.text);
    answer.expect(403);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused_and_change_nothing() {
    let service = Service::start().await;
    let forms = in_order(&service).await;
    let ann = service.signed_in("ann").await;
    let before = service.disk.commits();
    for form in forms.into_iter().chain(others()) {
        for headers in REFUSED {
            let context = format!("{} with {headers:?}", form.path);
            is_refused(service.form(&form, &ann, headers).await, &context);
        }
    }
    assert_eq!(service.disk.commits(), before);
}

#[tokio::test]
async fn our_own_forms_are_taken() {
    for headers in TAKEN {
        let service = Service::start().await;
        let forms = in_order(&service).await;
        let ann = service.signed_in("ann").await;
        for form in forms {
            let before = service.disk.commits();
            let answer = service.form(&form, &ann, headers).await;
            let context = format!("{} with {headers:?}: {}", form.path, answer.text);
            assert!(answer.status.is_redirection(), "{context}");
            let is_done = service.disk.commits() > before || answer.cookie().is_some();
            assert!(is_done, "{context}");
        }
    }
}

#[tokio::test]
async fn links_of_other_sites_lead_here() {
    let service = Service::start().await;
    for path in ["/", "/book/demo", "/sign-in"] {
        let with = |request: axum::http::request::Builder| {
            request.header("sec-fetch-site", "cross-site").header("origin", "https://else.example")
        };
        service.raw_page("GET".parse().unwrap(), path, None, with).await.expect(200);
    }
}
