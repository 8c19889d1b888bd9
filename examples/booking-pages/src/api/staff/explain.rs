//! Why a slot is missing, and whose turn it is.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use slotlink::words::CalendarId;
use slotlink::{Explanation, HostExplanation, rules};
use utoipa::{IntoParams, ToSchema};

use crate::api::describe::{BadRequest, Conflict, Invalid, NotFound, StaffOnly};
use crate::api::instant::Instant;
use crate::api::names::ReasonName;
use crate::api::problem::Problem;
use crate::api::take::{Asked, Staff, instant};
use crate::app::Shared;
use crate::web::form::Wrong;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Question {
    /// The calendar's id.
    #[param(required = true, example = "demo")]
    calendar: String,
    /// The start that is asked about.
    #[param(required = true, format = DateTime, example = "2026-11-24T15:00:00Z")]
    start: String,
}

/// What can be said of one start of a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(crate) struct Explained {
    /// Whether it can be booked.
    bookable: bool,
    /// By id.
    hosts: Vec<HostExplained>,
}

/// What can be said of one host.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HostExplanation)]
pub(crate) struct HostExplained {
    /// Their user id; null for a calendar without hosts: then it is about the calendar itself.
    #[schema(required = true)]
    host: Option<String>,
    /// All reasons why they cannot take it.
    #[schema(value_type = Vec<ReasonName>)]
    reasons: Vec<String>,
    /// The numbers by which a host of a round robin is chosen.
    #[schema(required = true)]
    standing: Option<Standing>,
}

/// The numbers by which a host of a round robin is chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Standing {
    /// Higher is asked first.
    priority: i32,
    /// Their share, as against those of the others.
    weight: u16,
    /// How many appointments count for them.
    assigned: u32,
    /// When the last of them was booked.
    #[schema(required = true)]
    last_assigned: Option<Instant>,
    /// Thousandths of an appointment that they are credited for absences and for joining late.
    calibration: u64,
    /// How many appointments they are behind their share; negative: before it. An exact fraction.
    #[schema(pattern = r"^-?\d+/\d+$", examples("-50000/200000"))]
    shortfall: String,
    /// They meet on Zoom, but cannot make links now.
    lacks_zoom: bool,
}

impl From<Explanation> for Explained {
    fn from(explanation: Explanation) -> Self {
        let hosts = explanation.hosts.into_iter().map(HostExplained::from).collect();
        Self { bookable: explanation.bookable, hosts }
    }
}

impl From<HostExplanation> for HostExplained {
    fn from(host: HostExplanation) -> Self {
        Self {
            host: host.host.user().map(ToString::to_string),
            reasons: host.reasons.iter().map(ToString::to_string).collect(),
            standing: host.standing.as_ref().map(Standing::from),
        }
    }
}

impl From<&rules::Standing> for Standing {
    fn from(standing: &rules::Standing) -> Self {
        Self {
            priority: standing.priority,
            weight: standing.weight.shares(),
            assigned: standing.assigned,
            last_assigned: standing.last_assigned.map(Instant),
            calibration: standing.calibration,
            shortfall: standing.shortfall().to_string(),
            lacks_zoom: standing.lacks_zoom,
        }
    }
}

/// Why each host of a calendar can or cannot take a slot, and whose turn it would be.
#[utoipa::path(
    get,
    path = "/api/v1/staff/explain",
    operation_id = "explainSlot",
    tag = "staff",
    security(("key" = [])),
    params(Question),
    responses(
        (status = 200, description = "Host by host.", body = Explained),
        (status = 400, response = BadRequest),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        (status = 422, response = Invalid),
        StaffOnly,
    )
)]
pub(crate) async fn explain(
    State(app): State<Shared>,
    _: Staff,
    Asked(asked): Asked<Question>,
) -> Result<Json<Explained>, Problem> {
    let mut wrong = Wrong::default();
    let calendar = wrong.take("calendar", CalendarId::new(asked.calendar));
    let start = instant(&mut wrong, "start", &asked.start);
    let (Some(calendar), Some(start)) = (calendar, start) else {
        return Err(Problem::fields(&wrong));
    };
    let explained = app.scheduler.explain(&app.system(), &calendar, start).await;
    Ok(Json(explained.map_err(|error| Problem::of(&app, &error))?.into()))
}
