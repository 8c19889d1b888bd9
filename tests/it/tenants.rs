//! Accounts never see each other's rows (R5, I17): whatever is called, by whomever, with whatever ids.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use slotlink::testkit::{ManualClock, SimulatedZoom, ZoomVisit, block_on};
use slotlink::words::{
    Account, AccountId, AppointmentFilter, AppointmentId, Calendar, CalendarId, CalendarKind,
    CalendarRef, Contact, Email, ListPage, LocationSetting, Mark, Name, RequestId, Revision, Role,
    RoundRobinHost, RoundRobinHosts, StatedReason, Title, User, UserId, Zone, ZoomAccountId,
};
use slotlink::{Actor, BookRequest, Caller, Edit, Error, MemoryStore, MessagePage, Scheduler};

use crate::world::{at, builder, hours, invitee, slot_settings, user};

/// Notes whose partitions are read or written.
#[derive(Default)]
struct Partitions {
    store: MemoryStore,
    touched: Mutex<BTreeSet<String>>,
}

/// The account whose row it is, if it is an account's.
fn account_of(key: &Key) -> Option<String> {
    let mut parts = key.partition().split(|byte| *byte == 0);
    let kind = parts.next()?;
    let id = parts.next()?.strip_prefix(&[1])?;
    (kind == b"account").then(|| String::from_utf8_lossy(id).into_owned())
}

impl Partitions {
    fn touch<'a>(&self, keys: impl IntoIterator<Item = &'a Key>) {
        self.touched.lock().unwrap().extend(keys.into_iter().filter_map(account_of));
    }
}

#[async_trait]
impl Store for Partitions {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.touch(keys);
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.touch(change.operations().iter().map(|operation| &operation.key));
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        if let Scan::Range { from, to } = scan {
            self.touch([from, to]);
        }
        self.store.scan(scan, page).await
    }
}

/// Two accounts, both with a calendar "demo", an admin, a user, and somebody who belongs to both.
struct Two {
    store: Arc<Partitions>,
    scheduler: Scheduler,
    booked: [AppointmentId; 2],
}

impl Two {
    /// The revision that a calendar has, whosever it is.
    fn revision(&self, calendar: &CalendarId) -> Revision {
        let of = |id| {
            let by = Caller::system(account(id));
            block_on(self.scheduler.calendar_with_revision(&by, calendar)).ok()
        };
        let found = ACCOUNTS.into_iter().find_map(of).unwrap().1;
        self.store.touched.lock().unwrap().clear();
        found
    }
}

const ACCOUNTS: [&str; 2] = ["abc", "xyz"];
const BOTH: &str = "both";

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

fn calendar(of: &str, id: &str) -> Calendar {
    let hosts = [BOTH, &format!("{of}-user")].map(|id| RoundRobinHost::new(user(id)));
    let kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts.to_vec()).unwrap());
    let id = CalendarRef::new(account(of), CalendarId::new(id).unwrap());
    Calendar::new(id, Name::new("Demo").unwrap(), kind, Zone::UTC, slot_settings(30))
}

fn request(start: &str, id: &str) -> BookRequest {
    let id = RequestId::new(id).unwrap();
    let demo = CalendarId::new("demo").unwrap();
    BookRequest::new(demo, at(start), invitee("Pat")).with_request_id(id)
}

fn add(scheduler: &Scheduler, id: &str, accounts: &[&str], role: Role) {
    let email = Email::new(format!("{id}@example.com")).unwrap();
    let new = User::new(user(id), Name::new(id).unwrap(), email, hours());
    block_on(scheduler.put_user(&new)).unwrap();
    for id in accounts {
        block_on(scheduler.put_membership(&account(id), &new.id, role)).unwrap();
    }
}

fn two() -> Two {
    let clock = Arc::new(ManualClock::new(at("2026-11-23T08:00:00Z")));
    let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
    let store = Arc::new(Partitions::default());
    let scheduler = builder(store.clone(), &zoom, &clock, 3).build().unwrap();
    for id in ACCOUNTS {
        let new = Account::new(account(id), Name::new("An account").unwrap());
        block_on(scheduler.put_account(&new)).unwrap();
        add(&scheduler, &format!("{id}-user"), &[id], Role::User);
        add(&scheduler, &format!("{id}-admin"), &[id], Role::Admin);
    }
    add(&scheduler, BOTH, &ACCOUNTS, Role::User);
    let visit = ZoomVisit::new(&scheduler, &zoom);
    block_on(visit.connect(&user(BOTH), &ZoomAccountId::new("zoom-both").unwrap())).unwrap();
    let booked = ACCOUNTS.map(|id| {
        let by = Caller::system(account(id));
        block_on(scheduler.put_calendar(&by, &calendar(id, "demo"))).unwrap();
        // Only one account has this one.
        block_on(scheduler.put_calendar(&by, &calendar(id, &format!("{id}-only")))).unwrap();
        let start = if id == "abc" { "2026-11-24T10:00:00Z" } else { "2026-11-24T11:00:00Z" };
        block_on(scheduler.book(&by, &request(start, "first"))).unwrap().id
    });
    Two { store, scheduler, booked }
}

