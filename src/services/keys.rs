//! Where rows are kept: in the account's partition, the user's, or the Zoom account's.
//!
//! Rows of an account are never read for another one: there is no key without its account.

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use super::counters::CounterRow;
use super::counting::CountingRow;
use super::messages::MessageCursor;
use super::records::{
    AppointmentRow, AuditRow, CalendarRow, ClaimRow, ConnectedRow, ConnectionRow, ConsentRow,
    EventRow, HostPageRow, LaneRow, LastHostRow, ListedRow, MeetingRow, MemberOfRow, MembershipRow,
    MessageRow, QueuedRow, QuotaRow, ReceiptRow, RequestRow, RevocationRow, UserMessageRow,
    UserRow, WaitingRow,
};
use crate::ports::{Key, Parts, Scan};
use crate::rules::fairness::Assignments;
use crate::rules::host_day::HostDay;
use crate::rules::limits::{Counter, Kind, Scope, first_date};
use crate::rules::link::Link;
use crate::rules::slot::{BookedSlot, SlotKey};
use crate::words::{
    Account, AccountId, AppointmentId, CalendarRef, ChangeSetId, LinkId, ListCursor, MeetingId,
    Occupant, Period, RequestId, UserId, ZoomAccountId,
};

/// A key, and what its row holds.
pub(crate) struct RowKey<R> {
    pub(crate) key: Key,
    holds: PhantomData<fn() -> R>,
}

impl<R> RowKey<R> {
    /// A key that a scan found.
    pub(crate) const fn of(key: Key) -> Self {
        Self { key, holds: PhantomData }
    }
}

impl<R> Clone for RowKey<R> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), holds: PhantomData }
    }
}

/// Makes the keys of one realm.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    realm: Arc<str>,
}

fn sort(kind: &str) -> Parts {
    Parts::default().text(kind)
}

/// The kind of the row, if its sort begins with this word.
pub(crate) fn is_kind(key: &Key, kind: &str) -> bool {
    // No kind has a zero byte in it, and one ends the word.
    key.sort().strip_prefix(kind.as_bytes()).is_some_and(|rest| rest.starts_with(&[0, 1]))
}

/// The kind of appointments in keys: background work finds them by it.
pub(crate) const APPOINTMENT: &str = "appointment";
/// The kind of calendars in keys.
pub(crate) const CALENDAR: &str = "calendar";
/// The kind of the list of appointments in keys.
pub(crate) const LISTED: &str = "listed";
/// The kind of links in keys: background work finds them by it.
pub(crate) const LINK: &str = "link";
/// The kind of the rows that say how a calendar is counted: background work finds them by it.
pub(crate) const COUNTING: &str = "counting";
/// The kind of connections in keys: background work finds them by it.
pub(crate) const CONNECTION: &str = "connection";
/// The kind of tokens that are to be revoked in keys: background work finds them by it.
pub(crate) const REVOCATION: &str = "revocation";
const AUDIT: &str = "audit";

fn counters_of(calendar: &CalendarRef, name: Uuid, kind: Kind) -> Parts {
    let scope = i64::from(kind.scope == Scope::Host);
    let period = match kind.period {
        Period::Day => 0,
        Period::Week => 1,
        Period::Month => 2,
    };
    let sort = sort("counter").text(calendar.calendar().as_str()).uuid(name);
    sort.number(scope).number(period)
}

/// Days of the common era.
fn days(date: NaiveDate) -> i64 {
    date.num_days_from_ce().into()
}

impl Keys {
    pub(crate) fn new(realm: String) -> Self {
        Self { realm: realm.into() }
    }

    pub(crate) fn realm(&self) -> &str {
        &self.realm
    }

    fn key<R>(&self, sort: Parts, partition: impl Fn(Parts) -> Parts) -> RowKey<R> {
        RowKey::of(Key::new(self.realm.clone(), sort, partition))
    }

    fn of_account<R>(&self, account: &AccountId, sort: Parts) -> RowKey<R> {
        self.key(sort, |parts| parts.text("account").text(account.as_str()))
    }

