//! Which link a meeting at Zoom belongs to: Zoom's webhooks name meetings, and show no agenda.

use async_trait::async_trait;
use chrono::TimeDelta;

use super::core::{Command, Core, Plan};
use super::lane;
use super::planner::Planner;
use super::records::MeetingRow;
use crate::bugs::bug;
use crate::error::{Conflict, Error, Fault};
use crate::rules::link::Link;
use crate::words::{MeetingId, ZoomAccountId};
use crate::zoom::MeetingChange;

/// So long after the slot nobody needs to know: a meeting that is over is worth no request.
const KEPT: TimeDelta = TimeDelta::days(1);

/// A meeting was made for a link, or found to be.
pub(crate) async fn enter(
    planner: &mut Planner<'_>,
    link: &Link,
    zoom: &ZoomAccountId,
    meeting: MeetingId,
) -> Result<(), Fault> {
    let row = planner.keys.meeting(zoom, meeting);
    if planner.peek(&row).await?.is_some() {
        return Ok(());
    }
    let account = link.slot.calendar.account().clone();
    let until = link.slot.core.end() + KEPT;
    planner.put(&row, &MeetingRow { account, link: link.id, until })
}

/// Zoom says that somebody deleted or restored a meeting. It is only a hint, which may come twice and
/// late: Zoom is asked what there is. Our own deletions come back as such hints, too.
pub(crate) struct SuspectMeeting<'a> {
    pub(crate) zoom: &'a ZoomAccountId,
    pub(crate) meeting: MeetingId,
    pub(crate) change: MeetingChange,
}

#[async_trait]
impl Command for SuspectMeeting<'_> {
    type Done = ();
    const NAME: &'static str = "suspect_meeting";

    /// Zoom sends it again in five minutes.
    const MOST_TRIES: u32 = 2;

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        // It may have been made a moment ago, and not be written down yet. Read first: whatever was made
        // before the lane was given back can be found after.
        let is_in_use = lane::is_in_use(planner, self.zoom).await?;
        let known = planner.peek(&planner.keys.meeting(self.zoom, self.meeting)).await?;
        let known = match known {
            Some(known) => known,
            None if is_in_use => return Err(Conflict::Contended { tries: 1 }.into()),
            None => return Ok(Plan::Nothing(())),
        };
        let row = planner.keys.link(&known.account, known.link);
        let Some(mut link) = planner.load(&row).await? else { return Ok(Plan::Nothing(())) };
        let is_wanted = link.meeting_id() == Some(self.meeting) && !link.is_dropped();
        let as_expected = match self.change {
            MeetingChange::Deleted => !is_wanted,
            MeetingChange::Recovered => is_wanted,
        };
        if as_expected || bug!(HintsIgnored) {
            return Ok(Plan::Nothing(()));
        }
        link.suspect(self.zoom, planner.now);
        planner.put(&row, &link)?;
        Ok(Plan::Commit(()))
    }
}
