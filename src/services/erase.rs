//! Erasing somebody who takes part in appointments.

use async_trait::async_trait;

use super::calendars;
use super::caller::Caller;
use super::core::{Command, Core, Plan};
use super::keys::{APPOINTMENT, RowKey};
use super::planner::{Planner, decode};
use super::records::{AppointmentRow, Booked, CalendarRow, EventKind, LastHostRow};
use super::shapes::Shape;
use super::upcoming::Affected;
use super::{journal, kept, sticky};
use crate::error::{Error, Fault};
use crate::ports::Page;
use crate::words::{
    AccountId, AppointmentId, CalendarRef, Contact, LinkId, Location, Participant, Person, Status,
    Title, Topic,
};

/// Rows of a page of a scan.
const SCAN_PAGE: u16 = 100;
/// Rows removed by one commit.
const BATCH: usize = 90;

/// Somebody was erased.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Erased {
    /// In how many appointments.
    pub appointments: usize,
    /// Those of them that are pending or confirmed and not over, by start.
    pub upcoming: Vec<Affected>,
}

/// Erases somebody in all appointments of an account. What cannot be done does not stop the rest; the
/// first trouble is the answer. `renamed` are the links of which Zoom is to be told.
pub(crate) async fn erase_participant(
    core: &Core,
    caller: &Caller,
    contacts: &[Contact],
    renamed: &mut Vec<LinkId>,
) -> Result<Erased, Error> {
    caller.check_admin(&mut core.planner()?, None, "erase a participant").await?;
    let account = caller.account();
    let mut erasure = Erasure { core, account, contacts, erased: Erased::default(), trouble: None };
    erasure.in_appointments(renamed).await?;
    erasure.in_last_hosts().await?;
    erasure.erased.upcoming.sort_by_key(|one| (one.start, one.appointment));
    erasure.trouble.map_or(Ok(erasure.erased), Err)
}

struct Erasure<'a> {
    core: &'a Core,
    account: &'a AccountId,
    contacts: &'a [Contact],
    erased: Erased,
    trouble: Option<Error>,
}

impl Erasure<'_> {
    async fn in_appointments(&mut self, renamed: &mut Vec<LinkId>) -> Result<(), Fault> {
        for id in self.find().await? {
            let erase = EraseFrom { account: self.account, contacts: self.contacts, id };
            match self.core.run(&erase).await {
                Ok(None) => {}
                Ok(Some(done)) => {
                    self.erased.appointments = self.erased.appointments.saturating_add(1);
                    renamed.extend(done.renamed);
                    self.erased.upcoming.extend(done.upcoming);
                }
                Err(error) => self.meet(error),
            }
        }
        Ok(())
    }

    fn meet(&mut self, trouble: Error) {
        self.trouble.get_or_insert(trouble);
    }

    /// The appointments in which they take part. All are looked for before any is changed.
    async fn find(&mut self) -> Result<Vec<AppointmentId>, Fault> {
        let scan = self.core.keys.all_of_account(self.account, APPOINTMENT);
        let mut found = Vec::new();
        let mut page = Page::first(SCAN_PAGE);
        loop {
            let answer = self.core.scan(&scan, &page).await?;
            for (key, row) in &answer.rows {
                match decode(key, &row.row) {
                    Ok(AppointmentRow::Kept(booked)) if takes_part(&booked, self.contacts) => {
                        found.push(booked.id);
                    }
                    Ok(_) => {}
                    Err(unreadable) => self.meet(unreadable.into()),
                }
            }
            match answer.next {
                Some(cursor) => page = Page::after(cursor, SCAN_PAGE),
                None => return Ok(found),
            }
        }
    }

    /// Forgets who hosted them last, also where their appointments are gone.
    async fn in_last_hosts(&mut self) -> Result<(), Error> {
        let keys = &self.core.keys;
        let scan = keys.all_of_account(self.account, CalendarRow::KIND);
        let calendars: Vec<CalendarRow> = self.core.scan_all(&scan).await?;
        let of = |row: &CalendarRow| row.calendar.as_ref();
        let rows = calendars.iter().map(of);
        let rows: Vec<_> = rows
            .flat_map(|calendar| sticky::rows_of(keys, &calendar, self.contacts.iter().cloned()))
            .collect();
        for rows in rows.chunks(BATCH) {
            if let Err(error) = self.core.run(&ForgetLastHosts(rows)).await {
                self.meet(error);
            }
        }
        Ok(())
    }
}