    fn of_user<R>(&self, user: &UserId, sort: Parts) -> RowKey<R> {
        self.key(sort, |parts| parts.text("user").text(user.as_str()))
    }

    fn of_zoom<R>(&self, zoom: &ZoomAccountId, sort: Parts) -> RowKey<R> {
        self.key(sort, |parts| parts.text("zoom").text(zoom.as_str()))
    }

    pub(crate) fn account(&self, account: &AccountId) -> RowKey<Account> {
        self.of_account(account, sort("account"))
    }

    pub(crate) fn membership(&self, account: &AccountId, user: &UserId) -> RowKey<MembershipRow> {
        self.of_account(account, sort("membership").text(user.as_str()))
    }

    pub(crate) fn calendar(&self, calendar: &CalendarRef) -> RowKey<CalendarRow> {
        let sort = sort(CALENDAR).text(calendar.calendar().as_str());
        self.of_account(calendar.account(), sort)
    }

    pub(crate) fn host_page(&self, calendar: &CalendarRef, page: u16) -> RowKey<HostPageRow> {
        let sort = sort("calendar hosts").text(calendar.calendar().as_str()).number(page.into());
        self.of_account(calendar.account(), sort)
    }

    pub(crate) fn appointment(
        &self,
        account: &AccountId,
        id: AppointmentId,
    ) -> RowKey<AppointmentRow> {
        self.of_account(account, sort(APPOINTMENT).uuid(id.as_uuid()))
    }

    pub(crate) fn listed(&self, account: &AccountId, place: ListCursor) -> RowKey<ListedRow> {
        let sort = sort(LISTED).number(place.start()).uuid(place.id().as_uuid());
        self.of_account(account, sort)
    }

    /// The list of an account from one start to another, after a place.
    pub(crate) fn listed_in(
        &self,
        account: &AccountId,
        from: Option<i64>,
        to: Option<i64>,
        after: Option<ListCursor>,
    ) -> Scan {
        let key = |parts| self.of_account::<ListedRow>(account, parts).key;
        let first = from.map_or_else(|| sort(LISTED), |from| sort(LISTED).number(from));
        let after = after.map(|place| self.listed(account, place).key.end_of_prefix());
        let from = after.into_iter().fold(key(first), Key::max);
        let to = to.map(|to| key(sort(LISTED).number(to)));
        let to = to.unwrap_or_else(|| key(sort(LISTED)).end_of_prefix());
        Scan::Range { from, to }
    }

    pub(crate) fn slot(&self, slot: &SlotKey) -> RowKey<BookedSlot> {
        let (start, end) = slot.core.into();
        let owner = match &slot.owner {
            Occupant::User(user) => Parts::default().text("user").text(user.as_str()),
            Occupant::Calendar(_) => Parts::default().text("calendar"),
        };
        let sort = sort("slot")
            .text(slot.calendar.calendar().as_str())
            .number(start)
            .number(end)
            .then(&owner);
        self.of_account(slot.calendar.account(), sort)
    }

    /// The slots of a calendar that start in `[from, to)`, or from then on.
    pub(crate) fn slots(
        &self,
        calendar: &CalendarRef,
        from: DateTime<Utc>,
        to: Option<DateTime<Utc>>,
    ) -> Scan {
        let of = || sort("slot").text(calendar.calendar().as_str());
        let key = |sort| self.of_account::<BookedSlot>(calendar.account(), sort).key;
        let to = to.map(|to| key(of().number(to.timestamp())));
        let to = to.unwrap_or_else(|| key(of()).end_of_prefix());
        Scan::Range { from: key(of().number(from.timestamp())), to }
    }

    pub(crate) fn counting(&self, calendar: &CalendarRef) -> RowKey<CountingRow> {
        self.of_account(calendar.account(), sort(COUNTING).text(calendar.calendar().as_str()))
    }

    pub(crate) fn counter(
        &self,
        calendar: &CalendarRef,
        name: Uuid,
        counter: &Counter,
    ) -> RowKey<CounterRow> {
        let kind = Kind { scope: counter.scope(), period: counter.period };
        let host = counter.host.as_ref().map_or("", UserId::as_str);
        let sort = counters_of(calendar, name, kind).number(days(counter.first)).text(host);
        self.of_account(calendar.account(), sort)
    }

