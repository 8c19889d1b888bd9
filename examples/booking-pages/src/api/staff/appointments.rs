//! The list of appointments (R30).

use axum::Json;
use axum::extract::State;
use serde::de::IntoDeserializer as _;
use serde::de::value::Error as NoStatus;
use serde::{Deserialize, Serialize};
use slotlink::Appointment;
use slotlink::words::{
    AppointmentFilter, CalendarId, ListCursor, ListPage, Participant, Status, UserId,
};
use utoipa::{IntoParams, ToSchema};

use super::{optional, page_size};
use crate::api::appointment::Shown;
use crate::api::describe::{BadRequest, Invalid, NotFound, StaffOnly};
use crate::api::location::Told;
use crate::api::names::StatusName;
use crate::api::problem::Problem;
use crate::api::take::{Asked, Staff};
use crate::app::{App, Shared};
use crate::web::form::Wrong;
use crate::when;

/// Which appointments: those that meet all that is asked.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// On this calendar.
    #[param(example = "demo")]
    calendar: Option<String>,
    /// That this user hosts, alone or with others.
    #[param(example = "ann")]
    host: Option<String>,
    /// That stand at one of these: several times, or with commas between them.
    #[param(value_type = Vec<StatusName>)]
    status: Vec<String>,
    /// That start then or later.
    #[param(format = DateTime, example = "2026-11-23T00:00:00Z")]
    from: Option<String>,
    /// That start before.
    #[param(format = DateTime, example = "2026-11-30T00:00:00Z")]
    to: Option<String>,
    /// How many a page has at most; 50 if not said.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 100, example = 50)]
    limit: Option<String>,
    /// Where the page before ended: its `next`.
    after: Option<String>,
}

/// A page of appointments, by start.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppointmentList {
    appointments: Vec<StaffAppointment>,
    /// Where the next page begins, if there is one. A page may have fewer than asked for, even none, and
    /// yet not be the last.
    #[schema(required = true)]
    next: Option<String>,
}

/// An appointment as staff sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StaffAppointment {
    #[schema(format = "uuid")]
    id: String,
    #[serde(flatten)]
    shown: Shown,
    /// The user ids of who hosts, the owner of the link first.
    #[schema(examples("ann"))]
    hosts: Vec<String>,
    /// Who comes, the invitee first.
    participants: Vec<Guest>,
    #[schema(required = true)]
    notes: Option<String>,
}

/// Somebody who comes. Of whom was erased, everything is null.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Participant)]
pub(crate) struct Guest {
    #[schema(required = true)]
    name: Option<String>,
    #[schema(required = true)]
    email: Option<String>,
    #[schema(required = true)]
    phone: Option<String>,
    /// The host application's own id of them.
    #[schema(required = true)]
    id: Option<String>,
}

impl From<&Participant> for Guest {
    fn from(known: &Participant) -> Self {
        Self {
            name: Some(known.name.to_string()),
            email: known.email.as_ref().map(ToString::to_string),
            phone: known.phone.as_ref().map(ToString::to_string),
            id: known.id.as_ref().map(ToString::to_string),
        }
    }
}

impl StaffAppointment {
    pub(crate) fn of(app: &App, appointment: &Appointment) -> Self {
        let people = appointment.participants.iter();
        Self {
            id: appointment.id.to_string(),
            shown: Shown::of(app, appointment, Told::Staff),
            hosts: appointment.hosts.iter().map(ToString::to_string).collect(),
            participants: people
                .map(|who| who.known().map(Guest::from).unwrap_or_default())
                .collect(),
            notes: appointment.notes.as_ref().map(ToString::to_string),
        }
    }
}

impl Filter {
    /// What is asked for; `wrong` says what of it cannot be read.
    fn read(&self, wrong: &mut Wrong) -> (AppointmentFilter, ListPage) {
        let mut filter = AppointmentFilter::new();
        let calendar = self.calendar.as_deref();
        if let Some(calendar) = optional(wrong, "calendar", calendar, |id| CalendarId::new(id)) {
            filter = filter.on(calendar);
        }
        if let Some(host) = optional(wrong, "host", self.host.as_deref(), |id| UserId::new(id)) {
            filter = filter.hosted_by(host);
        }
        if let Some(from) = optional(wrong, "from", self.from.as_deref(), when::instant) {
            filter = filter.starting_from(from);
        }
        if let Some(to) = optional(wrong, "to", self.to.as_deref(), when::instant) {
            filter = filter.starting_before(to);
        }
        let statuses = wrong.take("status", self.statuses()).unwrap_or_default();
        if !statuses.is_empty() {
            filter = filter.standing_at(statuses);
        }
        (filter, self.page(wrong))
    }

    fn statuses(&self) -> Result<Vec<Status>, NoStatus> {
        let names = self.status.iter().flat_map(|names| names.split(','));
        names.map(|name| Status::deserialize(name.trim().into_deserializer())).collect()
    }

    fn page(&self, wrong: &mut Wrong) -> ListPage {
        let size = page_size(wrong, self.limit.as_deref());
        match optional(wrong, "after", self.after.as_deref(), str::parse::<ListCursor>) {
            Some(cursor) => ListPage::after(cursor, size),
            None => ListPage::first(size),
        }
    }
}

/// Appointments, page by page. Cancelled ones too, unless others are asked for.
#[utoipa::path(
    get,
    path = "/api/v1/staff/appointments",
    operation_id = "listAppointments",
    tag = "staff",
    security(("key" = [])),
    params(Filter),
    responses(
        (status = 200, description = "A page of them.", body = AppointmentList),
        (status = 400, response = BadRequest),
        (status = 404, response = NotFound),
        (status = 422, response = Invalid),
        StaffOnly,
    )
)]
pub(crate) async fn list(
    State(app): State<Shared>,
    _: Staff,
    Asked(asked): Asked<Filter>,
) -> Result<Json<AppointmentList>, Problem> {
    let mut wrong = Wrong::default();
    let (filter, page) = asked.read(&mut wrong);
    if !wrong.is_empty() {
        return Err(Problem::fields(&wrong));
    }
    let found = app.scheduler.appointments(&app.system(), &filter, &page).await;
    let found = found.map_err(|error| Problem::of(&app, &error))?;
    let shown =
        found.appointments.iter().map(|appointment| StaffAppointment::of(&app, appointment));
    Ok(Json(AppointmentList {
        appointments: shown.collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}
