//! What a browser does, or a program that uses the switches.

use chrono::TimeDelta;
use http::Request;
use reqwest_sender::ReqwestSender;
use serde_json::Value;
use slotlink::ports::{Clock, HttpRequest, HttpResponse, HttpSend, SystemClock};
use url::form_urlencoded::Serializer;
use url::{Url, form_urlencoded};

pub(crate) async fn send(request: HttpRequest) -> HttpResponse {
    let deadline = SystemClock.now() + TimeDelta::seconds(5);
    ReqwestSender::new().unwrap().send(request, deadline).await.unwrap()
}

pub(crate) async fn get(url: &Url) -> HttpResponse {
    send(Request::get(url.as_str()).body(Vec::new()).unwrap()).await
}

pub(crate) async fn submit(url: &Url, fields: &[(&str, &str)]) -> HttpResponse {
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(url.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", url.origin().ascii_serialization());
    send(request.body(form.into_bytes()).unwrap()).await
}

/// Status and message of a switch.
pub(crate) async fn switch(server: &Url, path: &str, said: Value) -> (u16, String) {
    let request = Request::post(server.join(path).unwrap().as_str())
        .header("content-type", "application/json");
    let answer = send(request.body(said.to_string().into_bytes()).unwrap()).await;
    let json: Value = serde_json::from_slice(answer.body()).unwrap();
    (answer.status().as_u16(), json["message"].as_str().unwrap().to_owned())
}

pub(crate) async fn state(server: &Url) -> Value {
    let answer = get(&server.join("simulated/state").unwrap()).await;
    serde_json::from_slice(answer.body()).unwrap()
}

pub(crate) fn text(answer: &HttpResponse) -> String {
    String::from_utf8(answer.body().clone()).unwrap()
}

/// Where the first form of a page goes to.
pub(crate) fn action(page: &str) -> String {
    let (_, rest) = page.split_once(" action=\"").unwrap();
    rest.split('"').next().unwrap().replace("&amp;", "&")
}

pub(crate) fn location(answer: &HttpResponse) -> Url {
    assert_eq!(answer.status(), 303, "{}", text(answer));
    answer.headers()["location"].to_str().unwrap().parse().unwrap()
}

pub(crate) fn field(query: &str, name: &str) -> Option<String> {
    let mut fields = form_urlencoded::parse(query.as_bytes());
    fields.find(|(field, _)| field == name).map(|(_, value)| value.into_owned())
}

/// Opens the consent page, and answers it as this Zoom user.
pub(crate) async fn consent(page: &Url, zoom: &str, answer: &str) -> HttpResponse {
    let opened = get(page).await;
    assert_eq!(opened.status(), 200);
    let form = page.join(&action(&text(&opened))).unwrap();
    submit(&form, &[("zoom", zoom), ("answer", answer)]).await
}
