//! Looking at the meetings that Zoom has, and taking down what was seen.
//!
//! Reads need no lane and cost no request of the day. What they say may be a moment old when it is
//! taken down, so it is compared with the row as it is then.

use async_trait::async_trait;
use uuid::Uuid;

use super::core::{Command, Core, Plan};
use super::parking::{owner, park, wait_for_connection};
use super::planner::Planner;
use super::prepare::{Begin, Outgoing, Prepared, begin};
use super::records::ConnectionRow;
use super::refresh::{self, Begun};
use super::token_use::{Refused, Used};
use super::zoom_work::marker;
use super::{journal, meeting_index, queued};
use crate::bugs::bug;
use crate::error::{Error, Fault};
use crate::ports::{Access, Meeting, PageToken, ZoomCall, ZoomError};
use crate::rules::link::{Call, Found, Learned, Link, Own, ParkReason, Sighting, Where};
use crate::words::{AccountId, LinkId, MeetingId, ZoomAccountId};

/// Pages of 300 meetings that are read at most.
const MOST_PAGES: usize = 100;

/// A look that is to be made.
pub(crate) struct OutgoingLook {
    account: AccountId,
    link: LinkId,
    zoom: ZoomAccountId,
    /// The call that is out, if one is.
    attempt: Option<Uuid>,
    /// The meeting that the link has there.
    own: Option<MeetingId>,
    used: Used,
    /// With another deadline for each call.
    access: Access,
}

/// Decides whether and with what tokens to look.
pub(crate) async fn prepare(
    core: &Core,
    planner: &mut Planner<'_>,
    link: &mut Link,
    place: Where,
) -> Result<Option<Prepared>, Error> {
    let connection = planner.load(&planner.keys.connection(owner(link)?)).await?;
    let live = connection.filter(|row| row.tokens().is_some());
    let there = |row: &ConnectionRow| {
        place.as_ref().is_none_or(|place| *place == row.zoom) || bug!(LookedOnAnotherAccount)
    };
    let Some(connection) = live.filter(there) else {
        match place {
            Some(place) => link.cannot_look(&place, planner.now),
            None => park(planner, link, ParkReason::NotConnected).await?,
        }
        wait_for_connection(planner, link).await?;
        return Ok(None);
    };
    let Some(tokens) = connection.tokens() else { return Ok(None) };
    if tokens.is_stale(planner.now + core.settings.call_deadline) {
        return match refresh::begin(core, planner, &connection, tokens).await? {
            Begun::Refresh(mut outgoing) => {
                outgoing.is_wanted = true;
                Ok(Some(Prepared::Refresh(Box::new(outgoing))))
            }
            Begun::NotBefore(at) => {
                link.look_later(&connection.zoom, at);
                Ok(None)
            }
        };
    }
    let own = link.meeting_id().filter(|_| link.zoom() == Some(&connection.zoom));
    Ok(Some(Prepared::Look(Box::new(OutgoingLook {
        account: link.slot.calendar.account().clone(),
        link: link.id,
        attempt: link.attempt(),
        own,
        used: Used::of(tokens),
        access: tokens.access(core, connection.owner(), planner.now)?,
        zoom: connection.zoom,
    }))))
}

/// Looks, and takes down what was seen. A meeting of ours that is too many is to be deleted then.
pub(crate) async fn look(
    core: &Core,
    outgoing: &OutgoingLook,
) -> Result<Option<Box<Outgoing>>, Error> {
    let seen = see(core, outgoing).await;
    core.run(&TakeDown { outgoing, seen: &seen }).await
}

async fn see(core: &Core, outgoing: &OutgoingLook) -> Result<Sighting, ZoomError> {
    let mut marked = marked(core, outgoing).await?;
    let own = own(core, outgoing, &mut marked).await?;
    let (zoom, attempt) = (outgoing.zoom.clone(), outgoing.attempt);
    Ok(Sighting { zoom, attempt, own, marked })
}

/// All meetings with the marker of the link.
async fn marked(core: &Core, outgoing: &OutgoingLook) -> Result<Vec<Found>, ZoomError> {
    let marker = marker(outgoing.link);
    let is_ours = |meeting: &Meeting| {
        let is_marked = meeting.agenda.starts_with(&marker) && !bug!(MarkerNotMatched);
        is_marked || bug!(StrangersAdopted)
    };
    let mut marked = Vec::new();
    let mut page: Option<PageToken> = None;
    for _ in 0..MOST_PAGES {
        let listed = core.zoom.meetings(&outgoing.access(core), page.as_ref()).await?;
        marked.extend(listed.meetings.into_iter().filter(&is_ours).map(found));
        page = listed.next;
        if page.is_none() {
            return Ok(marked);
        }
    }
    // What was not on these pages may be on the next: nothing is known to be missing.
    Err(ZoomError::outcome_unknown(ZoomCall::ListMeetings, "the list has too many pages"))
}

