//! Invariants of links and of the meetings at Zoom.

use std::collections::BTreeSet;

use super::super::view::{SeenLink, View, marked};
use crate::rules::LinkState;
use crate::services::Booked;
use crate::testkit::SimulatedMeeting;
use crate::words::{LinkId, Location};

/// Appointments that meet at a link.
fn meeting_on_zoom(view: &View) -> impl Iterator<Item = &Booked> {
    let on_zoom =
        |booked: &&Booked| booked.status.wants_link() && booked.location == Location::Zoom;
    view.appointments.iter().filter(on_zoom)
}

fn link(view: &View, id: Option<LinkId>) -> Option<&SeenLink> {
    view.links.iter().find(|link| Some(link.id) == id)
}

fn meetings_of(view: &View, id: LinkId) -> Vec<&SimulatedMeeting> {
    view.meetings.iter().filter(|meeting| marked(meeting) == Some(id)).collect()
}

/// I3: every confirmed Zoom appointment has a link with exactly one live meeting at Zoom, or says
/// why not: quota, reconnect, parked; or it is still being worked on.
pub(super) fn every_appointment_has_a_meeting(view: &View) -> Option<String> {
    for booked in meeting_on_zoom(view) {
        let id = booked.id;
        let Some(link) = link(view, booked.link) else {
            return Some(format!("appointment {id} has no link"));
        };
        let is_over = booked.interval().end() <= view.now;
        let is_fine = match &link.state {
            LinkState::Ready { join_url } | LinkState::Unmanaged { join_url } => {
                match meetings_of(view, link.id).as_slice() {
                    // What people do with a meeting that is over is their own business.
                    [] => is_over,
                    [one] => one.join_url == join_url.as_str(),
                    _ => is_over,
                }
            }
            LinkState::Deferred { .. } | LinkState::Parked { .. } => true,
            // Of a slot that is over nothing is made any more.
            LinkState::Pending => link.is_unfinished || is_over,
            LinkState::AwaitingConfirmation | LinkState::Dropped => false,
        };
        if !is_fine {
            let meetings = meetings_of(view, link.id).len();
            let state = &link.state;
            return Some(format!("appointment {id} has the link {state:?}, {meetings} meetings"));
        }
    }
    None
}

/// I4: on no day more requests reached Zoom than the cap allows.
pub(super) fn requests_stay_below_the_cap(view: &View) -> Option<String> {
    let (zoom, most) = view.requests.iter().find(|(_, most)| **most > view.quota_cap)?;
    Some(format!("{zoom} had {most} requests on a day"))
}

/// I7: every meeting with our marker is that of a link in use, or of one that is yet to be
/// deleted; and meetings of others are as they were.
pub(super) fn no_meeting_too_many(view: &View) -> Option<String> {
    let (ours, others): (Vec<_>, Vec<_>) =
        view.meetings.iter().partition(|meeting| marked(meeting).is_some());
    if !others.into_iter().eq(view.foreign.iter()) {
        return Some("meetings that are not ours have changed".to_owned());
    }
    let mut seen = BTreeSet::new();
    let extra = ours.into_iter().find(|meeting| {
        let id = marked(meeting);
        let is_second = !seen.insert(id);
        let is_over = |link: &SeenLink| link.slot.core.end() <= view.now;
        let link = link(view, id);
        is_second && !link.is_some_and(is_over)
            || !link.is_some_and(|link| may_have_meeting(view, link))
    })?;
    Some(format!("meeting {} of {} at {:?} is nobody's", extra.id, extra.zoom, extra.start))
}

fn may_have_meeting(view: &View, link: &SeenLink) -> bool {
    let is_made = matches!(link.state, LinkState::Ready { .. } | LinkState::Unmanaged { .. });
    // A meeting that is over is not worth a request.
    is_made || link.is_unfinished || link.slot.core.end() <= view.now
}

/// I8: two appointments share a link exactly if they share a slot; and no two links are the same
/// for those who join.
pub(super) fn a_link_for_each_slot(view: &View) -> Option<String> {
    let all: Vec<&Booked> = meeting_on_zoom(view).collect();
    for (at, first) in all.iter().enumerate() {
        for second in all.iter().skip(at.saturating_add(1)) {
            let same_link = first.link == second.link || same_url(view, first, second);
            if same_link != (first.slot == second.slot) {
                let (a, b) = (first.id, second.id);
                let share = if same_link { "share a link, not" } else { "share" };
                return Some(format!("appointments {a} and {b} {share} a slot"));
            }
        }
    }
    None
}

fn same_url(view: &View, first: &Booked, second: &Booked) -> bool {
    let url = |booked: &Booked| match &link(view, booked.link)?.state {
        LinkState::Ready { join_url } | LinkState::Unmanaged { join_url } => Some(join_url.clone()),
        _ => None,
    };
    url(first).is_some_and(|first| Some(first) == url(second))
}
