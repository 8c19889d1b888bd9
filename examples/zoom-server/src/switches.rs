//! What a test does to Zoom, or a person to their meetings.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use slotlink::testkit::SimulatedZoom;
use slotlink::words::{MeetingId, ZoomAccountId};
use url::Url;

use crate::asker::{Asker, Done, Refused, Said};
use crate::names::{self, CALLS, FAULTS};
use crate::{Place, state};

pub(crate) fn routes() -> Router<Arc<Place>> {
    Router::new()
        .route("/simulated/state", get(state::show))
        .route("/simulated/users", post(add_user))
        .route("/simulated/users/{zoom}/remove-app", post(remove_app))
        .route("/simulated/users/{zoom}/void-refresh-tokens", post(void_refresh_tokens))
        .route("/simulated/use-up", post(use_up))
        .route("/simulated/faults", post(fault))
        .route("/simulated/meetings/{id}/delete", post(delete))
        .route("/simulated/meetings/{id}/restore", post(restore))
        .route("/simulated/events", post(set_events))
        .route("/simulated/events/validate", post(validate))
}

type Here = State<Arc<Place>>;

#[derive(Deserialize)]
struct Named {
    zoom: String,
}

#[derive(Deserialize)]
struct Use {
    zoom: String,
    requests: u32,
}

/// Empty fields of a form are none.
#[derive(Deserialize)]
struct Plan {
    fault: String,
    call: Option<String>,
    zoom: Option<String>,
    #[serde(default = "once")]
    times: u32,
}

const fn once() -> u32 {
    1
}

#[derive(Deserialize)]
struct Events {
    url: String,
}

async fn add_user(State(place): Here, asker: Asker, Said(user): Said<Named>) -> Response {
    asker.answer(named(&user.zoom).map(|zoom| {
        let message = format!("there is a Zoom user {zoom}");
        place.zoom.add_account(zoom);
        message
    }))
}

async fn remove_app(State(place): Here, asker: Asker, Path(zoom): Path<String>) -> Response {
    asker.answer(known(&place.zoom, &zoom).and_then(|zoom| {
        let was_there = place.zoom.remove_app(&zoom);
        let message = || Refused::missing(format!("{zoom} has not added the app"));
        was_there.then(|| format!("{zoom} has removed the app")).ok_or_else(message)
    }))
}

async fn void_refresh_tokens(
    State(place): Here,
    asker: Asker,
    Path(zoom): Path<String>,
) -> Response {
    asker.answer(known(&place.zoom, &zoom).map(|zoom| {
        place.zoom.void_refresh_tokens(Some(&zoom));
        format!("the refresh tokens of {zoom} are void")
    }))
}

async fn use_up(State(place): Here, asker: Asker, Said(said): Said<Use>) -> Response {
    asker.answer(known(&place.zoom, &said.zoom).map(|zoom| {
        place.zoom.use_up(&zoom, said.requests);
        format!("{} requests of {zoom} are used up", said.requests)
    }))
}

async fn fault(State(place): Here, asker: Asker, Said(plan): Said<Plan>) -> Response {
    asker.answer(planned(&place.zoom, &plan))
}

async fn delete(State(place): Here, asker: Asker, Path(id): Path<String>) -> Response {
    asker.answer(numbered(&id).and_then(|id| {
        let was_there = place.zoom.delete_meeting(id);
        let message = || Refused::missing(format!("there is no meeting {id}"));
        was_there.then(|| format!("meeting {id} is deleted")).ok_or_else(message)
    }))
}

async fn restore(State(place): Here, asker: Asker, Path(id): Path<String>) -> Response {
    asker.answer(numbered(&id).and_then(|id| {
        let restored = place.zoom.restore_meeting(id);
        let message = || Refused::missing(format!("no meeting {id} was deleted in the last week"));
        restored.then(|| format!("meeting {id} is restored")).ok_or_else(message)
    }))
}

async fn set_events(State(place): Here, asker: Asker, Said(said): Said<Events>) -> Response {
    let url = Url::parse(&said.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    asker.answer(url.map_or_else(
        || Err(Refused::illegal(format!("{:?} is no http address", said.url))),
        |url| {
            place.webhooks.set_events(url);
            Ok(format!("webhooks go to {}", said.url))
        },
    ))
}

async fn validate(State(place): Here, asker: Asker) -> Response {
    asker.answer(place.webhooks.validate(&place.zoom).await)
}

fn planned(zoom: &SimulatedZoom, plan: &Plan) -> Done {
    let fault = names::fault(&plan.fault).ok_or_else(|| {
        let all = names::all(FAULTS.map(|(name, ..)| name));
        Refused::illegal(format!("{:?} is no fault, but one of {all}", plan.fault))
    })?;
    let call = given(plan.call.as_deref()).map(|name| {
        let all = || names::all(CALLS.map(|(name, _)| name));
        let refused = || Refused::illegal(format!("{name:?} is no call, but one of {}", all()));
        names::call(name).ok_or_else(refused)
    });
    let user = given(plan.zoom.as_deref()).map(|user| known(zoom, user));
    let (call, user) = (call.transpose()?, user.transpose()?);
    if plan.times == 0 {
        return Err(Refused::illegal("a fault is met once at least"));
    }
    zoom.fault(call, user, fault, plan.times);
    Ok(format!("{} calls meet the fault {}", plan.times, plan.fault))
}

fn given(field: Option<&str>) -> Option<&str> {
    field.filter(|field| !field.is_empty())
}

fn named(zoom: &str) -> Result<ZoomAccountId, Refused> {
    ZoomAccountId::new(zoom.trim())
        .map_err(|error| Refused::illegal(format!("{zoom:?} is no id of a Zoom user: {error}")))
}

/// A name that is misspelt is nobody's.
fn known(place: &SimulatedZoom, zoom: &str) -> Result<ZoomAccountId, Refused> {
    let id = named(zoom)?;
    let is_known = place.requests_today().contains_key(&id);
    is_known.then_some(id).ok_or_else(|| Refused::missing(format!("there is no Zoom user {zoom}")))
}

fn numbered(id: &str) -> Result<MeetingId, Refused> {
    let number = id.parse().map(MeetingId::new);
    number.map_err(|_| Refused::illegal(format!("{id:?} is no number of a meeting")))
}