fn takes_part(booked: &Booked, contacts: &[Contact]) -> bool {
    booked.participants.iter().any(|person| is_theirs(person, contacts).is_some())
}

/// The participant, if they have one of these contacts.
fn is_theirs<'p>(person: &'p Person, contacts: &[Contact]) -> Option<&'p Participant> {
    let has = |participant: &&Participant| {
        Contact::all_of(participant).any(|own| contacts.iter().any(|one| one.is_same(&own)))
    };
    person.known().filter(has)
}

/// What became of one appointment.
struct ErasedFrom {
    renamed: Option<LinkId>,
    upcoming: Option<Affected>,
}

struct EraseFrom<'a> {
    account: &'a AccountId,
    contacts: &'a [Contact],
    id: AppointmentId,
}

#[async_trait]
impl Command for EraseFrom<'_> {
    /// `None`: they do not take part in it any more.
    type Done = Option<ErasedFrom>;
    const NAME: &'static str = "erase_from";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<Self::Done>, Error> {
        let row = planner.keys.appointment(self.account, self.id);
        let Some(AppointmentRow::Kept(mut booked)) = planner.load(&row).await? else {
            return Ok(Plan::Nothing(None));
        };
        if !takes_part(&booked, self.contacts) {
            return Ok(Plan::Nothing(None));
        }
        let invitee = booked.participants.first();
        let invitee = invitee.and_then(|one| is_theirs(one, self.contacts)).cloned();
        for person in &mut booked.participants {
            if is_theirs(person, self.contacts).is_some() {
                *person = Person::Erased;
            }
        }
        let mut renamed = None;
        if let Some(invitee) = invitee {
            renamed = erase_words(planner, &mut booked).await?;
            let calendar = booked.calendar().clone();
            forget_last_host(planner, &calendar, &invitee).await?;
        }
        journal::appointment(planner, &mut booked, EventKind::AppointmentEdited)?;
        kept::put(planner, &booked)?;
        let is_ahead = matches!(booked.status, Status::Pending | Status::Confirmed)
            && planner.now < booked.interval().end();
        let upcoming = is_ahead.then(|| affected(&booked));
        Ok(Plan::Commit(Some(ErasedFrom { renamed, upcoming })))
    }
}

fn affected(booked: &Booked) -> Affected {
    Affected {
        account: booked.account().clone(),
        appointment: booked.id,
        start: booked.interval().start(),
    }
}

/// Removes what the invitee wrote. Answers with the link that was called so, if there is one.
async fn erase_words(
    planner: &mut Planner<'_>,
    booked: &mut Booked,
) -> Result<Option<LinkId>, Error> {
    let calendar = calendars::settings(planner, booked.calendar()).await?;
    let before = std::mem::replace(&mut booked.title, Title::from(calendar.name));
    booked.notes = None;
    if std::mem::take(&mut booked.location_answered) {
        booked.location = Location::Unset;
    }
    let Some(id) = booked.link else { return Ok(None) };
    let row = planner.keys.link(booked.account(), id);
    // One that was dropped may be gone by age.
    let Some(mut link) = planner.load(&row).await? else { return Ok(None) };
    let is_theirs = link.used_by.iter().all(|user| *user == booked.id)
        || link.topic() == Some(&Topic::fit(before.as_str()));
    if link.is_dropped() || !is_theirs {
        return Ok(None);
    }
    link.erase_topic(Topic::fit(booked.title.as_str()), planner.now);
    planner.put(&row, &link)?;
    Ok(Some(id))
}

async fn forget_last_host(
    planner: &mut Planner<'_>,
    calendar: &CalendarRef,
    invitee: &Participant,
) -> Result<(), Fault> {
    let rows = sticky::rows_of(planner.keys, calendar, Contact::all_of(invitee));
    planner.peek_all(&rows).await?;
    rows.iter().for_each(|row| planner.delete(row));
    Ok(())
}

struct ForgetLastHosts<'a>(&'a [RowKey<LastHostRow>]);

#[async_trait]
impl Command for ForgetLastHosts<'_> {
    type Done = ();
    const NAME: &'static str = "forget_last_hosts";

    async fn plan(&self, _: &Core, planner: &mut Planner<'_>) -> Result<Plan<()>, Error> {
        let found = planner.peek_all(self.0).await?;
        let mut none = true;
        for (row, _) in self.0.iter().zip(found).filter(|(_, found)| found.is_some()) {
            planner.delete(row);
            none = false;
        }
        Ok(if none { Plan::Nothing(()) } else { Plan::Commit(()) })
    }
}
