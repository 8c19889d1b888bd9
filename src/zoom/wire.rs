//! The JSON of Zoom's API, as far as the crate needs it.
//!
//! Reading is lenient: unknown fields are ignored, and what Zoom may leave out may be absent or
//! null. Only what the crate cannot do without is demanded.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::site::ZoomSite;
use crate::ports::{Meeting, MeetingPage, NewMeeting, PageToken, TokenGrant, ZoomUser};
use crate::words::{JoinUrl, MeetingId, Secret, ZoomAccountId};

/// "Scheduled meeting": the only type that lists show and that has a start.
const SCHEDULED: u8 = 2;
/// "No registration required."
const NO_REGISTRATION: u8 = 2;

/// Body of `POST /users/me/meetings`.
#[derive(Debug, Serialize)]
pub(super) struct CreateMeeting<'a> {
    topic: &'a str,
    #[serde(rename = "type")]
    kind: u8,
    start_time: String,
    timezone: &'static str,
    duration: i64,
    agenda: &'a str,
    settings: Settings,
}

/// How the marker begins by which a meeting is known as ours.
pub(crate) const MARK: &str = "[ref:";

/// Settings that must not be left to the user's own defaults: no personal meeting id, no mails.
#[derive(Debug, Serialize)]
struct Settings {
    use_pmi: bool,
    approval_type: u8,
    registrants_confirmation_email: bool,
    registrants_email_notification: bool,
    alternative_hosts_email_notification: bool,
    email_notification: bool,
}

impl<'a> From<&'a NewMeeting> for CreateMeeting<'a> {
    fn from(meeting: &'a NewMeeting) -> Self {
        Self {
            topic: meeting.topic.as_str(),
            kind: SCHEDULED,
            start_time: zoom_time(meeting.interval.start()),
            timezone: "UTC",
            duration: whole_minutes(meeting.interval.length().num_seconds()),
            agenda: &meeting.marker,
            settings: Settings {
                use_pmi: false,
                approval_type: NO_REGISTRATION,
                registrants_confirmation_email: false,
                registrants_email_notification: false,
                alternative_hosts_email_notification: false,
                email_notification: false,
            },
        }
    }
}

/// `yyyy-MM-ddTHH:mm:ssZ`: with the `Z`, or Zoom reads it as wall-clock time.
fn zoom_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Minutes, rounded up: Zoom knows no seconds, and a meeting planned too short looks over.
const fn whole_minutes(seconds: i64) -> i64 {
    seconds.saturating_add(59).div_euclid(60)
}

/// Body of `PATCH /meetings/{id}`.
#[derive(Debug, Serialize)]
pub(super) struct RenameMeeting<'a> {
    pub(super) topic: &'a str,
}

/// A number that some of Zoom's documents show as text.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
    Plain(i64),
    Text(String),
}

