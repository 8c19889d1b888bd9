//! What a host's screen asks of the list of appointments (R30).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::interval::{EARLIEST_SECOND, LATEST_SECOND};
use super::setting::settings;
use super::{AppointmentId, CalendarId, Status, UserId};

settings! {
    /// How many appointments, or messages, a page of a list has at most.
    PageSize(u16) = "page size", 1..=100 appointments;
}

impl Default for PageSize {
    /// 50.
    fn default() -> Self {
        Self(50)
    }
}

/// Which appointments are listed: those that meet all that is asked. Of all states, unless states
/// are asked for: cancelled ones too. Deleted ones never.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AppointmentFilter {
    calendar: Option<CalendarId>,
    host: Option<UserId>,
    statuses: Option<BTreeSet<Status>>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

impl AppointmentFilter {
    /// All appointments of the account.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Of one calendar.
    #[must_use]
    pub fn on(mut self, calendar: CalendarId) -> Self {
        self.calendar = Some(calendar);
        self
    }

    /// That one user hosts, alone or with others.
    #[must_use]
    pub fn hosted_by(mut self, host: UserId) -> Self {
        self.host = Some(host);
        self
    }

    /// That stand at one of these. Without any of them nothing is listed.
    #[must_use]
    pub fn standing_at(mut self, statuses: impl IntoIterator<Item = Status>) -> Self {
        self.statuses = Some(statuses.into_iter().collect());
        self
    }

    /// That start at this instant or later.
    #[must_use]
    pub const fn starting_from(mut self, from: DateTime<Utc>) -> Self {
        self.from = Some(from);
        self
    }

    /// That start before this instant.
    #[must_use]
    pub const fn starting_before(mut self, to: DateTime<Utc>) -> Self {
        self.to = Some(to);
        self
    }

    /// The calendar asked for.
    #[must_use]
    pub const fn calendar(&self) -> Option<&CalendarId> {
        self.calendar.as_ref()
    }

    /// The host asked for.
    #[must_use]
    pub const fn host(&self) -> Option<&UserId> {
        self.host.as_ref()
    }

    /// The states asked for.
    #[must_use]
    pub const fn statuses(&self) -> Option<&BTreeSet<Status>> {
        self.statuses.as_ref()
    }

    /// The first start asked for.
    #[must_use]
    pub const fn from(&self) -> Option<DateTime<Utc>> {
        self.from
    }

    /// The instant before which the appointments start.
    #[must_use]
    pub const fn to(&self) -> Option<DateTime<Utc>> {
        self.to
    }

    /// Whether calendar and host are those asked for.
    pub(crate) fn wants_place<'a>(
        &self,
        calendar: &CalendarId,
        mut hosts: impl Iterator<Item = &'a UserId>,
    ) -> bool {
        let theirs = |wanted: &UserId| hosts.any(|host| host == wanted);
        self.calendar.as_ref().is_none_or(|wanted| wanted == calendar)
            && self.host.as_ref().is_none_or(theirs)
    }

    /// Whether the state is one of those asked for.
    pub(crate) fn wants_status(&self, status: Status) -> bool {
        self.statuses.as_ref().is_none_or(|wanted| wanted.contains(&status))
    }
}

/// Where a page of the list ended: the last appointment that was looked at, by start, then by id.
///
/// Opaque. As text it fits into a URL as it is, and is read back with [`str::parse`]. It stands for
/// a place in the list of all appointments of the account, so that it outlives the appointment.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ListCursor {
    start: i64,
    id: AppointmentId,
}

impl ListCursor {
    pub(crate) const fn new(start: i64, id: AppointmentId) -> Self {
        Self { start, id }
    }

    /// The start of the last appointment, in Unix seconds.
    pub(crate) const fn start(self) -> i64 {
        self.start
    }

    pub(crate) const fn id(self) -> AppointmentId {
        self.id
    }
}

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", self.start, self.id.as_uuid().simple())
    }
}

