//! How pages look: plain, and fit for a telephone.

use axum::response::{Html, IntoResponse as _, Response};
use http::StatusCode;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: auto; padding: 0 1rem 3rem }
header { border-bottom: 3px solid #0b5cff; margin-bottom: 1rem; padding: .5rem 0 }
h1 { font-size: 1.3rem; margin: 0 }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
label { display: block; margin: .5rem 0 }
input, select, button { font: inherit; padding: .4rem .6rem; max-width: 100%; box-sizing: border-box }
td form { display: inline-block; margin: 0 .5rem .25rem 0 }
td input[type=number] { width: 5rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ccc; vertical-align: top }
";

pub(crate) fn whole(title: &str, content: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – Simulated Zoom" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { "Simulated Zoom" } "A test tool. It is not Zoom, and nothing here is real." }
                main { (content) }
            }
        }
    };
    Html(page.into_string())
}

/// Why something was not done.
pub(crate) fn refused(status: StatusCode, message: &str) -> Response {
    let content = html! {
        h2 { "That was not done" }
        p role="alert" { (message) }
        p { a href="/" { "To the switchboard" } }
    };
    (status, whole("Not done", &content)).into_response()
}
