//! What somebody asks for who books: read in one place for the form and for the API.

use slotlink::BookRequest;
use slotlink::words::{
    CalendarId, Email, FixedLocation, LocationText, Name, Notes, Participant, Phone,
};

use crate::web::form::Wrong;
use crate::when;

/// What was typed or sent, as it was. What is empty was not given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'a> {
    pub(crate) calendar: &'a str,
    pub(crate) start: &'a str,
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) notes: &'a str,
    pub(crate) place: &'a str,
}

fn given(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

impl Wish<'_> {
    /// What is asked for, if all fields can be read; of each that cannot, `wrong` says why.
    pub(crate) fn read(&self, wrong: &mut Wrong) -> Option<BookRequest> {
        let calendar = wrong.take("calendar", CalendarId::new(self.calendar));
        let start = wrong.take("start", when::instant(self.start));
        let invitee = self.invitee(wrong);
        let notes = given(self.notes).map(|notes| wrong.take("notes", Notes::new(notes)));
        let place = given(self.place).map(|place| wrong.take("place", LocationText::new(place)));
        let mut asked = BookRequest::new(calendar?, start?, invitee?);
        if let Some(notes) = notes {
            asked = asked.with_notes(notes?);
        }
        if let Some(place) = place {
            asked = asked.with_location(FixedLocation::Text(place?));
        }
        Some(asked)
    }

    fn invitee(&self, wrong: &mut Wrong) -> Option<Participant> {
        let name = wrong.take("name", Name::new(self.name.trim()));
        let email = given(self.email).map(|email| wrong.take("email", Email::new(email)));
        let phone = given(self.phone).map(|phone| wrong.take("phone", Phone::new(phone)));
        if email.is_none() && phone.is_none() {
            wrong.say("email", "please give an e-mail address or a phone number");
            return None;
        }
        let mut invitee = Participant::new(name?);
        if let Some(email) = email {
            invitee = invitee.with_email(email?);
        }
        if let Some(phone) = phone {
            invitee = invitee.with_phone(phone?);
        }
        Some(invitee)
    }
}