/// A text is no cursor that a list gave. Begin with the first page.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("this is no cursor that a list gave")]
#[non_exhaustive]
pub struct InvalidCursor;

impl FromStr for ListCursor {
    type Err = InvalidCursor;
    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (start, id) = text.split_once('-').ok_or(InvalidCursor)?;
        let start = i64::from_str_radix(start, 16).map_err(|_| InvalidCursor)?;
        let id = Uuid::try_parse(id).map_err(|_| InvalidCursor)?;
        let cursor = Self { start, id: AppointmentId::from_uuid(id) };
        // Each cursor has one text: nothing but what was given is taken back.
        let given = cursor.to_string() == text;
        let legal = (EARLIEST_SECOND..=LATEST_SECOND).contains(&start);
        if given && legal { Ok(cursor) } else { Err(InvalidCursor) }
    }
}

/// Which page of the list is wanted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ListPage {
    size: PageSize,
    after: Option<ListCursor>,
}

impl ListPage {
    /// The first page.
    #[must_use]
    pub const fn first(size: PageSize) -> Self {
        Self { size, after: None }
    }

    /// The page after the one that ended there.
    #[must_use]
    pub const fn after(cursor: ListCursor, size: PageSize) -> Self {
        Self { size, after: Some(cursor) }
    }

    /// How many appointments it has at most.
    #[must_use]
    pub const fn size(self) -> PageSize {
        self.size
    }

    pub(crate) const fn cursor(self) -> Option<ListCursor> {
        self.after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(start: i64, id: u128) -> ListCursor {
        ListCursor::new(start, AppointmentId::from_uuid(Uuid::from_u128(id)))
    }

    #[test]
    fn r30_a_cursor_is_read_back_from_a_url() {
        for (start, id) in [(0, 0), (LATEST_SECOND, u128::MAX), (1_795_000_000, 7)] {
            let text = cursor(start, id).to_string();
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
            assert_eq!(text.parse(), Ok(cursor(start, id)));
        }
    }

    #[test]
    fn what_was_never_given_is_no_cursor() {
        let good = cursor(0x6afe, 7).to_string();
        let id = Uuid::from_u128(7).simple().to_string();
        for bad in [
            String::new(),
            "-".into(),
            good.to_uppercase(),
            format!("0{good}"),
            format!("+{good}"),
            format!("-1-{id}"),
            format!("{good} "),
            format!("6afe-{}", Uuid::from_u128(7)),
            format!("{:x}-{id}", LATEST_SECOND + 1),
            format!("{}-{id}", "f".repeat(40)),
            "6afe-☎".into(),
        ] {
            assert_eq!(bad.parse::<ListCursor>(), Err(InvalidCursor), "{bad:?}");
        }
    }

    #[test]
    fn r30_a_filter_asks_for_all_of_it_at_once() {
        let calendar = |id: &str| CalendarId::new(id).unwrap();
        let user = |id: &str| UserId::new(id).unwrap();
        let (demo, hosts) = (calendar("demo"), [user("A001"), user("B002")]);
        let wants = |filter: AppointmentFilter| filter.wants_place(&demo, hosts.iter());
        assert!(wants(AppointmentFilter::new()));
        assert!(wants(AppointmentFilter::new().on(demo.clone()).hosted_by(user("B002"))));
        assert!(!wants(AppointmentFilter::new().on(calendar("other")).hosted_by(user("B002"))));
        assert!(!wants(AppointmentFilter::new().on(demo.clone()).hosted_by(user("C003"))));
        let some = AppointmentFilter::new().standing_at([Status::Cancelled, Status::NoShow]);
        assert!(some.wants_status(Status::NoShow) && !some.wants_status(Status::Confirmed));
        assert!(AppointmentFilter::new().wants_status(Status::Cancelled));
        assert!(!AppointmentFilter::new().standing_at([]).wants_status(Status::Confirmed));
    }
}
