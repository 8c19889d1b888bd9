//! Erasing somebody who takes part in appointments.

use chrono::{DateTime, Utc};
use slotlink::testkit::block_on;
use slotlink::words::{
    Contact, Email, FixedLocation, LocationSetting, Notes, Participant, ParticipantId, Person,
    Phone, Role, Title,
};
use slotlink::{Appointment, BookRequest, Caller, MeetingLocation};

use crate::recorded::Recorded;
use crate::retention::{Lab, TEN};
use crate::row_file::FiledRow;
use crate::world::{abc, at, caller, invitee, request, round_robin, user};

const NOON: &str = "2026-11-24T12:00:00Z";
const ONE: &str = "2026-11-24T13:00:00Z";

pub(crate) fn email(name: &str) -> Contact {
    Contact::Email(Email::new(format!("{name}@example.com")).unwrap())
}

pub(crate) fn knee(start: &str) -> BookRequest {
    request(start, "Pat")
        .with_title(Title::new("Pat's knee").unwrap())
        .with_notes(Notes::new("It hurts again.").unwrap())
        .with_participants([invitee("Lou")])
}

fn read(lab: &Lab, id: slotlink::words::AppointmentId) -> Appointment {
    block_on(lab.scheduler.appointment(&caller(), id)).unwrap()
}

fn erase(lab: &Lab, contact: Contact) -> slotlink::Erased {
    block_on(lab.scheduler.erase_participant(&caller(), &[contact])).unwrap()
}

#[test]
fn an_invitee_goes_with_all_they_wrote_and_the_rest_stays() {
    let lab = Lab::new();
    let first = lab.book(&knee(TEN));
    let brought = lab.book(&request(NOON, "Sam").with_participants([invitee("Pat")]));
    let cancelled = lab.book(&knee(ONE)).id;
    block_on(lab.scheduler.cancel(&caller(), cancelled)).unwrap();
    let others = lab.book(&request("2026-11-24T14:00:00Z", "Sam"));
    let counts =
        ["slot", "link", "listed", "assignments", "day"].map(|kind| lab.store.values(kind));

    let erased = erase(&lab, email("PAT"));
    let upcoming: Vec<_> = erased.upcoming.iter().map(|one| (one.appointment, one.start)).collect();
    assert_eq!(erased.appointments, 3);
    assert_eq!(upcoming, [(first.id, at(TEN)), (brought.id, at(NOON))]);
    for text in ["pat@example.com", "\"Pat", "knee", "hurts"] {
        assert!(lab.store.kinds_with(text).is_empty(), "{text}: {:?}", lab.store.kinds_with(text));
    }
    let now = read(&lab, first.id);
    assert_eq!(now.participants, [Person::Erased, Person::Known(invitee("Lou"))]);
    assert_eq!((now.title.as_str(), &now.notes), ("Demo", &None));
    let stays = |seen: &Appointment| {
        (seen.status, seen.interval, seen.hosts.clone(), seen.location.clone())
    };
    assert_eq!(stays(&now), stays(&first));
    let now = read(&lab, brought.id);
    assert_eq!(now.participants, [Person::Known(invitee("Sam")), Person::Erased]);
    assert_eq!((now.title, now.notes), (brought.title, brought.notes), "Sam's words");
    assert_eq!(read(&lab, others.id), others);
    // Only the links show titles; nothing else moves.
    for (kind, before) in ["slot", "listed", "assignments", "day"]
        .into_iter()
        .zip([&counts[0], &counts[2], &counts[3], &counts[4]])
    {
        assert_eq!(lab.store.values(kind), *before, "{kind}");
    }
    lab.store.assert_sound(DateTime::<Utc>::UNIX_EPOCH);
    let topics: Vec<String> = lab.zoom.meetings().into_iter().map(|one| one.topic).collect();
    assert!(topics.iter().all(|topic| topic == "Demo") && topics.len() == 3, "R12: {topics:?}");
    assert_eq!(erase(&lab, email("pat")), slotlink::Erased::default(), "again is nothing");
}

#[test]
fn one_is_recognised_by_id_email_or_phone_however_it_is_written() {
    let known = || {
        let (phone, id) = (Phone::new("+43 1 23-45").unwrap(), ParticipantId::new("c-17").unwrap());
        let one: Participant = invitee("Pat").with_phone(phone).with_id(id);
        BookRequest::new(crate::world::demo(), at(TEN), one)
    };
    let phone = |text: &str| Contact::Phone(Phone::new(text).unwrap());
    let id = |text: &str| Contact::Id(ParticipantId::new(text).unwrap());
    let theirs = [email("pAt"), phone("+4312345"), phone("+43 (1) 2345"), id("c-17")];
    let not_theirs =
        [email("pam"), phone("+4312346"), phone("-"), id("C-17"), id("pat@example.com")];
    for (contacts, expected) in [(theirs.as_slice(), 1), (&not_theirs, 0)] {
        for contact in contacts {
            let lab = Lab::new();
            lab.book(&known());
            assert_eq!(lab.store.count("last host"), 1);
            assert_eq!(erase(&lab, contact.clone()).appointments, expected, "{contact:?}");
            assert_eq!(
                lab.store.count("last host"),
                1 - expected,
                "known there by their id: {contact:?}"
            );
        }
    }
}

