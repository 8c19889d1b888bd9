//! ABC Marketing books on a round robin and a collective calendar, over the in-memory store and
//! the simulated Zoom: links are made, kept, shared, moved and dropped by the rules.
//!
//! `cargo run --example booking_flow`
#![expect(clippy::print_stdout, reason = "it tells a story")]

use std::error::Error;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use slotlink::rules::LinkState;
use slotlink::testkit::{ManualClock, SimulatedZoom, TestSealer, ZoomVisit, block_on};
use slotlink::words::{
    Account, AccountId, Calendar, CalendarId, CalendarKind, CalendarRef, CollectiveHost,
    CollectiveHosts, Email, GridStep, Hours, Name, Participant, Role, RoundRobinHost,
    RoundRobinHosts, Seats, Secret, SlotLength, SlotSettings, Title, User, UserId, WeeklyHours,
    Window, Zone, ZoomAccountId,
};
use slotlink::zoom::{ZoomApp, ZoomClient};
use slotlink::{Appointment, BookRequest, Caller, Edit, MeetingLocation, MemoryStore, Scheduler};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

struct Crm {
    scheduler: Scheduler,
    zoom: Arc<SimulatedZoom>,
    by: Caller,
}

fn main() -> Outcome {
    block_on(async {
        let crm = open_for_business().await?;
        connect_zoom(&crm).await?;
        round_robin(&crm).await?;
        collective(&crm).await?;
        restored_user(&crm).await
    })
}

/// The account, its three users, a round robin and a collective calendar.
async fn open_for_business() -> Outcome<Crm> {
    let clock = Arc::new(ManualClock::new("2026-11-23T08:00:00Z".parse()?));
    let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
    let app = ZoomApp::new("id", Secret::new("secret"));
    let client = Arc::new(ZoomClient::new(app, zoom.clone()));
    let scheduler = Scheduler::builder(Arc::new(MemoryStore::new()), client)
        .clock(clock)
        .sealer(Arc::new(TestSealer))
        .build()?;

    let account = AccountId::new("abc")?;
    scheduler.put_account(&Account::new(account.clone(), Name::new("ABC Marketing")?)).await?;
    let crm = Crm { scheduler, zoom, by: Caller::system(account) };
    for (id, mail) in [("A001", "a"), ("B002", "b"), ("C003", "c")] {
        add_user(&crm, id, mail).await?;
    }
    let hosts = ["A001", "B002"].map(|id| Ok(RoundRobinHost::new(UserId::new(id)?)));
    let hosts = hosts.into_iter().collect::<Outcome<Vec<_>>>()?;
    let demo = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts)?);
    put_calendar(&crm, "demo", "Product demo", demo, 2).await?;

    let hosts = ["C003", "B002"].map(|id| Ok(CollectiveHost::required(UserId::new(id)?)));
    let hosts = hosts.into_iter().collect::<Outcome<Vec<_>>>()?;
    let kickoff = CalendarKind::Collective(CollectiveHosts::new(hosts)?);
    put_calendar(&crm, "kickoff", "Kick-off", kickoff, 1).await?;
    Ok(crm)
}

async fn add_user(crm: &Crm, id: &str, mail: &str) -> Outcome {
    let open: Window = "09:00-17:00".parse()?;
    let weekly = WeeklyHours::monday_to_friday(&[open]);
    let hours = Hours::new(Zone::new("America/New_York")?).with_weekly(weekly);
    let email = Email::new(format!("{mail}@abcmarketing.com"))?;
    let user = User::new(UserId::new(id)?, Name::new(format!("User {id}"))?, email, hours);
    crm.scheduler.put_user(&user).await?;
    crm.scheduler.put_membership(crm.by.account(), &user.id, Role::User).await?;
    Ok(())
}

async fn put_calendar(crm: &Crm, id: &str, name: &str, kind: CalendarKind, seats: u16) -> Outcome {
    let slot = SlotSettings::new(SlotLength::new(30)?, GridStep::new(30)?);
    let owner = CalendarRef::new(crm.by.account().clone(), CalendarId::new(id)?);
    let zone = Zone::new("America/New_York")?;
    let slot = slot.with_seats(Seats::new(seats)?);
    let calendar = Calendar::new(owner, Name::new(name)?, kind, zone, slot);
    crm.scheduler.put_calendar(&crm.by, &calendar).await?;
    Ok(())
}

/// Each user connects a Zoom account of their own.
async fn connect_zoom(crm: &Crm) -> Outcome {
    println!("== Users connect their Zoom accounts");
    for (id, zoom) in [("A001", "zoom-a"), ("B002", "zoom-b"), ("C003", "zoom-c")] {
        try_to_connect(crm, id, zoom).await?;
    }
    try_to_connect(crm, "B002", "zoom-a").await
}

async fn try_to_connect(crm: &Crm, id: &str, zoom: &str) -> Outcome {
    let (user, zoom) = (UserId::new(id)?, ZoomAccountId::new(zoom)?);
    // The browser goes to Zoom's page, where the user consents, and comes back.
    match ZoomVisit::new(&crm.scheduler, &crm.zoom).connect(&user, &zoom).await {
        Ok(connected) => println!("   {user} connected {}", connected.zoom),
        Err(error) => println!("   {user} with {zoom}: {} ({error})", error.kind()),
    }
    Ok(())
}

