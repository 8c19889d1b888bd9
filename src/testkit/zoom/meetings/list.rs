//! Lists of meetings, page by page.

use std::collections::BTreeMap;

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::request::Asked;
use super::{Stored, later, show};
use crate::words::{MeetingId, ZoomAccountId};

const DEFAULT_PAGE_SIZE: usize = 30;
const MAX_PAGE_SIZE: usize = 300;
const TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// Lists of what is to come or past reach six months, though `scheduled` has no such end.
const REACH: Months = Months::new(6);

/// The page tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Pages {
    made: u64,
    given: BTreeMap<String, PageStart>,
}

#[derive(Clone, Debug)]
struct PageStart {
    zoom: ZoomAccountId,
    /// The last meeting of the page before: what comes or goes meanwhile shifts no page.
    after: Place,
    expires: DateTime<Utc>,
}

/// Where a meeting stands in lists.
type Place = (DateTime<Utc>, MeetingId);

fn place(meeting: &Stored) -> Place {
    (meeting.start, meeting.id)
}

impl Pages {
    pub(super) fn list(
        &mut self,
        live: &BTreeMap<MeetingId, Stored>,
        zoom: &ZoomAccountId,
        asked: &Asked<'_>,
        now: DateTime<Utc>,
    ) -> Answer {
        let query = |name| asked.query.get(name).map(String::as_str);
        let Some(selects) = selection(query("type").unwrap_or("scheduled")) else {
            return Answer::invalid("type");
        };
        let Some(size) = page_size(query("page_size")) else {
            return Answer::invalid("page_size");
        };
        let after = match query("next_page_token").filter(|token| !token.is_empty()) {
            None => None,
            Some(token) => match self.start(token, zoom, now) {
                None => return Answer::bad_page_token(),
                after => after,
            },
        };
        let mut found: Vec<&Stored> = live
            .values()
            .filter(|m| m.zoom == *zoom && !m.has_expired(now) && selects(m, now))
            .collect();
        found.sort_by_key(|meeting| place(meeting));
        let total = found.len();
        found.retain(|meeting| after.is_none_or(|after| place(meeting) > after));
        let more = found.len() > size;
        found.truncate(size);
        let last = found.last().copied().filter(|_| more);
        let next = last.map(|last| self.give(zoom, place(last), now));
        let meetings: Vec<Value> = found.into_iter().map(show::listed).collect();
        Answer::ok(json!({
            "page_size": size,
            "total_records": total,
            "next_page_token": next.unwrap_or_default(),
            "meetings": meetings,
        }))
    }

    fn start(&self, token: &str, zoom: &ZoomAccountId, now: DateTime<Utc>) -> Option<Place> {
        let start = self.given.get(token)?;
        (start.zoom == *zoom && now < start.expires).then_some(start.after)
    }

    fn give(&mut self, zoom: &ZoomAccountId, after: Place, now: DateTime<Utc>) -> String {
        self.made = self.made.saturating_add(1);
        let token = format!("page-{}", self.made);
        let start = PageStart { zoom: zoom.clone(), after, expires: later(now, TOKEN_LIFETIME) };
        self.given.insert(token.clone(), start);
        token
    }
}

fn page_size(asked: Option<&str>) -> Option<usize> {
    let size = asked.map_or(Ok(DEFAULT_PAGE_SIZE), str::parse).ok()?;
    (1..=MAX_PAGE_SIZE).contains(&size).then_some(size)
}

/// Which meetings a `type` of list holds.
fn selection(kind: &str) -> Option<fn(&Stored, DateTime<Utc>) -> bool> {
    match kind {
        "scheduled" => Some(|_, _| true),
        // No meeting of the simulated Zoom is ever started.
        "live" => Some(|_, _| false),
        "upcoming" | "upcoming_meetings" => Some(|meeting, now| {
            let reach = now.checked_add_months(REACH);
            meeting.end() > now && reach.is_none_or(|reach| meeting.start <= reach)
        }),
        "previous_meetings" => Some(|meeting, now| meeting.end() <= now),
        _ => None,
    }
}
