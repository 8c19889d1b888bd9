//! Pages, and what those who run the service look at.

mod calendars;
mod guard;
mod operations;
mod staff;
mod told;
mod unclear;

use axum::http::request::Builder;
use axum::http::{HeaderMap, Method, StatusCode};
use url::form_urlencoded::Serializer;

use super::service::{Service, raw, text};

/// What a browser was answered.
#[derive(Debug)]
struct Page {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Page {
    fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }

    /// Where it leads to.
    fn leads_to(&self) -> String {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        text(&self.headers, "location")
    }

    /// What browsers keep, as they send it back.
    fn cookie(&self) -> Option<String> {
        let set = text(&self.headers, "set-cookie");
        let (cookie, _) = set.split_once(';')?;
        Some(cookie.to_owned())
    }
}

/// A form, filled in.
struct Form {
    path: String,
    fields: String,
}

impl Form {
    fn new(path: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let fields = Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { path: path.into(), fields }
    }
}

impl Page {
    /// What stands between two texts, the first time.
    fn between(&self, before: &str, after: &str) -> &str {
        let (_, rest) = self.text.split_once(before).unwrap_or_else(|| panic!("{}", self.text));
        rest.split_once(after).unwrap().0
    }

    fn has(&self, part: &str) {
        assert!(self.text.contains(part), "no {part} in {}", self.text);
    }

    fn has_not(&self, part: &str) {
        assert!(!self.text.contains(part), "{part} in {}", self.text);
    }
}

impl Service {
    async fn page(&self, path: &str, cookie: &str) -> Page {
        let with = |request: Builder| request.header("cookie", cookie);
        self.raw_page(Method::GET, path, None, with).await
    }

    /// Sends a form with these headers.
    async fn form(&self, form: &Form, cookie: &str, headers: &[(&str, &str)]) -> Page {
        let with = |request: Builder| {
            let request = request.header("cookie", cookie);
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
        };
        self.raw_page(Method::POST, &form.path, Some(form.fields.clone()), with).await
    }

    /// Sends a form from one of our own pages.
    async fn own_form(&self, form: &Form, cookie: &str) -> Page {
        self.form(form, cookie, &[("sec-fetch-site", "same-origin")]).await
    }

    /// The cookie of somebody who has signed in.
    async fn signed_in(&self, user: &str) -> String {
        let answer = self.own_form(&Form::new("/sign-in", &[("user", user)]), "").await;
        assert_eq!(answer.leads_to(), "/host");
        answer.cookie().unwrap()
    }

    async fn raw_page(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        with: impl FnOnce(Builder) -> Builder,
    ) -> Page {
        let (status, headers, bytes) = raw(&self.router, method, path, body, with).await;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Page { status, headers, text }
    }
}
