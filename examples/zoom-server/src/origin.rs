//! Pages of other sites may not press the buttons here.

use std::net::IpAddr;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method, StatusCode};

pub(crate) async fn check(request: Request, next: Next) -> Response {
    if request.method() == Method::POST && is_of_another_site(request.headers()) {
        let message = "this form belongs to another site: use the one that is served here\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    next.run(request).await
}

/// Browsers say where a form came from; programs say nothing.
fn is_of_another_site(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    // A name that somebody else's server gives to this machine would be host and origin alike.
    let host = host.filter(|host| is_of_this_machine(host));
    host.is_none_or(|host| format!("http://{host}").as_bytes() != origin.as_bytes())
}

fn is_of_this_machine(host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::from_iter([(HOST, "127.0.0.1:8090".parse().unwrap())]);
        headers.extend(origin.map(|origin| (ORIGIN, origin.parse().unwrap())));
        is_of_another_site(&headers)
    }

    #[test]
    fn a_name_that_somebody_gave_to_this_machine_is_refused() {
        let (host, origin) = ("evil.example:8090", "http://evil.example:8090");
        let headers = [(HOST, host.parse().unwrap()), (ORIGIN, origin.parse().unwrap())];
        assert!(is_of_another_site(&HeaderMap::from_iter(headers)));
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        assert!(!refused(None));
        assert!(!refused(Some("http://127.0.0.1:8090")));
        for other in
            ["http://127.0.0.1:80900", "http://localhost:8090", "https://evil.example", "null"]
        {
            assert!(refused(Some(other)), "{other}");
        }
    }
}