fn actors() -> Vec<Actor> {
    let reason = || StatedReason::new("to see what happens").unwrap();
    let mut actors = vec![Actor::System, Actor::Invitee, Actor::User(user(BOTH))];
    for id in ACCOUNTS {
        let (one, admin) = (user(&format!("{id}-user")), user(&format!("{id}-admin")));
        actors.push(Actor::User(one.clone()));
        actors.push(Actor::User(admin.clone()));
        actors.push(Actor::logged_in_as(admin.clone(), one, reason()));
        actors.push(Actor::logged_in_as(admin, user(BOTH), reason()));
    }
    actors
}

/// Every call that is for an account, with ids of its own and of the other.
fn call(two: &Two, by: &Caller, number: usize, ids: &Ids) -> Option<Result<(), Error>> {
    let Ids { calendar, appointment, host, request_id } = ids;
    let (scheduler, appointment) = (&two.scheduler, *appointment);
    let day = (at("2026-11-24T00:00:00Z"), at("2026-11-25T00:00:00Z"));
    let noon = at("2026-11-24T12:00:00Z");
    let place = LocationSetting::Zoom;
    let book = BookRequest::new(calendar.clone(), at("2026-11-24T13:00:00Z"), invitee("Sam"))
        .with_host(host.clone())
        .with_request_id(RequestId::new(request_id.as_str()).unwrap());
    let edit = Edit::new().with_title(Title::new("Renamed").unwrap());
    let whole = calendar_of(by, calendar, host);
    let filter = AppointmentFilter::new().on(calendar.clone()).hosted_by(host.clone());
    let contact = Contact::Email(Email::new("pat@example.com").unwrap());
    Some(match number {
        0 => block_on(scheduler.slots(by, calendar, day.0, day.1)).map(drop),
        1 => block_on(scheduler.explain(by, calendar, noon)).map(drop),
        2 => block_on(scheduler.book(by, &book)).map(drop),
        3 => block_on(scheduler.confirm(by, appointment)).map(drop),
        4 => block_on(scheduler.edit(by, appointment, &edit)).map(drop),
        5 => block_on(scheduler.reschedule(by, appointment, noon, Some(host))).map(drop),
        6 => block_on(scheduler.reassign(by, appointment, host)).map(drop),
        7 => block_on(scheduler.mark(by, appointment, Mark::Showed)).map(drop),
        8 => block_on(scheduler.appointment(by, appointment)).map(drop),
        9 => block_on(scheduler.appointments(by, &filter, &ListPage::default())).map(drop),
        10 => block_on(scheduler.put_calendar(by, &whole)).map(drop),
        11 => block_on(scheduler.set_calendar_location(by, calendar, Some(host), &place)),
        12 => block_on(scheduler.set_default_location(by, host, &place)).map(drop),
        13 => block_on(scheduler.apply_default_location(by, host, std::slice::from_ref(calendar))),
        14 => block_on(scheduler.audit_of_account(by)).map(drop),
        15 => block_on(scheduler.cancel(by, appointment)).map(drop),
        16 => block_on(scheduler.erase_participant(by, &[contact])).map(drop),
        17 => block_on(scheduler.delete(by, appointment)),
        18 => block_on(scheduler.account(by)).map(drop),
        19 => block_on(scheduler.members(by)).map(drop),
        20 => block_on(scheduler.user(by, host)).map(drop),
        21 => block_on(scheduler.calendars(by)).map(drop),
        22 => block_on(scheduler.calendar(by, calendar)).map(drop),
        23 => block_on(scheduler.messages(by, day.0, &MessagePage::default())).map(drop),
        24 => block_on(scheduler.set_hours(by, host, &hours())),
        25 => block_on(scheduler.calendar_with_revision(by, calendar)).map(drop),
        26 => block_on(scheduler.replace_calendar(by, &whole, two.revision(calendar))).map(drop),
        CALLS.. => return None,
    })
}

/// How many calls there are.
const CALLS: usize = 27;

