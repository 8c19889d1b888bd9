//! The form of a calendar: what is typed, and the calendar that it says.

use std::str::FromStr;

use maud::{Markup, html};
use serde::Deserialize;
use slotlink::Member;
use slotlink::words::{
    AccountId, BookingWindow, Buffer, Calendar, CalendarId, CalendarKind, CalendarRef,
    CollectiveHost, CollectiveHosts, Confirmation, GridStep, Name, Notice, QuotaPolicy, Revision,
    RoundRobinHost, RoundRobinHosts, Seats, SlotLength, SlotSettings, UserId, WindowDays, Zone,
};

use super::location;
use crate::web::form::{Field, Wrong, sentence};
use crate::web::zones;
use crate::when::{self, zone_name};

/// What is typed, as it is typed. What the form does not show stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    /// What was seen when this was typed.
    revision: String,
    id: String,
    name: String,
    kind: String,
    zone: String,
    host: Vec<String>,
    length: String,
    every: String,
    seats: String,
    before: String,
    after: String,
    notice: String,
    window: String,
    by_host: Option<String>,
    cancel_notice: String,
    move_notice: String,
    quota: String,
    location: String,
    place: String,
}

impl Typed {
    /// What a new calendar begins with.
    pub(crate) fn new() -> Self {
        let text = str::to_owned;
        Self {
            kind: text("round_robin"),
            zone: text("Europe/Berlin"),
            length: text("30"),
            every: text("30"),
            seats: text("1"),
            before: text("0"),
            after: text("0"),
            notice: text("60"),
            window: text("60"),
            cancel_notice: text("0"),
            move_notice: text("0"),
            quota: text("defer"),
            ..Self::default()
        }
    }

    pub(crate) fn of(calendar: &Calendar, revision: Revision) -> Self {
        let slot = &calendar.slot;
        let window = match calendar.window {
            BookingWindow::Days(days) => days.days().to_string(),
            _ => String::new(),
        };
        let place = location::Typed::of(calendar.location.as_ref());
        let hosts = calendar.kind.users().into_iter().map(ToString::to_string);
        Self {
            revision: revision.to_string(),
            id: calendar.id.to_string(),
            name: calendar.name.to_string(),
            kind: kind(&calendar.kind).to_owned(),
            zone: calendar.zone.name().to_owned(),
            host: hosts.collect(),
            length: slot.length().minutes().to_string(),
            every: slot.every().minutes().to_string(),
            seats: slot.seats().seats().to_string(),
            before: slot.before().minutes().to_string(),
            after: slot.after().minutes().to_string(),
            notice: calendar.notice.minutes().to_string(),
            window,
            by_host: (calendar.confirmation == Confirmation::ByHost).then(|| "on".to_owned()),
            cancel_notice: calendar.cancel_notice.minutes().to_string(),
            move_notice: calendar.move_notice.minutes().to_string(),
            quota: quota(calendar.quota).to_owned(),
            location: place.location,
            place: place.place,
        }
    }

    /// Whether it was typed over the calendar as it is now. A form that does not say so was not.
    pub(crate) fn is_over(&self, revision: Revision) -> bool {
        self.revision.parse() == Ok(revision)
    }

    /// The calendar, if all of it makes sense.
    pub(crate) fn read(
        &self,
        account: &AccountId,
        was: Option<&Calendar>,
        wrong: &mut Wrong,
    ) -> Option<Calendar> {
        let id = match was {
            Some(was) => Some(was.id.clone()),
            None => self.new_id(wrong),
        };
        let name = wrong.take("name", Name::new(self.name.trim()));
        let zone = wrong.take("zone", Zone::new(&self.zone));
        let kind = self.kind(was, wrong);
        let slot = self.slot(was, wrong);
        let [notice, cancel, moving] = [
            ("notice", &self.notice),
            ("cancel_notice", &self.cancel_notice),
            ("move_notice", &self.move_notice),
        ]
        .map(|(field, text)| number(field, text, wrong, Notice::new));
        // Two dates, which this form does not show, stay if nothing is typed.
        let has_dates = was.is_some_and(|was| matches!(was.window, BookingWindow::Dates(_)));
        let window = (!has_dates || !self.window.trim().is_empty())
            .then(|| number("window", &self.window, wrong, WindowDays::new));
        let location = match self.location.as_str() {
            "" => Some(None),
            _ => self.place().read(wrong).map(Some),
        };
        let made =
            Calendar::new(CalendarRef::new(account.clone(), id?), name?, kind?, zone?, slot?);
        let mut calendar = was.cloned().unwrap_or_else(|| made.clone());
        (calendar.name, calendar.kind) = (made.name, made.kind);
        (calendar.zone, calendar.slot) = (made.zone, made.slot);
        calendar.notice = notice?;
        calendar.cancel_notice = cancel?;
        calendar.move_notice = moving?;
        if let Some(days) = window {
            calendar.window = BookingWindow::Days(days?);
        }
        calendar.confirmation = match self.by_host {
            Some(_) => Confirmation::ByHost,
            None => Confirmation::Automatic,
        };
        calendar.quota = self.quota_policy();
        calendar.location = location?;
        wrong.is_empty().then_some(calendar)
    }

