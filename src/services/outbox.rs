//! Reading what people are to be told (R4, R23).

use chrono::{DateTime, Timelike, Utc};
use uuid::Uuid;

use super::caller::{Actor, Caller};
use super::core::Core;
use super::health::check_sees;
use super::messages::{
    Message, MessageCursor, MessageId, MessageList, MessagePage, UserMessage, UserMessageKind,
};
use super::planner::decode;
use super::records::{MessageRow, UserMessageRow};
use super::shapes::Shape;
use crate::error::{Error, Fault};
use crate::ports::{Key, Page, Versioned};
use crate::words::{AccountId, ChangeSetId, UserId};

/// The most rows that one call looks at.
const MOST_LOOKED_AT: usize = 1000;
/// Rows of a page of the store.
const SCAN_PAGE: u16 = 100;
/// A message lies where its change was begun, by the clock of its instance. It says when it happened
/// by the same clock, but that may have been set back in between.
const CLOCK_SET_BACK_MILLIS: i64 = 5 * 60 * 1000;

/// A page of the outbox of an account.
pub(crate) async fn messages(
    core: &Core,
    caller: &Caller,
    since: DateTime<Utc>,
    page: MessagePage,
) -> Result<MessageList, Error> {
    let mut planner = core.planner()?;
    caller.check_admin(&mut planner, None, "read the outbox").await?;
    let mut search = Search {
        core,
        account: caller.account(),
        // Messages say when they happened to the second.
        since: since.with_nanosecond(0).unwrap_or(since),
        size: usize::from(page.size().appointments()),
        found: Vec::new(),
        at: page.cursor(),
        looked_at: 0,
    };
    let next = search.run().await?;
    Ok(MessageList { messages: search.found, next })
}

/// Reads along the outbox, as far as needed.
struct Search<'a> {
    core: &'a Core,
    account: &'a AccountId,
    since: DateTime<Utc>,
    /// How many are wanted.
    size: usize,
    found: Vec<Message>,
    /// The last place that was looked at.
    at: Option<MessageCursor>,
    looked_at: usize,
}

impl Search<'_> {
    /// Finds what is wanted, or as much as one call may look for. Answers with the place to go on
    /// from, if there is more.
    async fn run(&mut self) -> Result<Option<MessageCursor>, Fault> {
        let first = first_change(self.since);
        let scan = self.core.keys.messages_from(self.account, first, self.at);
        let mut page = Page::first(SCAN_PAGE);
        loop {
            let answer = self.core.scan(&scan, &page).await?;
            let is_left = self.look_at(&answer.rows)?;
            let Some(cursor) = answer.next else {
                return Ok(self.at.filter(|_| is_left));
            };
            if self.is_full() || self.looked_at >= MOST_LOOKED_AT {
                return Ok(self.at);
            }
            page = Page::after(cursor, SCAN_PAGE);
        }
    }

    fn is_full(&self) -> bool {
        self.found.len() >= self.size
    }

    /// Looks at rows until there is enough. Says whether some were left.
    fn look_at(&mut self, rows: &[(Key, Versioned)]) -> Result<bool, Fault> {
        self.looked_at = self.looked_at.saturating_add(rows.len());
        for (key, row) in rows {
            if self.is_full() {
                return Ok(true);
            }
            let id = MessageId::of_key(key)
                .ok_or(Fault::Inconsistent("a message lies where none can lie"))?;
            // A scan may repeat rows: the list only goes on.
            if self.at.is_some_and(|at| MessageCursor::new(id) <= at) {
                continue;
            }
            self.at = Some(MessageCursor::new(id));
            let MessageRow { kind, at, appointments } = decode(key, &row.row)?;
            if at >= self.since {
                self.found.push(Message { id, kind, at, appointments });
            }
        }
        Ok(false)
    }
}

/// No change that tells of something since then has an id before this one: they begin with the time.
fn first_change(since: DateTime<Utc>) -> ChangeSetId {
    let millis = since.timestamp_millis().saturating_sub(CLOCK_SET_BACK_MILLIS);
    let millis = u128::try_from(millis).unwrap_or_default().min((1 << 48) - 1);
    ChangeSetId::from_uuid(Uuid::from_u128(millis << 80))
}

/// What a user is to be told of their connection to Zoom, the oldest first.
pub(crate) async fn to_user(
    core: &Core,
    actor: &Actor,
    user: &UserId,
) -> Result<Vec<UserMessage>, Error> {
    let mut planner = core.planner()?;
    check_sees(core, &mut planner, actor, user, "read what a user is told").await?;
    let rows = core.scan_all(&core.keys.all_of_user(user, UserMessageRow::KIND)).await?;
    let told =
        rows.into_iter().map(|UserMessageRow { kind, at, zoom }| UserMessage { kind, at, zoom });
    Ok(told.filter(|message| may_see(actor, &message.kind)).collect())
}

/// An admin who is logged in as the user learns nothing of admins of the user's other accounts (R5).
fn may_see(actor: &Actor, kind: &UserMessageKind) -> bool {
    let Actor::LoggedInAs(who) = actor else { return true };
    match kind {
        UserMessageKind::ReconnectZoom => true,
        UserMessageKind::ConnectedForYou { by } | UserMessageKind::DisconnectedForYou { by } => {
            by == who.admin()
        }
    }
}