/// Lists may lag, and a marker may have been edited: of its own meeting Zoom is asked by its number.
async fn own(
    core: &Core,
    outgoing: &OutgoingLook,
    marked: &mut Vec<Found>,
) -> Result<Own, ZoomError> {
    let Some(id) = outgoing.own else { return Ok(Own::None) };
    match core.zoom.meeting(&outgoing.access(core), id).await {
        Ok(meeting) => Ok(Own::There { id, topic: meeting.topic }),
        Err(ZoomError::Gone) => {
            marked.retain(|found| found.id != id);
            Ok(Own::Gone { id })
        }
        Err(error) => Err(error),
    }
}

fn found(Meeting { id, join_url, topic, .. }: Meeting) -> Found {
    Found { id, join_url, topic }
}

impl OutgoingLook {
    fn access(&self, core: &Core) -> Access {
        let deadline = core.now() + core.settings.call_deadline;
        Access { deadline, ..self.access.clone() }
    }
}

struct TakeDown<'a> {
    outgoing: &'a OutgoingLook,
    seen: &'a Result<Sighting, ZoomError>,
}

#[async_trait]
impl Command for TakeDown<'_> {
    /// The deletion of a meeting that is too many.
    type Done = Option<Box<Outgoing>>;
    const NAME: &'static str = "look";

    async fn plan(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
    ) -> Result<Plan<Self::Done>, Error> {
        let row = planner.keys.link(&self.outgoing.account, self.outgoing.link);
        let Some(mut link) = planner.load(&row).await? else { return Ok(Plan::Nothing(None)) };
        let was_queued = link.misses_create();
        let surplus = match self.seen {
            Ok(seen) => self.learn(core, planner, &mut link, seen).await?,
            Err(error) => {
                self.fail(core, planner, &mut link, error).await?;
                None
            }
        };
        let outgoing = match surplus {
            Some(meeting) => self.delete(core, planner, &mut link, meeting).await?,
            None => None,
        };
        if was_queued || link.misses_create() {
            queued::settle(planner, &link).await?;
        }
        planner.put(&row, &link)?;
        Ok(Plan::Commit(outgoing))
    }
}

impl TakeDown<'_> {
    async fn learn(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        link: &mut Link,
        seen: &Sighting,
    ) -> Result<Option<MeetingId>, Fault> {
        self.outgoing.used.accepted(planner, owner(link)?).await?;
        let Learned { news, surplus } = link.learn(seen.clone(), planner.now, core.spread());
        if let Some(id) = link.meeting_id().filter(|_| link.zoom() == Some(&seen.zoom)) {
            meeting_index::enter(planner, link, &seen.zoom, id).await?;
        }
        journal::news(planner, link, news)?;
        Ok(surplus)
    }

    async fn fail(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        link: &mut Link,
        error: &ZoomError,
    ) -> Result<(), Fault> {
        let OutgoingLook { used, zoom, .. } = self.outgoing;
        let is_final = match error {
            ZoomError::TokenExpired => false,
            ZoomError::Unauthorized { .. } => true,
            _ => {
                let retry_at = link.retry_at(planner.now, core.spread());
                link.look_failed(zoom, retry_at);
                if matches!(error, ZoomError::Refused { .. }) && link.needs_look() {
                    // It is looked for still; but somebody has to know.
                    park(planner, link, ParkReason::RefusedByZoom).await?;
                }
                return Ok(());
            }
        };
        if used.refused(planner, owner(link)?, is_final).await? == Refused::Dead {
            link.cannot_look(zoom, planner.now);
            wait_for_connection(planner, link).await?;
        }
        Ok(())
    }

    /// A meeting of ours that is too many is deleted as any other: it counts against the day.
    async fn delete(
        &self,
        core: &Core,
        planner: &mut Planner<'_>,
        link: &mut Link,
        meeting: MeetingId,
    ) -> Result<Option<Box<Outgoing>>, Error> {
        let zoom = &self.outgoing.zoom;
        let connection = planner.load(&planner.keys.connection(owner(link)?)).await?;
        let live = connection.filter(|row| row.zoom == *zoom && row.tokens().is_some());
        // The next look finds out what to do without one.
        let Some(connection) = live else { return Ok(None) };
        meeting_index::enter(planner, link, zoom, meeting).await?;
        match begin(core, planner, link, Call::Delete { meeting }, &connection).await? {
            Begin::Sending(outgoing) => Ok(Some(outgoing)),
            Begin::NotBefore(at) | Begin::UsedUp(at) => {
                link.look_later(zoom, at);
                Ok(None)
            }
        }
    }
}
