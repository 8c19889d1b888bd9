//! Where an appointment takes place: precedence (R7) and the group-calendar rule (R8).

use crate::words::{
    Account, Calendar, CalendarKind, FixedLocation, Location, LocationSetting, User, UserId,
};

/// A Zoom link for every slot was set on a calendar that is no group calendar (R8).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct DynamicLinkNeedsGroupCalendar;

/// Checks the settings that a calendar makes itself (R8).
pub(crate) fn check_calendar(calendar: &Calendar) -> Result<(), DynamicLinkNeedsGroupCalendar> {
    match calendar.location {
        Some(LocationSetting::Zoom) if !calendar.kind.is_group() => {
            Err(DynamicLinkNeedsGroupCalendar)
        }
        _ => Ok(()),
    }
}

/// The setting that counts (R7): the host's on the calendar, the calendar's, the user's default,
/// the account's. `host` is the assigned host, on a collective calendar the primary host.
///
/// On a calendar that is no group calendar an inherited Zoom setting is passed over (R8).
pub(crate) fn setting<'a>(
    account: &'a Account,
    calendar: &'a Calendar,
    host: Option<&'a User>,
) -> Option<&'a LocationSetting> {
    let on_calendar = host.and_then(|user| host_setting(&calendar.kind, &user.id));
    nearest(account, calendar, on_calendar, host)
}

/// Like [`setting`], if the host's setting on the calendar is at hand.
pub(crate) fn nearest<'a>(
    account: &'a Account,
    calendar: &'a Calendar,
    on_calendar: Option<&'a LocationSetting>,
    host: Option<&'a User>,
) -> Option<&'a LocationSetting> {
    let of_user = host.and_then(|user| user.default_location.as_ref());
    let of_account = Some(&account.default_location);
    [on_calendar, calendar.location.as_ref(), of_user, of_account]
        .into_iter()
        .flatten()
        .find(|setting| calendar.kind.is_group() || **setting != LocationSetting::Zoom)
}

/// What a calendar says of one of its hosts.
pub(crate) fn host_setting<'a>(
    kind: &'a CalendarKind,
    user: &UserId,
) -> Option<&'a LocationSetting> {
    match kind {
        CalendarKind::RoundRobin(hosts) => {
            let host = hosts.as_slice().iter().find(|host| host.user == *user)?;
            host.location.as_ref()
        }
        CalendarKind::Collective(hosts) => {
            let host = hosts.as_slice().iter().find(|host| host.user == *user)?;
            host.location.as_ref()
        }
        CalendarKind::Unassigned { .. } => None,
    }
}

/// An invitee's answer does not fit the setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AnswerMismatch {
    /// The invitee has to say where, and did not.
    Missing,
    /// The invitee said where, though nobody asked.
    NotAsked,
}

/// Fixes the location of an appointment from the setting and the invitee's answer.
pub(crate) fn settle(
    setting: Option<&LocationSetting>,
    answer: Option<FixedLocation>,
) -> Result<Location, AnswerMismatch> {
    match (setting, answer) {
        (Some(LocationSetting::Ask), Some(place)) => Ok(Location::Fixed(place)),
        (Some(LocationSetting::Ask), None) => Err(AnswerMismatch::Missing),
        (_, Some(_)) => Err(AnswerMismatch::NotAsked),
        (Some(LocationSetting::Zoom), None) => Ok(Location::Zoom),
        (Some(LocationSetting::Fixed(place)), None) => Ok(Location::Fixed(place.clone())),
        (None, None) => Ok(Location::Unset),
    }
}
