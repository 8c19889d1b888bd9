//! How a user's connection to Zoom is doing: what a host application shows before a booking fails.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::caller::{Actor, Sight};
use super::core::Core;
use super::planner::Planner;
use super::quota;
use super::records::{ConnectionRow, Grant, UserRow, WaitingRow};
use super::tokens::Owner;
use super::upcoming::{Affected, on_zoom};
use crate::error::{Error, Fault, Thing, missing};
use crate::rules::LinkState;
use crate::rules::scopes::missing_scopes;
use crate::words::{LinkId, UserId, ZoomAccountId};

/// A user's connection to Zoom, and what depends on it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ZoomConnection {
    /// Whether links can be made.
    pub state: ConnectionState,
    /// The user's upcoming appointments on Zoom, by start: those that lose their link's management when
    /// the connection ends (R6). An admin who is logged in as the user is told of those in their own
    /// accounts, here and below.
    pub upcoming: Vec<Affected>,
    /// Links of upcoming appointments that are on their way, or wait for the day's requests (R16).
    pub links_waiting: u32,
    /// Work that stands still until somebody does something: links of upcoming appointments that are
    /// not made, and meetings to be deleted, which waits for the user to connect again.
    pub parked: u32,
}

/// Whether links can be made on a user's Zoom account.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// The user has connected none, or has disconnected it. Offer to connect.
    None,
    /// Yes.
    #[non_exhaustive]
    Connected {
        /// On which.
        zoom: ZoomAccountId,
        /// When the user consented last.
        since: DateTime<Utc>,
        /// When Zoom gave the present tokens. They are refreshed when they are needed, and after 30
        /// days in any case.
        tokens_made_at: DateTime<Utc>,
        /// How many refreshes in a row came to nothing. After some of them look at the app's
        /// credentials, and at Zoom's status page.
        failed_refreshes: u32,
        /// How many requests the crate may still send on this UTC day (R16).
        requests_left_today: u32,
        /// Scopes that the consent lacks and this version needs. Once the app has them, let the user
        /// connect again.
        missing_scopes: Vec<&'static str>,
    },
    /// No, though the Zoom account is still tied to the user: only a new consent helps (R6).
    #[non_exhaustive]
    NeedsReconnect {
        /// Which.
        zoom: ZoomAccountId,
        /// Since when.
        since: DateTime<Utc>,
        /// Why.
        why: ReconnectReason,
    },
}

/// Why a user has to connect again.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReconnectReason {
    /// Zoom does not accept the tokens any more: they were replaced, the user left the organisation,
    /// or the answer to a refresh was lost.
    TokensRefused,
    /// Somebody removed the app at Zoom.
    Deauthorized,
    /// The user was erased.
    UserErased,
    /// This instance cannot open the tokens: the key they were sealed with is not there. Put it back, or
    /// let the user connect again. Nothing is stored of this.
    KeyLost,
}

/// Looks at a user's connection.
pub(crate) async fn connection(
    core: &Core,
    actor: &Actor,
    user: &UserId,
) -> Result<ZoomConnection, Error> {
    let mut planner = core.planner()?;
    check_sees(core, &mut planner, actor, user, "see how a user's Zoom connection is").await?;
    let row = planner.peek(&core.keys.connection(user)).await?;
    let connected = row.as_ref().filter(|row| row.tokens().is_some()).map(|row| row.zoom.clone());
    let state = state(core, &mut planner, row).await?;
    let sight = actor.sight(core).await?;
    let (mut links_waiting, mut parked) = (BTreeSet::new(), waiting(core, &sight, user).await?);
    let on_zoom = on_zoom(core, &sight, user).await?;
    let upcoming = on_zoom.iter().map(|found| found.affected.clone()).collect();
    for link in on_zoom.into_iter().filter_map(|found| found.link) {
        match link.state(connected.as_ref()) {
            LinkState::Pending | LinkState::Deferred { .. } => _ = links_waiting.insert(link.id),
            LinkState::Parked { .. } => _ = parked.insert(link.id),
            _ => {}
        }
    }
    let count = |links: BTreeSet<LinkId>| u32::try_from(links.len()).unwrap_or(u32::MAX);
    let (links_waiting, parked) = (count(links_waiting), count(parked));
    Ok(ZoomConnection { state, upcoming, links_waiting, parked })
}

/// Refuses everybody but the user, an admin who is logged in as them, and the system, and those who
/// look at a user who is not there.
pub(crate) async fn check_sees(
    core: &Core,
    planner: &mut Planner<'_>,
    actor: &Actor,
    user: &UserId,
    what: &'static str,
) -> Result<(), Error> {
    if *actor != Actor::System {
        actor.check_is(core, planner, user, what).await?;
    }
    let row = planner.peek(&core.keys.user(user)).await?;
    // Support looks at deleted users, too: their tie stays.
    let is_known = row.is_some() && (*actor == Actor::System || UserRow::present(row).is_some());
    is_known.then_some(()).ok_or_else(|| missing(Thing::User(user.clone())))
}

async fn state(
    core: &Core,
    planner: &mut Planner<'_>,
    row: Option<ConnectionRow>,
) -> Result<ConnectionState, Fault> {
    let Some(ConnectionRow { user, zoom, grant, connected_at, scopes, .. }) = row else {
        return Ok(ConnectionState::None);
    };
    Ok(match grant {
        Grant::Dead(died) => {
            ConnectionState::NeedsReconnect { zoom, since: died.at, why: died.why }
        }
        Grant::Live(tokens)
            if tokens.open_access(core, Owner { user: &user, zoom: &zoom }).is_err() =>
        {
            let (since, why) = (tokens.made_at, ReconnectReason::KeyLost);
            ConnectionState::NeedsReconnect { zoom, since, why }
        }
        Grant::Live(tokens) => ConnectionState::Connected {
            requests_left_today: quota::left_today(core, planner, &zoom).await?,
            zoom,
            since: connected_at,
            tokens_made_at: tokens.made_at,
            failed_refreshes: tokens.failures,
            missing_scopes: missing_scopes(&scopes),
        },
    })
}

/// The links that wait for the user to connect, and are still worth it.
async fn waiting(core: &Core, sight: &Sight, user: &UserId) -> Result<BTreeSet<LinkId>, Fault> {
    let rows: Vec<WaitingRow> = core.scan_all(&core.keys.all_waiting(user)).await?;
    let mut planner = core.planner()?;
    let mut waiting = BTreeSet::new();
    for WaitingRow { account, link } in rows {
        if !sight.has(&account) {
            continue;
        }
        let link = planner.peek(&core.keys.link(&account, link)).await?;
        waiting.extend(link.filter(|link| link.is_stuck(planner.now)).map(|link| link.id));
    }
    Ok(waiting)
}
