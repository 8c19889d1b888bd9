//! What people are to be told, for whoever sends it (R23).

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotlink::words::PageSize;
use slotlink::{MessageCursor, MessageKind, MessagePage};
use utoipa::{IntoParams, ToSchema};

use super::{optional, page_size};
use crate::api::describe::{BadRequest, Invalid, StaffOnly};
use crate::api::instant::Instant;
use crate::api::names::MessageKindName;
use crate::api::problem::Problem;
use crate::api::take::{Asked, Staff, instant};
use crate::app::Shared;
use crate::web::form::Wrong;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// What happened before is left out. Who asks again and again begins some minutes before the last
    /// message they know, and passes over ids they have seen.
    #[param(required = true, format = DateTime, example = "2026-11-23T00:00:00Z")]
    since: String,
    /// How many a page has at most; 50 if not said.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, example = 50)]
    limit: Option<String>,
    /// Where the page before ended: its `next`.
    after: Option<String>,
}

/// A page of messages, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageList {
    messages: Vec<Message>,
    /// Where the next page begins, if there is one.
    #[schema(required = true)]
    next: Option<String>,
}

/// Participants and hosts are to be told of something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Message {
    /// Names the message for good: by it, it is sent once.
    id: String,
    #[schema(value_type = MessageKindName)]
    kind: MessageKind,
    /// When it happened.
    at: Instant,
    /// The ids of the appointments whose people are told.
    appointments: Vec<String>,
}

impl From<slotlink::Message> for Message {
    fn from(message: slotlink::Message) -> Self {
        Self {
            id: message.id.to_string(),
            kind: message.kind,
            at: Instant(message.at),
            appointments: message.appointments.iter().map(ToString::to_string).collect(),
        }
    }
}

/// What people are to be told. Sending it is the host application's part.
#[utoipa::path(
    get,
    path = "/api/v1/staff/messages",
    operation_id = "listMessages",
    tag = "staff",
    security(("key" = [])),
    params(Wanted),
    responses(
        (status = 200, description = "A page of them.", body = MessageList),
        (status = 400, response = BadRequest),
        (status = 422, response = Invalid),
        StaffOnly,
    )
)]
pub(crate) async fn list(
    State(app): State<Shared>,
    _: Staff,
    Asked(asked): Asked<Wanted>,
) -> Result<Json<MessageList>, Problem> {
    let mut wrong = Wrong::default();
    let since = instant(&mut wrong, "since", &asked.since);
    let size = page_size(&mut wrong, asked.limit.as_deref());
    let after = optional(&mut wrong, "after", asked.after.as_deref(), str::parse);
    let since = since.filter(|_| wrong.is_empty()).ok_or_else(|| Problem::fields(&wrong))?;
    let found = app.scheduler.messages(&app.system(), since, &page(after, size)).await;
    let found = found.map_err(|error| Problem::of(&app, &error))?;
    Ok(Json(MessageList {
        messages: found.messages.into_iter().map(Message::from).collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

const fn page(after: Option<MessageCursor>, size: PageSize) -> MessagePage {
    match after {
        Some(cursor) => MessagePage::after(cursor, size),
        None => MessagePage::first(size),
    }
}