/// Where the appointment is deleted, who hosted them last is still known by their contact.
#[test]
fn the_last_host_is_forgotten_where_the_appointment_is_gone() {
    let lab = Lab::new();
    let booked = lab.book(&request(TEN, "Pat")).id;
    block_on(lab.scheduler.delete(&caller(), booked)).unwrap();
    assert_eq!(lab.store.count("last host"), 1);
    assert_eq!(erase(&lab, email("pat")).appointments, 0);
    assert_eq!(lab.store.count("last host"), 0);
}

/// Titles are erased with the link that shows them, also of links that are dropped and forgotten.
#[test]
fn a_dropped_link_keeps_no_title() {
    let lab = Lab::new();
    let booked = lab.book(&knee(TEN)).id;
    block_on(lab.scheduler.reschedule(&caller(), booked, at(NOON), None)).unwrap();
    lab.run(100);
    assert_eq!(lab.store.count("link"), 2);
    let with_title =
        lab.store.values("link").into_iter().filter(|link| link["topic"] == "Pat's knee");
    assert_eq!(with_title.count(), 1);
    erase(&lab, email("pat"));
    assert!(lab.store.kinds_with("knee").is_empty());
}

/// The owner of the link is not connected: Zoom is told once they are, and the old title is gone.
#[test]
fn zoom_is_told_when_it_can_be() {
    let lab = Lab::new();
    lab.book(&knee(TEN));
    lab.connect("A001", "zoom-other").unwrap();
    erase(&lab, email("pat"));
    assert!(lab.store.kinds_with("knee").is_empty(), "{:?}", lab.store.kinds_with("knee"));
    lab.connect("A001", "zoom-a").unwrap();
    lab.run(100);
    assert_eq!(lab.zoom.meetings()[0].topic, "Demo");
}

#[test]
fn the_place_that_an_invitee_named_is_theirs() {
    let lab = Lab::new();
    let mut calendar = round_robin(&["A001"]);
    calendar.location = Some(LocationSetting::Ask);
    block_on(lab.scheduler.put_calendar(&caller(), &calendar)).unwrap();
    let phone = Phone::new("+43 99 88 77").unwrap();
    let booked = lab.book(&request(TEN, "Pat").with_location(FixedLocation::Phone(phone))).id;
    erase(&lab, email("pat"));
    assert_eq!(read(&lab, booked).location, MeetingLocation::Unset);
    assert!(lab.store.kinds_with("+43 99").is_empty());
}

#[test]
fn only_admins_and_the_system_erase_and_only_in_their_account() {
    let lab = Lab::new();
    lab.add_user("B002");
    lab.book(&request(TEN, "Pat"));
    let erase = |by: &Caller| block_on(lab.scheduler.erase_participant(by, &[email("pat")]));
    let (as_user, guest) = (Caller::user(abc(), user("B002")), Caller::invitee(abc()));
    let outsider = Caller::user(abc(), user("X"));
    for (by, kind) in
        [(&as_user, "not_permitted"), (&guest, "not_permitted"), (&outsider, "not_a_member")]
    {
        assert_eq!(erase(by).unwrap_err().kind(), kind);
    }
    let other = slotlink::words::AccountId::new("other").unwrap();
    assert_eq!(erase(&Caller::system(other.clone())).unwrap_err().kind(), "not_found");
    let account =
        slotlink::words::Account::new(other.clone(), slotlink::words::Name::new("O").unwrap());
    block_on(lab.scheduler.put_account(&account)).unwrap();
    assert_eq!(erase(&Caller::system(other)).unwrap().appointments, 0);
    assert!(lab.store.kinds_with("pat@").contains("appointment"));
    block_on(lab.scheduler.put_membership(&abc(), &user("B002"), Role::Admin)).unwrap();
    assert_eq!(erase(&as_user).unwrap().appointments, 1);
}

/// An appointment that newer code has written is not touched, and said; the others are erased.
#[test]
fn a_row_that_cannot_be_read_is_told_and_stops_no_other() {
    let lab = Lab::new();
    let key = lab.book(&request(TEN, "Pat")).id;
    let (found, row) = lab.store.stored("appointment").remove(0);
    let mut sort = found.sort().to_vec();
    sort.truncate(sort.len() - 16);
    sort.extend([0; 16]);
    let (partition, json) =
        (found.partition().to_vec(), String::from_utf8(row.json.to_vec()).unwrap());
    let newer = FiledRow { partition, sort, schema: 99, due: None, json };
    Recorded::load(&lab.store, &[newer]);
    let told = block_on(lab.scheduler.erase_participant(&caller(), &[email("pat")]));
    assert_eq!(told.unwrap_err().kind(), "newer_row");
    assert_eq!(read(&lab, key).participants, [Person::Erased]);
}
