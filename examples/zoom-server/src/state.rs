//! All that there is to see, for programs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use slotlink::testkit::SimulatedMeeting;

use crate::Place;

/// Requests to create, update and delete, per Zoom user and UTC day.
pub(crate) const DAILY_REQUESTS: u32 = 100;

pub(crate) async fn show(State(place): State<Arc<Place>>) -> Json<Value> {
    let zoom = &place.zoom;
    let users = zoom.requests_today().into_iter().map(|(user, requests)| {
        json!({
            "zoom": user.as_str(),
            "requests_today": requests,
            "requests_a_day": DAILY_REQUESTS,
            "connected": zoom.has_live_grant(&user),
            "refreshes": zoom.refreshes(&user),
        })
    });
    let counts = place.webhooks.counts();
    Json(json!({
        "users": users.collect::<Vec<_>>(),
        "meetings": meetings(&zoom.meetings()),
        "deleted": meetings(&zoom.deleted_meetings()),
        "webhooks": {
            "events": place.webhooks.events().map(String::from),
            "delivered": counts.delivered,
            "waiting": counts.waiting,
            "failed": counts.failed,
        },
    }))
}

fn meetings(meetings: &[SimulatedMeeting]) -> Vec<Value> {
    let shown = |meeting: &SimulatedMeeting| {
        json!({
            "id": meeting.id.number(),
            "zoom": meeting.zoom.as_str(),
            "topic": meeting.topic,
            "start": meeting.start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "join_url": meeting.join_url,
            "agenda": meeting.agenda,
        })
    };
    meetings.iter().map(shown).collect()
}