struct Ids {
    calendar: CalendarId,
    appointment: AppointmentId,
    host: UserId,
    request_id: String,
}

/// The calendar as it would be put, whosever it is.
fn calendar_of(by: &Caller, id: &CalendarId, host: &UserId) -> Calendar {
    let mut whole = calendar(by.account().as_str(), id.as_str());
    let hosts = vec![RoundRobinHost::new(host.clone())];
    whole.kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).unwrap());
    whole
}

#[test]
fn r5_no_call_touches_rows_of_another_account() {
    let (mut done, mut refused) = (0, 0);
    // The calls that were seen at work in their own account.
    let mut seen = BTreeSet::new();
    for actor in actors() {
        for (of, theirs) in [(0, 1), (1, 0)] {
            for foreign in [false, true] {
                let two = two();
                let side = if foreign { theirs } else { of };
                let ids = Ids {
                    calendar: CalendarId::new(format!("{}-only", ACCOUNTS[side])).unwrap(),
                    appointment: two.booked[side],
                    host: user(&format!("{}-user", ACCOUNTS[side])),
                    request_id: "second".to_owned(),
                };
                let by = Caller::new(account(ACCOUNTS[of]), actor.clone());
                for number in 0.. {
                    two.store.touched.lock().unwrap().clear();
                    let Some(answer) = call(&two, &by, number, &ids) else { break };
                    let touched = two.store.touched.lock().unwrap().clone();
                    let own = BTreeSet::from([ACCOUNTS[of].to_owned()]);
                    assert!(touched.is_subset(&own), "call {number} by {by:?}: {touched:?}");
                    seen.extend((touched == own).then_some(number));
                    match answer {
                        Ok(()) => done += 1,
                        Err(Error::Refused(_)) => refused += 1,
                        Err(other) => panic!("call {number} by {by:?}: {other:?}"),
                    }
                }
            }
        }
    }
    assert!(done > 150 && refused > 300, "{done} done, {refused} refused");
    assert_eq!(seen, (0..CALLS).collect());
}

/// What spans a user's accounts tells an admin who is logged in as them of their own account only.
#[test]
fn r5_an_admin_learns_nothing_of_a_users_other_accounts() {
    let two = two();
    let of_both: Vec<AppointmentId> = {
        let own = Actor::User(user(BOTH));
        let found = block_on(two.scheduler.zoom_connection(&own, &user(BOTH))).unwrap();
        found.upcoming.iter().map(|one| one.appointment).collect()
    };
    assert_eq!(of_both, two.booked);
    for (at, id) in ACCOUNTS.iter().enumerate() {
        let reason = StatedReason::new("to see what happens").unwrap();
        let actor = Actor::logged_in_as(user(&format!("{id}-admin")), user(BOTH), reason);
        let found = block_on(two.scheduler.zoom_connection(&actor, &user(BOTH))).unwrap();
        let told: Vec<_> = found.upcoming.iter().map(|one| one.appointment).collect();
        assert_eq!(told, [two.booked[at]], "{id}");
        let refused = block_on(two.scheduler.audit_of_user(&actor, &user(BOTH))).unwrap_err();
        assert_eq!(refused.kind(), "not_permitted");
    }
    let reason = StatedReason::new("to see what happens").unwrap();
    let actor = Actor::logged_in_as(user("abc-admin"), user(BOTH), reason);
    let affected = block_on(two.scheduler.disconnect_zoom(&actor, &user(BOTH))).unwrap();
    let told: Vec<_> = affected.iter().map(|one| one.appointment).collect();
    assert_eq!(told, [two.booked[0]]);
}

/// What is done in one account changes nothing that the other is told.
#[test]
fn r5_the_other_account_sees_the_same_as_before() {
    let two = two();
    let other = Caller::system(account("xyz"));
    let seen = || {
        let all = block_on(two.scheduler.appointments(
            &other,
            &AppointmentFilter::new(),
            &ListPage::default(),
        ));
        let only = CalendarId::new("xyz-only").unwrap();
        let place = block_on(two.scheduler.explain(&other, &only, at("2026-11-24T12:00:00Z")));
        (format!("{all:?}"), format!("{place:?}"))
    };
    let before = seen();
    let by = Caller::system(account("abc"));
    for start in ["2026-11-24T13:00:00Z", "2026-11-24T13:30:00Z"] {
        block_on(two.scheduler.book(&by, &request(start, start))).unwrap();
    }
    block_on(two.scheduler.delete(&by, two.booked[0])).unwrap();
    block_on(two.scheduler.put_calendar(&by, &calendar("abc", "more"))).unwrap();
    assert_eq!(seen(), before);
}
