//! Work on one link: at most one call of Zoom that counts, between two commits.
//!
//! The first commit takes the lane, charges the quota and marks the call as being sent; then the
//! call; the second commit, fenced by the lane, takes down the result. A crash in between leaves
//! the mark, and the call is not repeated blindly.

use async_trait::async_trait;

use super::core::{Command, Core, Plan};
use super::look;
use super::planner::Planner;
use super::prepare::{By, Outgoing, Prepare, Prepared};
use super::refresh::refresh;
use super::take_down::take_down;
use crate::error::Error;
use crate::ports::{NewMeeting, ZoomError};
use crate::rules::link::{Call, CallResult};
use crate::words::{AccountId, LinkId};
use crate::zoom::MARK;

/// With stale tokens a link is looked at three times: they are refreshed, and then the call is made; or
/// the refresh failed, and the link waits or is parked.
const MOST_LOOKS: u32 = 3;

/// Does the next step of a link, if it is due.
pub(crate) async fn work_on(
    core: &Core,
    account: &AccountId,
    id: LinkId,
    by: By,
) -> Result<(), Error> {
    let prepare = Prepare { account, id, by };
    for _ in 0..MOST_LOOKS {
        match core.run(&prepare).await? {
            None | Some(Prepared::Stale) => return Ok(()),
            Some(Prepared::Refresh(outgoing)) => refresh(core, &outgoing).await?,
            Some(Prepared::Call(outgoing)) => return call(core, &outgoing).await,
            Some(Prepared::Look(outgoing)) => {
                return match look::look(core, &outgoing).await? {
                    Some(surplus) => call(core, &surplus).await,
                    None => Ok(()),
                };
            }
        }
    }
    Ok(())
}

async fn call(core: &Core, outgoing: &Outgoing) -> Result<(), Error> {
    let answer = send(core, outgoing).await;
    take_down(core, outgoing, &answer).await
}

/// How a meeting is recognised as that of a link: no two have the same, and no link has two.
pub(crate) fn marker(link: LinkId) -> String {
    format!("{MARK}{}]", link.as_uuid().simple())
}

/// Pushes a link back whose step failed on our side, so that it is not in the way of others.
pub(crate) async fn push_back(core: &Core, account: &AccountId, id: LinkId) -> Result<(), Error> {
    core.run(&PushBack { account, id }).await
}

struct PushBack<'a> {
    account: &'a AccountId,
    id: LinkId,
}

#[async_trait]
impl Command for PushBack<'_> {
    type Done = ();
    const NAME: &'static str = "push_back";

    async fn plan(&self, core: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let row = planner.keys.link(self.account, self.id);
        let Some(mut link) = planner.load(&row).await? else { return Ok(Plan::Nothing(())) };
        if link.due().is_none_or(|due| due > planner.now) {
            return Ok(Plan::Nothing(()));
        }
        link.push_back(planner.now, core.spread());
        planner.put(&row, &link)?;
        Ok(Plan::Commit(()))
    }
}

async fn send(core: &Core, outgoing: &Outgoing) -> Result<CallResult, ZoomError> {
    let (zoom, access) = (&core.zoom, &outgoing.access);
    match &outgoing.call {
        Call::Create { topic } => {
            let meeting = NewMeeting::new(topic.clone(), outgoing.when, marker(outgoing.link));
            let made = zoom.create_meeting(access, &meeting).await?;
            let owner = outgoing.zoom.clone();
            Ok(CallResult::Created { zoom: owner, id: made.id, join_url: made.join_url })
        }
        Call::Rename { meeting, topic } => {
            zoom.rename_meeting(access, *meeting, topic).await.map(|()| CallResult::Done)
        }
        Call::Delete { meeting } => {
            zoom.delete_meeting(access, *meeting).await.map(|()| CallResult::Done)
        }
    }
}