    /// Ids stand in addresses: one that begins with a dot would mean something else there.
    fn new_id(&self, wrong: &mut Wrong) -> Option<CalendarId> {
        let id = self.id.trim();
        if id.starts_with('.') {
            wrong.say("id", "an id does not begin with a dot");
        }
        wrong.take("id", CalendarId::new(id))
    }

    fn slot(&self, was: Option<&Calendar>, wrong: &mut Wrong) -> Option<SlotSettings> {
        let length = number("length", &self.length, wrong, SlotLength::new);
        let every = number("every", &self.every, wrong, GridStep::new);
        let seats = number("seats", &self.seats, wrong, Seats::new);
        let before = number("before", &self.before, wrong, Buffer::new);
        let after = number("after", &self.after, wrong, Buffer::new);
        let slot = SlotSettings::new(length?, every?).with_seats(seats?);
        let offset = was.map(|was| was.slot.offset()).unwrap_or_default();
        Some(slot.with_buffers(before?, after?).with_offset(offset))
    }

    /// Hosts who stay keep their weights, priorities and locations.
    fn kind(&self, was: Option<&Calendar>, wrong: &mut Wrong) -> Option<CalendarKind> {
        let users =
            self.host.iter().map(|id| UserId::new(id.clone())).collect::<Result<Vec<_>, _>>();
        let users = wrong.take("host", users)?;
        let was = was.map(|was| &was.kind);
        match (was, self.kind.as_str()) {
            (Some(unassigned @ CalendarKind::Unassigned { .. }), _) => Some(unassigned.clone()),
            (Some(CalendarKind::Collective(_)), _) | (None, "collective") => {
                let hosts = users.into_iter().map(|user| collective(was, user)).collect();
                let hosts = wrong.take("host", CollectiveHosts::new(hosts))?;
                Some(CalendarKind::Collective(with_primary(was, hosts)))
            }
            (Some(CalendarKind::RoundRobin(_)), _) | (None, "round_robin") => {
                let hosts = users.into_iter().map(|user| round_robin(was, user)).collect();
                wrong.take("host", RoundRobinHosts::new(hosts)).map(CalendarKind::RoundRobin)
            }
            _ => {
                wrong.say("kind", "please choose one");
                None
            }
        }
    }

    fn place(&self) -> location::Typed {
        location::Typed { location: self.location.clone(), place: self.place.clone() }
    }

    fn quota_policy(&self) -> QuotaPolicy {
        match self.quota.as_str() {
            "prefer_another" => QuotaPolicy::PreferAnother,
            "refuse" => QuotaPolicy::Refuse,
            _ => QuotaPolicy::Defer,
        }
    }

    pub(crate) fn fields(&self, is_new: bool, members: &[Member], wrong: &Wrong) -> Markup {
        let numbers = [
            ("length", "Length, in minutes", &self.length),
            ("every", "A slot every so many minutes", &self.every),
            ("seats", "Seats", &self.seats),
            ("before", "Free time before, in minutes", &self.before),
            ("after", "Free time after, in minutes", &self.after),
            ("notice", "Notice before booking, in minutes", &self.notice),
            ("window", "Bookable so many days ahead", &self.window),
            ("cancel_notice", "Invitees cancel so many minutes before", &self.cancel_notice),
            ("move_notice", "Invitees move so many minutes before", &self.move_notice),
        ];
        html! {
            @if is_new { (self.kinds(wrong)) }
            @else { input type="hidden" name="revision" value=(self.revision); }
            (Field::text("name", "Name", &self.name).required().line(wrong))
            (self.hosts(members, wrong))
            (Field::text("zone", "Time zone of the slots", &self.zone).required()
                .choice(wrong, zones::all().map(|zone| (zone.name(), zone_name(zone)))))
            @for (name, label, value) in numbers {
                (Field::text(name, label, value).of_kind("number").required().line(wrong))
            }
            div.field {
                label.radio {
                    input type="checkbox" name="by_host" checked[self.by_host.is_some()];
                    " A host confirms each appointment"
                }
            }
            (self.place().fields(wrong, "As host or account say"))
            (self.quotas(wrong))
        }
    }