impl Number {
    fn value(&self) -> Option<i64> {
        match self {
            Self::Plain(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// A meeting, of `POST /users/me/meetings`, of `GET /meetings/{id}` or of a list.
#[derive(Debug, Deserialize)]
pub(super) struct WireMeeting {
    id: Number,
    join_url: Option<String>,
    topic: Option<String>,
    start_time: Option<String>,
    agenda: Option<String>,
}

impl WireMeeting {
    /// The meeting, if it has a number and a link.
    pub(super) fn meeting(self) -> Option<Meeting> {
        let id = MeetingId::new(self.id.value()?);
        let join_url = JoinUrl::new(self.join_url.as_deref()?).ok()?;
        let mut meeting = Meeting::new(id, join_url, self.topic.unwrap_or_default());
        // Without a legal time it is a meeting without a fixed time, such as a lasting room.
        meeting.start = self
            .start_time
            .and_then(|text| DateTime::parse_from_rfc3339(&text).ok())
            .map(|at| at.with_timezone(&Utc));
        meeting.agenda = self.agenda.unwrap_or_default();
        Some(meeting)
    }

    /// Whether it begins as the descriptions of our meetings do.
    fn is_marked(&self) -> bool {
        self.agenda.as_deref().is_some_and(|agenda| agenda.starts_with(MARK))
    }

    /// Meetings that we made always have a link, so one without is a stranger's in a list.
    fn has_link(&self) -> bool {
        self.join_url.as_deref().is_some_and(|url| !url.is_empty())
    }
}

/// `GET /users/me/meetings`.
#[derive(Debug, Deserialize)]
pub(super) struct WirePage {
    /// Demanded: an absent list taken for an empty one would make us create a meeting twice.
    meetings: Vec<WireMeeting>,
    next_page_token: Option<String>,
}

impl WirePage {
    /// The page, if every meeting on it can be read that may be ours.
    pub(super) fn page(self) -> Option<MeetingPage> {
        let meetings = self
            .meetings
            .into_iter()
            .filter(WireMeeting::has_link)
            .map(|wire| (wire.is_marked(), wire.meeting()))
            .filter(|(is_marked, meeting)| *is_marked || meeting.is_some())
            .map(|(_, meeting)| meeting)
            .collect::<Option<Vec<_>>>()?;
        // Zoom sends an empty token with the last page.
        let next = self.next_page_token.filter(|token| !token.is_empty());
        Some(MeetingPage::new(meetings, next.map(PageToken::new)))
    }
}

/// `GET /users/me`.
#[derive(Debug, Deserialize)]
pub(super) struct WireUser {
    id: String,
    account_id: Option<String>,
}

impl WireUser {
    pub(super) fn user(self) -> Option<ZoomUser> {
        let mut user = ZoomUser::new(ZoomAccountId::new(self.id).ok()?);
        user.organisation = self.account_id.filter(|id| !id.is_empty());
        Some(user)
    }
}

/// `POST /oauth/token`. Has no `Debug`: it holds tokens.
#[derive(Deserialize)]
pub(super) struct WireTokens {
    access_token: String,
    refresh_token: String,
    expires_in: u32,
    scope: Option<String>,
    /// Where the API is nearest. Whatever it is, the tokens are not lost for it.
    api_url: Option<Value>,
}

impl WireTokens {
    pub(super) fn grant(self, site: &ZoomSite) -> TokenGrant {
        let (access, refresh) = (Secret::new(self.access_token), Secret::new(self.refresh_token));
        let mut grant = TokenGrant::new(access, refresh, self.expires_in);
        let scopes = self.scope.unwrap_or_default();
        grant.scopes = scopes.split_whitespace().map(str::to_owned).collect();
        let told = self.api_url.as_ref().and_then(Value::as_str);
        grant.api = told.and_then(|told| site.regional(told));
        grant
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(json: &str) -> Option<MeetingPage> {
        serde_json::from_str::<WirePage>(json).ok()?.page()
    }

    #[test]
    fn minutes_are_rounded_up() {
        let minutes = [1, 59, 60, 61, 3600].map(whole_minutes);
        assert_eq!(minutes, [1, 1, 1, 2, 60]);
    }

    #[test]
    fn a_meeting_may_lack_all_but_its_number_and_its_link() {
        let read = page(r#"{"meetings":[{"id":"7","join_url":"https://zoom.us/j/7","x":[]}]}"#);
        let meeting = read.unwrap().meetings.remove(0);
        assert_eq!((meeting.id, meeting.start), (MeetingId::new(7), None));
    }

    #[test]
    fn tokens_are_kept_whatever_comes_with_them() {
        let api = |more: &str| {
            let json =
                format!(r#"{{"access_token":"a","refresh_token":"r","expires_in":1{more}}}"#);
            serde_json::from_str::<WireTokens>(&json).unwrap().grant(&ZoomSite::zoom_us()).api
        };
        for none in ["", r#","api_url":null"#, r#","api_url":7"#, r#","api_url":"zoom""#] {
            assert_eq!(api(none), None, "{none}");
        }
        assert_eq!(api(r#","api_url":"https://api.zoom.us""#), None);
        assert_eq!(api(r#","api_url":"https://eu01api.zoom.us.evil.example""#), None);
        let regional = api(r#","api_url":"https://eu01api.zoom.us""#);
        assert_eq!(regional.unwrap().as_str(), "https://eu01api.zoom.us/");
    }

    #[test]
    fn an_absent_list_is_not_an_empty_one() {
        assert_eq!(page("{}"), None);
        assert_eq!(page(r#"{"meetings":null}"#), None);
        assert!(page(r#"{"meetings":[]}"#).is_some());
    }

    #[test]
    fn a_page_with_an_unreadable_meeting_of_ours_is_unreadable() {
        let ours = r#"{"meetings":[{"id":7,"join_url":"no url","agenda":"[ref:7]"}]}"#;
        assert_eq!(page(ours), None);
        let theirs = r#"{"meetings":[{"id":7,"join_url":"no url"}]}"#;
        assert_eq!(page(theirs), Some(MeetingPage::new(Vec::new(), None)));
    }

    #[test]
    fn a_strangers_meeting_without_a_link_is_passed_over() {
        let read = page(r#"{"meetings":[{"id":7,"join_url":""},{"id":8}],"next_page_token":""}"#);
        assert_eq!(read, Some(MeetingPage::new(Vec::new(), None)));
    }
}
