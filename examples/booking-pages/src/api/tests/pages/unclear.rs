//! What cannot be read, and addresses that are for something else: told by a page in plain words.

use axum::http::Method;

use super::super::service::text;
use super::{Form, Page, Service};

/// A page of ours, and not a word of the framework.
fn is_a_page(answer: Page, status: u16, context: &str) {
    assert_eq!(answer.status.as_u16(), status, "{context}: {}", answer.text);
    assert!(answer.text.contains("<h1>"), "{context}: {}", answer.text);
    assert!(!answer.text.contains("deserialize"), "{context}: {}", answer.text);
    assert_ne!(text(&answer.headers, "content-security-policy"), "", "{context}");
}

const TWICE: &[(&str, &str)] = &[("start", "x"), ("start", "y"), ("user", "x"), ("user", "y")];

#[tokio::test]
async fn a_form_that_cannot_be_read_is_told_by_a_page() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let booked = service.booked("demo").await;
    let address = format!("/appointments/{}/move", booked["address"].as_str().unwrap());
    let zones = [("zone", "UTC"), ("zone", "UTC")];
    let cases = [
        ("/book/demo", TWICE, 422),
        (&*address, TWICE, 422),
        (&*address, &[], 422),
        ("/sign-in", TWICE, 422),
        ("/host/hours", &zones, 422),
        ("/host/location", &[("place", "x"), ("place", "y")], 422),
        ("/host/location/apply", &[("calendar", "")], 400),
        ("/admin/calendars/demo", &[("name", "x"), ("name", "y")], 422),
        ("/admin/people", &[("name", "x"), ("name", "y")], 422),
        ("/admin/people/log-in-as", TWICE, 422),
        ("/admin/people/log-in-as", &[], 422),
        ("/admin/appointments/x", TWICE, 404),
        ("/admin/appointments/%FF", TWICE, 404),
    ];
    for (path, fields, status) in cases {
        let answer = service.own_form(&Form::new(path, fields), &ann).await;
        is_a_page(answer, status, &format!("{path} {fields:?}"));
    }
}

#[tokio::test]
async fn a_form_that_is_too_long_says_so() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let notes = "n".repeat(70_000);
    for path in ["/book/demo", "/host/hours", "/admin/calendars/demo"] {
        let answer = service.own_form(&Form::new(path, &[("notes", &notes)]), &ann).await;
        assert!(answer.text.contains("shorter"), "{path}: {}", answer.text);
        is_a_page(answer, 413, path);
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_told_by_a_page() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let booked = service.booked("demo").await;
    let address = format!("/appointments/{}", booked["address"].as_str().unwrap());
    let cases = [
        (format!("{address}?looked=x"), 400),
        (format!("{address}?zone=a&zone=b"), 400),
        (format!("{address}/move?zone=a&zone=b"), 400),
        ("/book/demo?zone=a&zone=b".to_owned(), 400),
        ("/book/demo/form?start=a&start=b".to_owned(), 400),
        ("/admin/explain?start=a&start=b".to_owned(), 400),
        ("/admin/messages?after=a&after=b".to_owned(), 400),
        ("/admin/appointments?from=a&from=b".to_owned(), 400),
        ("/book/%FF".to_owned(), 404),
        ("/book/%FF/form".to_owned(), 404),
        ("/appointments/%FF".to_owned(), 404),
        ("/admin/calendars/%FF".to_owned(), 404),
    ];
    for (path, status) in cases {
        is_a_page(service.page(&path, &ann).await, status, &path);
    }
}

#[tokio::test]
async fn days_that_are_none_are_as_if_they_were_not_asked_for() {
    let service = Service::start().await;
    for from in ["tomorrow", "1969-01-01", "2200-01-01", "9999-12-31"] {
        let page = service.page(&format!("/book/demo?from={from}"), "").await.expect(200);
        assert!(page.text.contains("class=\"slot\""), "{from}: {}", page.text);
    }
}

#[tokio::test]
async fn the_address_of_a_form_leads_to_the_page_that_has_it() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let cases = [
        ("/host/hours", "/host"),
        ("/host/location", "/host"),
        ("/host/location/apply", "/host"),
        ("/host/zoom/connect", "/host"),
        ("/host/zoom/disconnect", "/host"),
        ("/as-oneself", "/host"),
        ("/sign-out", "/host"),
        ("/admin/people", "/admin"),
        ("/admin/people/log-in-as", "/admin"),
        ("/admin/appointments/0198c4a0-0000-7000-8000-000000000001", "/admin/appointments"),
    ];
    for (path, page) in cases {
        let before = service.disk.commits();
        assert_eq!(service.page(path, &ann).await.leads_to(), page, "{path}");
        assert_eq!(service.disk.commits(), before, "{path}");
        service.page(page, &ann).await.expect(200);
    }
}

#[tokio::test]
async fn a_method_that_a_page_does_not_have_is_told_by_a_page() {
    let service = Service::start().await;
    let own =
        |request: axum::http::request::Builder| request.header("sec-fetch-site", "same-origin");
    for path in ["/", "/host", "/host/hours", "/book/demo", "/admin/appointments"] {
        let answer = service.raw_page(Method::PUT, path, None, own).await;
        assert!(text(&answer.headers, "allow").contains("GET"), "{path}");
        is_a_page(answer, 405, path);
    }
    is_a_page(service.own_form(&Form::new("/host", &[]), "").await, 405, "/host");
}

/// The list is shown at the address of the deed that failed: its filter leads away from there.
#[tokio::test]
async fn the_filter_of_appointments_leads_to_the_list_also_after_a_failed_act() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    let path = "/admin/appointments/0198c4a0-0000-7000-8000-000000000001";
    let failed = service.own_form(&Form::new(path, &[("act", "confirm")]), &ann).await.expect(404);
    let filter = "<form class=\"filter\" method=\"get\" action=\"/admin/appointments\">";
    assert!(failed.text.contains(filter), "{}", failed.text);
}