    fn kinds(&self, wrong: &Wrong) -> Markup {
        let kinds = [
            ("round_robin", "Round robin: one of the hosts".to_owned()),
            ("collective", "Collective: all hosts together".to_owned()),
        ];
        html! {
            (Field::text("id", "Id, for addresses", &self.id).required().line(wrong))
            (Field::text("kind", "Kind", &self.kind).required().choice(wrong, kinds))
        }
    }

    fn hosts(&self, members: &[Member], wrong: &Wrong) -> Markup {
        html! {
            fieldset id="host" tabindex="-1"
                aria-describedby=[wrong.with("host").map(|_| "host-wrong")] {
                legend { "Hosts" }
                @if let Some(message) = wrong.with("host") {
                    p.wrong id="host-wrong" { (sentence(message)) }
                }
                @for member in members {
                    @let id = member.user.id.as_str();
                    label.radio {
                        input type="checkbox" name="host" value=(id)
                            checked[self.host.iter().any(|host| host == id)];
                        " " (member.user.name)
                    }
                }
                @for id in self.host.iter().filter(|id| !is_member(members, id)) {
                    label.radio {
                        input type="checkbox" name="host" value=(id) checked;
                        " " (id) " (no longer here: take them off)"
                    }
                }
            }
        }
    }

    fn quotas(&self, wrong: &Wrong) -> Markup {
        let policies = [
            ("defer", "Book all the same; the link comes after midnight UTC".to_owned()),
            ("prefer_another", "Another host, if one is free".to_owned()),
            ("refuse", "No new slots".to_owned()),
        ];
        Field::text("quota", "When a host's Zoom requests of the day are used up", &self.quota)
            .required()
            .choice(wrong, policies)
    }
}

fn is_member(members: &[Member], id: &str) -> bool {
    members.iter().any(|member| member.user.id.as_str() == id)
}

fn number<N: FromStr, T, E: std::fmt::Display>(
    field: &'static str,
    text: &str,
    wrong: &mut Wrong,
    new: impl Fn(N) -> Result<T, E>,
) -> Option<T> {
    match text.trim().parse::<N>() {
        Ok(number) => wrong.take(field, new(number)),
        Err(_) => {
            wrong.say(field, "please give a whole number");
            None
        }
    }
}

const fn kind(kind: &CalendarKind) -> &'static str {
    match kind {
        CalendarKind::RoundRobin(_) => "round_robin",
        CalendarKind::Collective(_) => "collective",
        _ => "unassigned",
    }
}

const fn quota(policy: QuotaPolicy) -> &'static str {
    match policy {
        QuotaPolicy::PreferAnother => "prefer_another",
        QuotaPolicy::Refuse => "refuse",
        _ => "defer",
    }
}

fn round_robin(was: Option<&CalendarKind>, user: UserId) -> RoundRobinHost {
    let known = match was {
        Some(CalendarKind::RoundRobin(hosts)) => {
            hosts.as_slice().iter().find(|host| host.user == user)
        }
        _ => None,
    };
    let newcomer = || match was {
        // Who joins later is credited for the time before (section 5 of the rules), not asked until they
        // have as many as the others.
        Some(_) => RoundRobinHost::new(user).with_joined(when::now()),
        None => RoundRobinHost::new(user),
    };
    known.cloned().unwrap_or_else(newcomer)
}

/// The primary host stays, if they still are a required host: links are made on their Zoom account (R10).
fn with_primary(was: Option<&CalendarKind>, hosts: CollectiveHosts) -> CollectiveHosts {
    match was {
        Some(CalendarKind::Collective(old)) => {
            hosts.clone().with_primary(old.primary().clone()).unwrap_or(hosts)
        }
        _ => hosts,
    }
}

fn collective(was: Option<&CalendarKind>, user: UserId) -> CollectiveHost {
    let known = match was {
        Some(CalendarKind::Collective(hosts)) => {
            hosts.as_slice().iter().find(|host| host.user == user)
        }
        _ => None,
    };
    known.cloned().unwrap_or_else(|| CollectiveHost::required(user))
}

#[cfg(test)]
mod tests;
