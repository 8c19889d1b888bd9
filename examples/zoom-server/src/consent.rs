//! The page where a Zoom user is asked whether an app may act for them.

use std::sync::Arc;

use axum::extract::{Form, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use maud::{Markup, html};
use serde::Deserialize;
use slotlink::ports::AuthorizeUrl;
use slotlink::words::ZoomAccountId;
use url::Url;
use url::form_urlencoded;

use crate::{Place, page};

/// What the user says.
#[derive(Deserialize)]
pub(crate) struct Said {
    answer: String,
    #[serde(default)]
    zoom: String,
}

/// As the simulated Zoom knows the address.
fn address(query: &str) -> AuthorizeUrl {
    AuthorizeUrl::new(format!("https://zoom.us/oauth/authorize?{query}"))
}

pub(crate) async fn ask(State(place): State<Arc<Place>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    // To say no changes nothing there, and it says whether the question is one.
    if let Err(error) = place.zoom.deny(&address(&query)) {
        return page::refused(StatusCode::BAD_REQUEST, &error.to_string());
    }
    page::whole("Allow an app", &form(&place, &query)).into_response()
}

pub(crate) async fn answer(
    State(place): State<Arc<Place>>,
    RawQuery(query): RawQuery,
    Form(said): Form<Said>,
) -> Response {
    match back(&place, &address(&query.unwrap_or_default()), &said) {
        Ok(back) => (StatusCode::SEE_OTHER, [(LOCATION, back.as_str())]).into_response(),
        Err(message) => page::refused(StatusCode::BAD_REQUEST, &message),
    }
}

/// Where the browser goes next.
fn back(place: &Place, page: &AuthorizeUrl, said: &Said) -> Result<Url, String> {
    let answered = match said.answer.as_str() {
        "allow" => {
            let zoom = ZoomAccountId::new(said.zoom.trim())
                .map_err(|error| format!("who are you? {error}"))?;
            place.zoom.allow(page, &zoom)
        }
        "deny" => place.zoom.deny(page),
        _ => return Err("the answer is neither allow nor deny".into()),
    };
    answered.map_err(|error| error.to_string())
}

fn form(place: &Place, query: &str) -> Markup {
    let client = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "client_id");
    let client = client.map(|(_, client)| client).unwrap_or_default();
    html! {
        h2 { "The app " code { (client) } " asks to act for you" }
        p { "It asks for:" }
        ul { @for scope in place.zoom.scopes() { li { code { (scope) } } } }
        form method="post" action={ "/oauth/authorize?" (query) } {
            label for="zoom" { "Who are you? Choose a Zoom user, or write the id of a new one." }
            input #zoom name="zoom" list="users" required maxlength="128" autocomplete="off" autofocus;
            datalist #users {
                @for user in place.zoom.requests_today().keys() { option value=(user.as_str()) {} }
            }
            p {
                button name="answer" value="allow" { "Allow" } " "
                button name="answer" value="deny" formnovalidate { "Deny" }
            }
        }
    }
}
