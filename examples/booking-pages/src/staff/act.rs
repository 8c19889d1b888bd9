//! What the staff does with an appointment.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use slotlink::Error;
use slotlink::words::{AppointmentId, Mark, UserId};

use super::appointments;
use crate::app::{App, Shared};
use crate::web::problem;
use crate::web::session::Session;

#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(crate) enum Act {
    Confirm,
    Cancel,
    Delete,
    Showed,
    NoShow,
    RetryLink,
    Reassign { host: String },
}

pub(crate) async fn act(
    State(app): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    Form(act): Form<Act>,
) -> Response {
    let Ok(id) = id.parse::<AppointmentId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match done(&app, &session, id, &act).await {
        Ok(()) => {
            app.work.notify_one();
            Redirect::to("/admin/appointments").into_response()
        }
        Err(error) => {
            problem::log(&app, &error);
            let asked = appointments::Asked::default();
            appointments::answer(&app, &session, &asked, Some(&error)).await
        }
    }
}

async fn done(app: &App, session: &Session, id: AppointmentId, act: &Act) -> Result<(), Error> {
    let (calls, caller) = (&app.scheduler, &session.caller(app));
    match act {
        Act::Confirm => calls.confirm(caller, id).await.map(drop),
        Act::Cancel => calls.cancel(caller, id).await.map(drop),
        Act::Delete => calls.delete(caller, id).await,
        Act::Showed => calls.mark(caller, id, Mark::Showed).await.map(drop),
        Act::NoShow => calls.mark(caller, id, Mark::NoShow).await.map(drop),
        Act::RetryLink => calls.retry_link(caller, id).await.map(drop),
        Act::Reassign { host } => match UserId::new(host.clone()) {
            Ok(host) => calls.reassign(caller, id, &host).await.map(drop),
            // Nobody was chosen.
            Err(_) => Ok(()),
        },
    }
}