    /// The counters of one kind whose periods some of these dates lie in.
    pub(crate) fn counters_in(
        &self,
        calendar: &CalendarRef,
        name: Uuid,
        kind: Kind,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Scan {
        let key = |day| {
            let sort = counters_of(calendar, name, kind).number(day);
            self.of_account::<CounterRow>(calendar.account(), sort).key
        };
        let from = key(days(first_date(kind.period, first)));
        Scan::Range { from, to: key(days(last).saturating_add(1)) }
    }

    /// All counters of a calendar, whatever their name.
    pub(crate) fn all_counters(&self, calendar: &CalendarRef) -> Scan {
        let sort = sort("counter").text(calendar.calendar().as_str());
        let from = self.of_account::<CounterRow>(calendar.account(), sort).key;
        let to = from.clone().end_of_prefix();
        Scan::Range { from, to }
    }

    pub(crate) fn link(&self, account: &AccountId, id: LinkId) -> RowKey<Link> {
        self.of_account(account, sort(LINK).uuid(id.as_uuid()))
    }

    pub(crate) fn assignments(&self, calendar: &CalendarRef, host: &UserId) -> RowKey<Assignments> {
        let sort = sort("assignments").text(calendar.calendar().as_str()).text(host.as_str());
        self.of_account(calendar.account(), sort)
    }

    /// `contact` says no more than whether it is the same one.
    pub(crate) fn last_host(&self, calendar: &CalendarRef, contact: &str) -> RowKey<LastHostRow> {
        let sort = sort("last host").text(calendar.calendar().as_str()).text(contact);
        self.of_account(calendar.account(), sort)
    }

    pub(crate) fn request(&self, account: &AccountId, request: &RequestId) -> RowKey<RequestRow> {
        self.of_account(account, sort("request").text(request.as_str()))
    }

    /// Events of one appointment or link lie one after the other (R28).
    pub(crate) fn event(
        &self,
        account: &AccountId,
        subject: Uuid,
        number: u32,
    ) -> RowKey<EventRow> {
        self.of_account(account, sort("event").uuid(subject).number(number.into()))
    }

    pub(crate) fn message(
        &self,
        account: &AccountId,
        change: ChangeSetId,
        number: u32,
    ) -> RowKey<MessageRow> {
        let sort = sort("message").uuid(change.as_uuid()).number(number.into());
        self.of_account(account, sort)
    }

    /// The outbox of an account from a change on, after a place.
    pub(crate) fn messages_from(
        &self,
        account: &AccountId,
        first: ChangeSetId,
        after: Option<MessageCursor>,
    ) -> Scan {
        let after = after.map(|at| self.message(account, at.last().change(), at.last().number()));
        let after = after.map(|row| row.key.end_of_prefix());
        let first = self.message(account, first, 0).key;
        let to = self.of_account::<MessageRow>(account, sort("message")).key.end_of_prefix();
        Scan::Range { from: after.into_iter().fold(first, Key::max), to }
    }

    /// A day of a host lies with the user, for all accounts; that of an unassigned calendar lies
    /// in its account.
    pub(crate) fn host_day(&self, occupant: &Occupant, day: i64) -> RowKey<HostDay> {
        match occupant {
            Occupant::User(user) => self.of_user(user, sort("day").number(day)),
            Occupant::Calendar(calendar) => {
                let sort = sort("day").text(calendar.calendar().as_str()).number(day);
                self.of_account(calendar.account(), sort)
            }
        }
    }

    /// The days of an occupant, the last included.
    pub(crate) fn host_days(&self, occupant: &Occupant, first: i64, last: i64) -> Scan {
        let from = self.host_day(occupant, first).key;
        let to = self.host_day(occupant, last.saturating_add(1)).key;
        Scan::Range { from, to }
    }

    pub(crate) fn user(&self, user: &UserId) -> RowKey<UserRow> {
        self.of_user(user, sort("user"))
    }

    pub(crate) fn connection(&self, user: &UserId) -> RowKey<ConnectionRow> {
        self.of_user(user, sort(CONNECTION))
    }

    /// The row of [`connection`](Self::connection), to be read only.
    pub(crate) fn connected(&self, user: &UserId) -> RowKey<ConnectedRow> {
        self.of_user(user, sort(CONNECTION))
    }

    pub(crate) fn waiting(&self, user: &UserId, link: LinkId) -> RowKey<WaitingRow> {
        self.of_user(user, sort("waiting").uuid(link.as_uuid()))
    }

    pub(crate) fn queued(&self, user: &UserId, link: LinkId) -> RowKey<QueuedRow> {
        self.of_user(user, sort("queued").uuid(link.as_uuid()))
    }

    /// All links that wait for a user to connect.
    pub(crate) fn all_waiting(&self, user: &UserId) -> Scan {
        self.all_of_user(user, "waiting")
    }

    pub(crate) fn member_of(&self, user: &UserId, account: &AccountId) -> RowKey<MemberOfRow> {
        self.of_user(user, sort("member of").text(account.as_str()))
    }

    /// All accounts of which a user is a member.
    pub(crate) fn all_member_of(&self, user: &UserId) -> Scan {
        self.all_of_user(user, "member of")
    }

    /// All rows of an account that hold this.
    pub(crate) fn all_of_account(&self, account: &AccountId, kind: &str) -> Scan {
        let from = self.of_account::<()>(account, sort(kind)).key;
        let to = from.clone().end_of_prefix();
        Scan::Range { from, to }
    }

    /// What a user is to be told, whatever their accounts.
    pub(crate) fn user_message(
        &self,
        user: &UserId,
        change: ChangeSetId,
        number: u32,
    ) -> RowKey<UserMessageRow> {
        let sort = sort("user message").uuid(change.as_uuid()).number(number.into());
        self.of_user(user, sort)
    }

    /// What a change did that is of the user, whatever their accounts. Ids of changes begin with the
    /// time.
    pub(crate) fn audit_of_user(&self, user: &UserId, change: ChangeSetId) -> RowKey<AuditRow> {
        self.of_user(user, sort(AUDIT).uuid(change.as_uuid()))
    }

    pub(crate) fn audit_of_account(
        &self,
        account: &AccountId,
        change: ChangeSetId,
    ) -> RowKey<AuditRow> {
        self.of_account(account, sort(AUDIT).uuid(change.as_uuid()))
    }

    /// All rows of a user that hold this.
    pub(crate) fn all_of_user(&self, user: &UserId, kind: &str) -> Scan {
        let from = self.of_user::<()>(user, sort(kind)).key;
        let to = from.clone().end_of_prefix();
        Scan::Range { from, to }
    }

    /// A state lies in a partition of its own: nothing else is known when it comes back.
    pub(crate) fn consent(&self, digest: &str) -> RowKey<ConsentRow> {
        self.key(sort("consent"), |parts| parts.text("consent").text(digest))
    }

    pub(crate) fn revocation(&self, zoom: &ZoomAccountId) -> RowKey<RevocationRow> {
        self.of_zoom(zoom, sort(REVOCATION))
    }

    pub(crate) fn meeting(&self, zoom: &ZoomAccountId, id: MeetingId) -> RowKey<MeetingRow> {
        self.of_zoom(zoom, sort("meeting").number(id.number()))
    }

    pub(crate) fn claim(&self, zoom: &ZoomAccountId) -> RowKey<ClaimRow> {
        self.of_zoom(zoom, sort("claim"))
    }

    pub(crate) fn lane(&self, zoom: &ZoomAccountId) -> RowKey<LaneRow> {
        self.of_zoom(zoom, sort("lane"))
    }

    pub(crate) fn quota(&self, zoom: &ZoomAccountId, day: i64) -> RowKey<QuotaRow> {
        self.of_zoom(zoom, sort("quota").number(day))
    }

    /// Receipts lie in partitions of their own: they spread, and nothing else is written there.
    pub(crate) fn receipt(&self, change: ChangeSetId) -> RowKey<ReceiptRow> {
        self.key(sort("receipt"), |parts| parts.text("change").uuid(change.as_uuid()))
    }
}
