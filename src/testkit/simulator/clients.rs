//! What clients ask for, by chance.

use chrono::{DateTime, Utc};

use super::Built;
use super::chance::Chance;
use super::deed::Deed;
use super::points::Step;
use super::swarm::{DeedClass, Swarm};
use super::told::{Guest, name_of};
use super::world::{Host, World};
use crate::words::{
    AccountId, AppointmentId, Calendar, CalendarKind, Email, Name, Participant, RequestId, Title,
    UserId,
};
use crate::{Appointment, BookRequest};

/// So many appointments are worked with at a time.
const MOST_KNOWN: usize = 12;
/// How often somebody books, of so many calls.
const BOOKINGS: u64 = 6;

/// What clients know.
pub(super) struct Clients {
    guests: Guest,
    known: Vec<Known>,
    /// Requests that may be sent again.
    requests: Vec<(Guest, Deed)>,
    calendars: Vec<Calendar>,
    /// Grows with every title and setting, so that no two are the same.
    versions: u32,
}

/// An appointment that somebody was told of.
#[derive(Clone)]
struct Known {
    guest: Guest,
    account: AccountId,
    calendar: usize,
    id: AppointmentId,
}

impl Clients {
    pub(super) fn new(world: &World) -> Self {
        let calendars = world.calendars.clone();
        Self { guests: 0, known: Vec::new(), requests: Vec::new(), calendars, versions: 0 }
    }

    /// Somebody was told of an appointment. Says whether they knew of it.
    pub(super) fn knows(&mut self, deed: &Deed, seen: &Appointment) -> bool {
        let Deed::Book(account, ..) = deed else { return false };
        if self.known.iter().any(|known| known.id == seen.id) {
            return true;
        }
        let is_it = |calendar: &Calendar| calendar.id == seen.calendar;
        let calendar = self.calendars.iter().position(is_it).unwrap_or_default();
        let name = seen.participants.first().and_then(|person| person.known());
        let guest = name.and_then(|person| person.name.as_str().strip_prefix("Guest "));
        if let Some(guest) = guest.and_then(|guest| guest.parse().ok()) {
            if self.known.len() >= MOST_KNOWN {
                self.known.remove(0);
            }
            self.known.push(Known { guest, account: account.clone(), calendar, id: seen.id });
        }
        false
    }

    /// What is asked for next.
    pub(super) fn draw(
        &mut self,
        world: &World,
        swarm: &Swarm,
        chance: &Chance,
    ) -> Built<(Deed, Option<Guest>)> {
        let of = |class| swarm.weight(class);
        let all: u64 = DeedClass::ALL.iter().map(|class| of(*class)).sum();
        let mut at = chance.below(all.saturating_add(BOOKINGS));
        for class in DeedClass::ALL {
            if at < of(*class) {
                return match self.one(*class, world, chance)? {
                    Some(deed) => Ok(deed),
                    None => self.book(world, chance),
                };
            }
            at = at.saturating_sub(of(*class));
        }
        self.book(world, chance)
    }

    fn one(
        &mut self,
        class: DeedClass,
        world: &World,
        chance: &Chance,
    ) -> Built<Option<(Deed, Option<Guest>)>> {
        let deed = match class {
            DeedClass::Repeat => {
                let again = chance.pick(&self.requests).cloned();
                return Ok(again.map(|(guest, deed)| (deed, Some(guest))));
            }
            DeedClass::Connect | DeedClass::Disconnect | DeedClass::Users => {
                chance.pick(&world.people).map(|host| of_user(class, host, world, chance))
            }
            DeedClass::Calendars => Some(self.put_calendar(chance)?),
            _ => return self.on_known(class, world, chance),
        };
        Ok(deed.map(|deed| (deed, None)))
    }

    fn on_known(
        &mut self,
        class: DeedClass,
        world: &World,
        chance: &Chance,
    ) -> Built<Option<(Deed, Option<Guest>)>> {
        let Some(known) = chance.pick(&self.known).cloned() else { return Ok(None) };
        let Known { guest, account, calendar, id } = known;
        let deed = match class {
            DeedClass::Confirm => Deed::Confirm(account, id),
            DeedClass::Cancel => Deed::Cancel(account, id),
            DeedClass::Delete => Deed::Delete(account, id),
            DeedClass::Reschedule => {
                let Some(to) = chance.pick(&world.starts) else { return Ok(None) };
                Deed::Reschedule(account, id, *to)
            }
            DeedClass::Reassign => {
                let Some(host) = self.host_of(calendar, chance) else { return Ok(None) };
                Deed::Reassign(account, id, host)
            }
            _ => Deed::Edit(account, id, self.title(guest)?),
        };
        Ok(Some((deed, Some(guest))))
    }

