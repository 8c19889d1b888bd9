//! What can be done with an appointment of the list.

use maud::{Markup, html};
use slotlink::rules::LinkState;
use slotlink::words::{Calendar, CalendarKind, Status, UserId, Zone};
use slotlink::{Appointment, MeetingLocation};

use super::appointments::Asked;
use crate::when;

/// What can be done, each a button: whether it may be, the crate says.
pub(super) fn of(asked: &Asked, appointment: &Appointment, calendar: Option<&Calendar>) -> Markup {
    let (status, now) = (appointment.status, when::now());
    let is_over = appointment.interval.end() <= now;
    let has_begun = appointment.interval.start() <= now;
    let is_stuck = matches!(
        appointment.location,
        MeetingLocation::Zoom(LinkState::Parked { .. } | LinkState::Deferred { .. })
    );
    let can = [
        ("confirm", "Confirm", status == Status::Pending && !is_over),
        ("showed", "Showed", has_begun && can_be_marked(status)),
        ("no_show", "No show", has_begun && can_be_marked(status)),
        ("retry_link", "Try the link again", is_stuck),
        ("cancel", "Cancel", status.is_live() && !is_over),
    ];
    let action = format!("/admin/appointments/{}", appointment.id);
    let which = which(appointment, calendar);
    html! {
        form.actions method="post" action=(action) {
            (asked.hidden())
            @for (act, label, _) in can.iter().filter(|(_, _, can)| *can) {
                button.quiet type="submit" name="act" value=(act) aria-label={ (label) ": " (which) } {
                    (label)
                }
                " "
            }
        }
        @if status.is_live() && !is_over { (reassign(&action, asked, appointment, calendar)) }
        details {
            summary aria-label={ "Delete it for good: " (which) } { "Delete it for good" }
            form method="post" action=(action) {
                (asked.hidden())
                button.danger type="submit" name="act" value="delete"
                    aria-label={ "Yes, delete it: " (which) } { "Yes, delete it" }
            }
        }
    }
}

/// Tells its buttons from those of others, for who does not see where they stand.
fn which(appointment: &Appointment, calendar: Option<&Calendar>) -> String {
    let zone = calendar.map_or(Zone::UTC, |calendar| calendar.zone);
    let people = appointment.participants.iter().filter_map(|person| person.known());
    let names: Vec<&str> = people.map(|known| known.name.as_str()).collect();
    format!("{}, {}", names.join(", "), when::moment(zone, appointment.interval.start()))
}

/// To another host of a round robin calendar.
fn reassign(
    action: &str,
    asked: &Asked,
    appointment: &Appointment,
    calendar: Option<&Calendar>,
) -> Markup {
    let others: Vec<&UserId> = match calendar.map(|calendar| &calendar.kind) {
        Some(CalendarKind::RoundRobin(hosts)) => {
            let hosts = hosts.as_slice().iter().map(|host| &host.user);
            hosts.filter(|host| !appointment.hosts.contains(host)).collect()
        }
        _ => Vec::new(),
    };
    let which = which(appointment, calendar);
    html! {
        @if !others.is_empty() {
            form.actions method="post" action=(action) {
                (asked.hidden())
                label { "Give it to "
                    select name="host" aria-label={ "Give it to: " (which) } {
                        @for host in others { option value=(host.as_str()) { (host) } }
                    }
                }
                " "
                button.quiet type="submit" name="act" value="reassign" aria-label={ "Reassign: " (which) } {
                    "Reassign"
                }
            }
        }
    }
}

/// Whether somebody may say who came.
const fn can_be_marked(status: Status) -> bool {
    matches!(status, Status::Confirmed | Status::Showed | Status::NoShow)
}
