//! What the staff does with an appointment.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use slotlink::Error;
use slotlink::words::{AppointmentId, Mark, UserId};

use super::appointments;
use crate::app::{App, Shared};
use crate::web::admin::Admin;
use crate::web::guard::not_found;
use crate::web::problem;
use crate::web::session::Session;
use crate::web::take::{Form, Path};

enum Act {
    Confirm,
    Cancel,
    Delete,
    Mark(Mark),
    RetryLink,
    Reassign(UserId),
}

impl Act {
    fn read(fields: &BTreeMap<String, String>) -> Option<Self> {
        Some(match fields.get("act")?.as_str() {
            "confirm" => Self::Confirm,
            "cancel" => Self::Cancel,
            "delete" => Self::Delete,
            "showed" => Self::Mark(Mark::Showed),
            "no_show" => Self::Mark(Mark::NoShow),
            "retry_link" => Self::RetryLink,
            "reassign" => Self::Reassign(UserId::new(fields.get("host")?.clone()).ok()?),
            _ => return None,
        })
    }
}

pub(crate) async fn act(
    State(app): State<Shared>,
    Admin(session): Admin,
    Path(id): Path,
    Form(fields): Form<BTreeMap<String, String>>,
) -> Response {
    let asked = appointments::Asked::shown(&fields);
    let (Ok(id), Some(act)) = (id.parse::<AppointmentId>(), Act::read(&fields)) else {
        return not_found(State(app)).await;
    };
    match done(&app, &session, id, &act).await {
        Ok(()) => {
            app.work.notify_one();
            Redirect::to(&asked.address()).into_response()
        }
        Err(error) => {
            problem::log(&app, &error);
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
        Act::Mark(mark) => calls.mark(caller, id, *mark).await.map(drop),
        Act::RetryLink => calls.retry_link(caller, id).await.map(drop),
        Act::Reassign(host) => calls.reassign(caller, id, host).await.map(drop),
    }
}