    /// What a step of a flow asks for. Nothing if it needs an appointment that nobody knows of.
    pub(super) fn of_flow(
        &mut self,
        step: Step,
        world: &World,
    ) -> Built<Option<(Deed, Option<Guest>)>> {
        let person = |at: usize| world.people.get(at).ok_or("there is no such user");
        let of_all = match step {
            Step::Book(calendar, start) => {
                let calendar = self.calendars.get(calendar).ok_or("there is no such calendar")?;
                let start = world.starts.get(start).ok_or("there is no such start")?;
                return self.book_on(calendar.clone(), *start, true).map(Some);
            }
            Step::Disconnect(at) => Deed::Disconnect(person(at)?.user.id.clone()),
            Step::Connect(at) => {
                Deed::Connect(person(at)?.user.id.clone(), person(at)?.zoom.clone())
            }
            Step::Work => Deed::RunDue(1000),
            _ => return self.on_first(step, world),
        };
        Ok(Some((of_all, None)))
    }

    fn on_first(&mut self, step: Step, world: &World) -> Built<Option<(Deed, Option<Guest>)>> {
        let Some(known) = self.known.first().cloned() else { return Ok(None) };
        let Known { guest, account, calendar, id } = known;
        let deed = match step {
            Step::Confirm => Deed::Confirm(account, id),
            Step::Cancel => Deed::Cancel(account, id),
            Step::Rename => Deed::Edit(account, id, self.title(guest)?),
            Step::Reschedule(start) => match world.starts.get(start) {
                Some(start) => Deed::Reschedule(account, id, *start),
                None => return Ok(None),
            },
            _ => {
                let users = self.calendars.get(calendar).map(|calendar| calendar.kind.users());
                match users.and_then(|users| users.last().map(|user| (*user).clone())) {
                    Some(host) => Deed::Reassign(account, id, host),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some((deed, Some(guest))))
    }

    fn host_of(&self, calendar: usize, chance: &Chance) -> Option<UserId> {
        let users = self.calendars.get(calendar)?.kind.users();
        chance.pick(&users).map(|user| (*user).clone())
    }

    fn title(&mut self, guest: Guest) -> Built<Title> {
        self.versions = self.versions.saturating_add(1);
        Ok(Title::new(format!("Visit {} of guest {guest}", self.versions))?)
    }

    fn book(&mut self, world: &World, chance: &Chance) -> Built<(Deed, Option<Guest>)> {
        let calendar = chance.pick(&self.calendars).ok_or("there is no calendar")?.clone();
        let start = *chance.pick(&world.starts).ok_or("there is no start")?;
        self.book_on(calendar, start, chance.one_in(2))
    }

    fn book_on(
        &mut self,
        calendar: Calendar,
        start: DateTime<Utc>,
        is_known: bool,
    ) -> Built<(Deed, Option<Guest>)> {
        self.guests = self.guests.saturating_add(1);
        let guest = self.guests;
        let email = Email::new(format!("guest{guest}@example.com"))?;
        let invitee = Participant::new(Name::new(name_of(guest))?).with_email(email);
        let title = Title::new(format!("First visit of guest {guest}"))?;
        let Calendar { account, id, .. } = calendar;
        let mut request = BookRequest::new(id, start, invitee).with_title(title);
        if is_known {
            request = request.with_request_id(RequestId::new(format!("request-{guest}"))?);
        }
        let deed = Deed::Book(account, start, request);
        if is_known {
            self.requests.push((guest, deed.clone()));
        }
        Ok((deed, Some(guest)))
    }

    /// Another order of the hosts, another name.
    fn put_calendar(&mut self, chance: &Chance) -> Built<Deed> {
        self.versions = self.versions.saturating_add(1);
        let calendar = chance.pick(&self.calendars).ok_or("there is no calendar")?;
        let mut calendar = calendar.clone();
        calendar.name = Name::new(format!("{} {}", calendar.id, self.versions))?;
        if let CalendarKind::RoundRobin(hosts) = &calendar.kind {
            let mut hosts = hosts.as_slice().to_vec();
            hosts.reverse();
            calendar.kind = CalendarKind::RoundRobin(hosts.try_into()?);
        }
        Ok(Deed::PutCalendar(Box::new(calendar)))
    }
}

fn of_user(class: DeedClass, host: &Host, world: &World, chance: &Chance) -> Deed {
    let user = host.user.id.clone();
    match class {
        DeedClass::Disconnect => Deed::Disconnect(user),
        DeedClass::Users if chance.one_in(2) => Deed::DeleteUser(user),
        DeedClass::Users => Deed::PutUser(Box::new(host.user.clone())),
        // Their own, one more of their own, or that of somebody else.
        _ => match chance.below(4) {
            0 => {
                let other = chance.pick(&world.people).unwrap_or(host);
                Deed::Connect(user, other.zoom.clone())
            }
            1 => Deed::Connect(user, host.second_zoom.clone()),
            _ => Deed::Connect(user, host.zoom.clone()),
        },
    }
}
