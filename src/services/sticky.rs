//! Contacts get their last host again.

use super::digest::sha256_hex;
use super::keys::{Keys, RowKey};
use super::planner::Planner;
use super::records::{Booked, LastHostRow};
use crate::error::Fault;
use crate::rules::host_day::day_of;
use crate::words::{
    Calendar, CalendarKind, CalendarRef, Contact, Participant, Person, Sticky, UserId,
};

/// Who hosted a contact last on this calendar, if that counts there.
///
/// Only peeked at: a contact who books twice at once may get two hosts.
pub(crate) async fn last_host(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    invitee: &Participant,
) -> Result<Option<UserId>, Fault> {
    let Some(contact) = contact(calendar, invitee) else { return Ok(None) };
    let row = planner.keys.last_host(&calendar.as_ref(), &contact);
    Ok(planner.peek(&row).await?.map(|last| last.host))
}

/// Remembers who hosts a contact now.
pub(crate) async fn remember(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    booked: &Booked,
) -> Result<(), Fault> {
    let invitee = booked.participants.first().and_then(Person::known);
    let (Some(invitee), Some(host)) = (invitee, booked.slot.owner.user()) else {
        return Ok(());
    };
    let Some(contact) = contact(calendar, invitee) else { return Ok(()) };
    let row = planner.keys.last_host(&calendar.as_ref(), &contact);
    let known = planner.peek(&row).await?;
    let new = LastHostRow { host: host.clone(), seen_at: Some(planner.now) };
    if known.is_none_or(|last| last.host != new.host || is_a_day_older(&last, &new)) {
        planner.put(&row, &new)?;
    }
    Ok(())
}

/// To the day is near enough for what is kept for a year, and saves writing.
fn is_a_day_older(last: &LastHostRow, new: &LastHostRow) -> bool {
    let day = |row: &LastHostRow| row.seen_at.map(day_of);
    day(last) < day(new)
}

/// Where the last hosts of a contact stand on a calendar, by whatever they are known.
pub(crate) fn rows_of(
    keys: &Keys,
    calendar: &CalendarRef,
    contacts: impl IntoIterator<Item = Contact>,
) -> Vec<RowKey<LastHostRow>> {
    let row = |contact: Contact| keys.last_host(calendar, &digest(&contact));
    contacts.into_iter().map(row).collect()
}

/// Names a contact without saying who it is, where contacts are sticky: SHA-256, in hex, of the
/// host application's id of them, else their e-mail address, else their phone number. Who gives
/// none of them is nobody's contact.
fn contact(calendar: &Calendar, invitee: &Participant) -> Option<String> {
    let is_round_robin = matches!(calendar.kind, CalendarKind::RoundRobin(_));
    if !is_round_robin || calendar.sharing.sticky != Sticky::LastHost {
        return None;
    }
    Contact::all_of(invitee).next().map(|contact| digest(&contact))
}

fn digest(contact: &Contact) -> String {
    let named = match contact {
        Contact::Id(id) => format!("id {id}"),
        // Mail systems do not tell upper from lower case, whatever the standard says.
        Contact::Email(email) => format!("email {}", email.as_str().to_lowercase()),
        Contact::Phone(phone) => format!("phone {phone}"),
    };
    sha256_hex(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{
        CalendarRef, CollectiveHost, CollectiveHosts, Email, GridStep, Name, ParticipantId, Phone,
        RoundRobinHosts, SlotLength, SlotSettings, Zone,
    };

    fn calendar(kind: CalendarKind, sticky: Sticky) -> Calendar {
        let id = CalendarRef::new(
            "abc".to_owned().try_into().unwrap(),
            "demo".to_owned().try_into().unwrap(),
        );
        let slot = SlotSettings::new(SlotLength::new(30).unwrap(), GridStep::new(30).unwrap());
        let mut calendar = Calendar::new(id, Name::new("Demo").unwrap(), kind, Zone::UTC, slot);
        calendar.sharing.sticky = sticky;
        calendar
    }

    fn sticky() -> Calendar {
        calendar(CalendarKind::RoundRobin(RoundRobinHosts::default()), Sticky::LastHost)
    }

    fn pat() -> Participant {
        Participant::new(Name::new("Pat").unwrap())
    }

    fn email(address: &str) -> Participant {
        pat().with_email(Email::new(address).unwrap())
    }

    #[test]
    fn a_contact_is_known_by_id_then_email_then_phone() {
        let name = |invitee: &Participant| contact(&sticky(), invitee);
        let (id, phone) = (ParticipantId::new("p-1").unwrap(), Phone::new("+43 1 2345").unwrap());
        let known = email("Pat@Example.com").with_id(id.clone()).with_phone(phone.clone());
        assert_eq!(name(&known), name(&pat().with_id(id)));
        let called = email("Pat@Example.com").with_phone(phone.clone());
        assert_eq!(name(&called), name(&email("pat@example.COM")), "case does not matter");
        assert_ne!(name(&called), name(&pat().with_phone(phone)));
        assert_eq!(name(&pat()), None, "a name is shared by many");
        let id = ParticipantId::new("pat@example.com").unwrap();
        assert_ne!(
            name(&pat().with_id(id)),
            name(&email("pat@example.com")),
            "an id is no address"
        );
    }

    #[test]
    fn keys_hold_a_digest_and_nothing_personal() {
        let name = contact(&sticky(), &email("pat@example.com")).unwrap();
        assert_eq!(name.len(), 64);
        assert!(name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }

    #[test]
    fn contacts_stick_on_round_robins_that_say_so() {
        let (round_robin, pat) = (sticky().kind, email("pat@example.com"));
        assert_eq!(contact(&calendar(round_robin, Sticky::Off), &pat), None);
        let host = CollectiveHost::required("A001".to_owned().try_into().unwrap());
        let all = CalendarKind::Collective(CollectiveHosts::new(vec![host]).unwrap());
        assert_eq!(contact(&calendar(all, Sticky::LastHost), &pat), None);
    }
}