async fn round_robin(crm: &Crm) -> Outcome {
    let (ten, eleven) = (at("2026-11-24T15:00:00Z")?, at("2026-11-24T16:00:00Z")?);
    let id = CalendarId::new("demo")?;
    let day = at("2026-11-24T00:00:00Z")?;
    let slots = crm.scheduler.slots(&crm.by, &id, day, at("2026-11-25T00:00:00Z")?).await?;
    println!("\n== Round robin \"Product demo\", two seats: {} slots on Tuesday", slots.len());

    let pat = book(crm, "demo", ten, "Pat").await?;
    show(crm, "Pat books 10:00", &pat);
    let sam = book(crm, "demo", ten, "Sam").await?;
    show(crm, "Sam books 10:00 too: same host, same link", &sam);
    let edit = Edit::new().with_title(Title::new("Demo for Pat")?);
    let pat = crm.scheduler.edit(&crm.by, pat.id, &edit).await?;
    show(crm, "Pat's title changes: the link stays", &pat);
    let sam = crm.scheduler.reschedule(&crm.by, sam.id, eleven, None).await?;
    show(crm, "Sam moves to 11:00: a new link", &sam);
    let pat = crm.scheduler.reschedule(&crm.by, pat.id, eleven, None).await?;
    show(crm, "Pat moves there too: the slot's link is reused", &pat);
    work(crm).await?;
    println!("   the link of 10:00, now unused, is deleted: {}", meetings(crm));
    crm.scheduler.cancel(&crm.by, sam.id).await?;
    println!("   Sam cancels: Pat still uses the link: {}", meetings(crm));
    let pat = crm.scheduler.cancel(&crm.by, pat.id).await?;
    work(crm).await?;
    show(crm, "Pat cancels: nobody uses it any more", &pat);
    let again = book(crm, "demo", eleven, "Kim").await?;
    show(crm, "Kim books 11:00: a dropped link never comes back", &again);
    Ok(())
}

async fn collective(crm: &Crm) -> Outcome {
    println!(
        "\n== Collective \"Kick-off\": C003 and B002 together, the link on C003's Zoom account"
    );
    let kickoff = book(crm, "kickoff", at("2026-11-25T15:00:00Z")?, "Lee").await?;
    show(crm, "Lee books 10:00", &kickoff);
    let taken = book(crm, "kickoff", at("2026-11-25T15:00:00Z")?, "Max").await;
    let taken = taken.err().map_or_else(String::new, |error| error.to_string());
    println!("   Max wants it too: {taken}");
    let moved = crm.scheduler.reschedule(&crm.by, kickoff.id, at("2026-11-26T15:00:00Z")?, None);
    show(crm, "Lee moves to Thursday", &moved.await?);
    work(crm).await?;
    println!("   Wednesday's meeting is deleted once Thursday's is made: {}", meetings(crm));
    Ok(())
}

/// The user id is what counts, not the e-mail address.
async fn restored_user(crm: &Crm) -> Outcome {
    println!("\n== A001 is deleted, and restored by support as A004 with the same e-mail address");
    let affected = crm.scheduler.delete_user(&UserId::new("A001")?).await?;
    println!("   A001 still had {} upcoming appointment(s)", affected.len());
    add_user(crm, "A004", "a").await?;
    try_to_connect(crm, "A004", "zoom-a").await
}

async fn book(crm: &Crm, calendar: &str, start: DateTime<Utc>, who: &str) -> Outcome<Appointment> {
    let email = Email::new(format!("{}@example.com", who.to_lowercase()))?;
    let invitee = Participant::new(Name::new(who)?).with_email(email);
    let request = BookRequest::new(CalendarId::new(calendar)?, start, invitee);
    Ok(crm.scheduler.book(&crm.by, &request).await?)
}

/// What a worker task of the host application does all the time.
async fn work(crm: &Crm) -> Outcome {
    crm.scheduler.run_due(100).await?;
    Ok(())
}

fn at(text: &str) -> Outcome<DateTime<Utc>> {
    Ok(text.parse()?)
}

fn show(crm: &Crm, what: &str, appointment: &Appointment) {
    let hosts: Vec<&str> = appointment.hosts.iter().map(UserId::as_str).collect();
    let link = match &appointment.location {
        MeetingLocation::Zoom(LinkState::Ready { join_url, .. }) => join_url.as_str().to_owned(),
        MeetingLocation::Zoom(state) => format!("{state:?}"),
        other => format!("{other:?}"),
    };
    println!("   {what}\n      {} with {}: {link}", appointment.status, hosts.join(" and "));
    println!("      at Zoom: {}", meetings(crm));
}

fn meetings(crm: &Crm) -> String {
    let count = crm.zoom.meetings().len();
    let sent: u32 = crm.zoom.requests_today().values().sum();
    format!("{count} meeting(s), {sent} request(s) today")
}
