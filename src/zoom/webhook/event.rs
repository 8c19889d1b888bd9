//! What a webhook tells. Its signature is proved.
//!
//! Reading is lenient: Zoom's own examples do not keep to Zoom's own schemas. Only what the crate
//! needs is looked at.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::signature::hex_hmac;
use super::{MeetingChange, Webhook};
use crate::words::{EARLIEST_SECOND, LATEST_SECOND, MeetingId, Secret, Topic, ZoomAccountId};

/// The longest text that is taken over, in characters.
const MAX_CHARS: usize = 128;
/// The longest token of a URL validation, in bytes. Zoom's have 22.
const MAX_TOKEN_BYTES: usize = 128;

#[derive(Deserialize)]
struct Named {
    event: String,
}

#[derive(Deserialize)]
struct Enveloped<P> {
    payload: P,
    event_ts: Option<Value>,
}

/// Reads the body. `secret` is what it was signed with, `sent` when. If it cannot be read, the
/// answer is what is wrong with it.
pub(super) fn read(
    body: &[u8],
    secret: &Secret,
    sent: DateTime<Utc>,
) -> Result<Webhook, &'static str> {
    let Named { event } = parse(body).ok_or("it is not the JSON of an event")?;
    match event.as_str() {
        "endpoint.url_validation" => {
            let asked = parse(body).and_then(|asked| url_validation(&asked, secret));
            asked.ok_or("its plain token is missing or malformed")
        }
        "app_deauthorized" => {
            let told = parse(body).and_then(|told| app_deauthorized(told, sent));
            told.ok_or("it does not name the user")
        }
        "meeting.deleted" => meeting_changed(body, MeetingChange::Deleted),
        "meeting.recovered" => meeting_changed(body, MeetingChange::Recovered),
        other => Ok(Webhook::Other { event: shown(other) }),
    }
}

fn parse<W: DeserializeOwned>(body: &[u8]) -> Option<W> {
    serde_json::from_slice(body).ok()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    plain_token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Reply<'a> {
    plain_token: &'a str,
    encrypted_token: String,
}

/// The reply is made with the secret token that the question was signed with: Zoom has that one,
/// and who has only a former one gets nothing made with the present one.
fn url_validation(asked: &Enveloped<Question>, secret: &Secret) -> Option<Webhook> {
    let plain_token = Some(asked.payload.plain_token.as_str()).filter(|token| is_plain(token))?;
    let encrypted_token = hex_hmac(secret, plain_token)?;
    let reply = serde_json::to_string(&Reply { plain_token, encrypted_token }).ok()?;
    Some(Webhook::UrlValidation { reply })
}

/// Visible ASCII without a colon: with one it could be `v0:{timestamp}:{body}`, and the reply would
/// be the signature of a webhook of anybody's making.
fn is_plain(token: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b':';
    (1..=MAX_TOKEN_BYTES).contains(&token.len()) && token.bytes().all(plain)
}

#[derive(Deserialize)]
struct Removal {
    user_id: String,
    account_id: Option<Value>,
    client_id: Option<Value>,
    deauthorization_time: Option<Value>,
    /// Belongs beside the payload, but an example of Zoom's has it here.
    event_ts: Option<Value>,
}

fn app_deauthorized(told: Enveloped<Removal>, sent: DateTime<Utc>) -> Option<Webhook> {
    let Enveloped { payload: removal, event_ts } = told;
    let times = [removal.deauthorization_time, removal.event_ts, event_ts];
    Some(Webhook::AppDeauthorized {
        user: ZoomAccountId::new(removal.user_id).ok()?,
        organisation: text(removal.account_id),
        at: times.into_iter().flatten().find_map(|time| instant(&time)).unwrap_or(sent),
        client_id: text(removal.client_id),
    })
}

#[derive(Deserialize)]
struct OfMeeting {
    object: Meeting,
}

#[derive(Deserialize)]
struct Meeting {
    /// A number in some events, text in others.
    id: Value,
    host_id: String,
}

fn meeting_changed(body: &[u8], change: MeetingChange) -> Result<Webhook, &'static str> {
    let told = parse::<Enveloped<OfMeeting>>(body).and_then(|told| {
        let Meeting { id, host_id } = told.payload.object;
        let id = id.as_i64().or_else(|| id.as_str()?.parse().ok())?;
        let (host, meeting) = (ZoomAccountId::new(host_id).ok()?, MeetingId::new(id));
        Some(Webhook::MeetingChanged { host, meeting, change })
    });
    told.ok_or("it does not name the meeting and its host")
}

fn text(json: Option<Value>) -> Option<String> {
    json.as_ref().and_then(Value::as_str).map(shown).filter(|text| !text.is_empty())
}

/// Without invisible characters and of bounded length: fit to be logged and kept.
fn shown(text: &str) -> String {
    Topic::fit(text).as_str().chars().take(MAX_CHARS).collect()
}

/// An instant as Zoom writes it: milliseconds since 1970 as a number or as text, RFC 3339, or a date
/// and a time of UTC. None if it lies outside the years that the crate works with.
fn instant(json: &Value) -> Option<DateTime<Utc>> {
    let at = match json {
        Value::Number(number) => DateTime::from_timestamp_millis(number.as_i64()?),
        Value::String(text) => written(text),
        _ => None,
    };
    at.filter(|at| (EARLIEST_SECOND..LATEST_SECOND).contains(&at.timestamp()))
}

fn written(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(millis) = text.parse() {
        return DateTime::from_timestamp_millis(millis);
    }
    let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc));
    let plain = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
    zoned.ok().or_else(|| plain().map(|at| at.and_utc()))
}
