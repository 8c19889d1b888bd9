//! A calendar is replaced only by who has seen it as it is (R29).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned,
};
use slotlink::testkit::block_on;
use slotlink::words::{
    Account, AccountId, Calendar, CalendarId, CalendarKind, CollectiveHost, CollectiveHosts,
    Confirmation, Limit, LocationSetting, Name, PeriodLimits, Revision, Role, RoundRobinHost,
    RoundRobinHosts, StatedReason, UserId,
};
use slotlink::{Actor, Audited, Caller, Error, MemoryStore, Refusal, Scheduler};

use crate::promises::NoReadsAfterCommit;
use crate::world::{World, abc, builder, caller, demo, request, round_robin, slot_settings, user};

pub(crate) fn load(world: &World) -> (Calendar, Revision) {
    block_on(world.scheduler.calendar_with_revision(&caller(), &demo())).unwrap()
}

fn changed(calendar: &Calendar, change: impl FnOnce(&mut Calendar)) -> Calendar {
    let mut changed = calendar.clone();
    change(&mut changed);
    changed
}

pub(crate) fn named(calendar: &Calendar, name: &str) -> Calendar {
    changed(calendar, |calendar| calendar.name = Name::new(name).unwrap())
}

fn confirmed_by_host(calendar: &Calendar) -> Calendar {
    changed(calendar, |calendar| calendar.confirmation = Confirmation::ByHost)
}

/// Two hosts; one of them is an admin, as somebody else is.
fn two_admins() -> (World, [Caller; 2]) {
    let world = World::new(&["A001", "B002"]);
    world.add_user("C003");
    for id in ["A001", "C003"] {
        block_on(world.scheduler.put_membership(&abc(), &user(id), Role::Admin)).unwrap();
    }
    world.put(&round_robin(&["A001", "B002"]));
    (world, ["A001", "C003"].map(|id| Caller::user(abc(), user(id))))
}

/// Replaces the calendar, and says which kind of error there was.
fn replace(
    scheduler: &Scheduler,
    by: &Caller,
    calendar: &Calendar,
    revision: Revision,
) -> Result<(), &'static str> {
    let replaced = block_on(scheduler.replace_calendar(by, calendar, revision));
    replaced.map(drop).map_err(|error| error.kind())
}

#[test]
fn r29_of_two_admins_with_one_revision_the_second_is_refused() {
    let (world, [ann, cem]) = two_admins();
    let of_ann = block_on(world.scheduler.calendar_with_revision(&ann, &demo())).unwrap();
    let of_cem = block_on(world.scheduler.calendar_with_revision(&cem, &demo())).unwrap();
    assert_eq!(of_ann, of_cem);
    let (seen, revision) = of_ann;
    let first = named(&seen, "Ann's");
    replace(&world.scheduler, &ann, &first, revision).unwrap();

    let slower = confirmed_by_host(&seen);
    let refused = block_on(world.scheduler.replace_calendar(&cem, &slower, revision)).unwrap_err();
    let Error::Refused(Refusal::CalendarChanged { calendar, .. }) = &refused else {
        panic!("{refused}")
    };
    assert_eq!((calendar, refused.kind()), (&demo(), "calendar_changed"));
    let (now, newer) = load(&world);
    assert_eq!(now, first);

    // Who loads it again changes what is there now.
    let both = confirmed_by_host(&now);
    replace(&world.scheduler, &cem, &both, newer).unwrap();
    assert_eq!(load(&world).0, both);
    assert_eq!(both.name.as_str(), "Ann's");
}

/// Bookings, their links and other settings are no change of the calendar.
#[test]
fn r29_a_calendar_that_nobody_changed_keeps_its_revision() {
    let (world, [ann, _]) = two_admins();
    let before = load(&world);
    block_on(world.scheduler.book(&caller(), &request("2026-11-24T10:00:00Z", "Pat"))).unwrap();
    world.settle();
    block_on(world.scheduler.set_default_location(&ann, &user("A001"), &LocationSetting::Ask))
        .unwrap();
    let mut another = round_robin(&["A001"]);
    another.id = CalendarId::new("another").unwrap();
    world.put(&another);
    assert_eq!(load(&world), before);
    let renamed = named(&before.0, "Renamed");
    assert_eq!(replace(&world.scheduler, &ann, &renamed, before.1), Ok(()));
}

#[test]
fn r29_every_change_of_a_calendar_gives_it_another_revision() {
    let (world, [ann, _]) = two_admins();
    let scheduler = &world.scheduler;
    let (a, b, ask) = (user("A001"), user("B002"), LocationSetting::Ask);
    let hosts = |hosts: Vec<RoundRobinHost>| {
        let kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).unwrap());
        world.put(&changed(&load(&world).0, |calendar| calendar.kind = kind));
    };
    let host = |id: &UserId| RoundRobinHost::new(id.clone());
    block_on(scheduler.set_default_location(&ann, &b, &ask)).unwrap();
    let per_day = PeriodLimits::default().with_per_day(Limit::new(3).unwrap());
    let changes: [&dyn Fn(); 8] = [
        &|| world.put(&named(&load(&world).0, "Renamed")),
        &|| block_on(scheduler.set_calendar_location(&ann, &demo(), None, &ask)).unwrap(),
        &|| block_on(scheduler.set_calendar_location(&ann, &demo(), Some(&a), &ask)).unwrap(),
        &|| block_on(scheduler.apply_default_location(&ann, &b, &[demo()])).unwrap(),
        &|| hosts(vec![host(&a)]),
        &|| hosts(vec![host(&a).with_location(LocationSetting::Zoom)]),
        &|| {
            let (mut limited, revision) = load(&world);
            limited.limits = limited.limits.with_calendar(per_day);
            replace(scheduler, &ann, &limited, revision).unwrap();
        },
        // Even if all is as it was.
        &|| world.put(&load(&world).0),
    ];
    let (first, before) = load(&world);
    let mut seen = BTreeSet::from([before]);
    for (number, change) in changes.iter().enumerate() {
        change();
        let (now, revision) = load(&world);
        assert!(seen.insert(revision), "change {number}: {now:?}");
        assert_eq!(replace(scheduler, &ann, &first, before), Err("calendar_changed"), "{number}");
        assert_eq!(load(&world), (now, revision), "change {number}");
    }
}

/// The hosts of a round robin stand in rows of their own.
#[test]
fn r29_the_hosts_of_a_large_calendar_are_replaced_by_who_has_seen_them() {
    let world = World::new(&[]);
    let ids: Vec<String> = (0..900).map(|n| format!("{n:04}-{}", "u".repeat(100))).collect();
    for id in &ids {
        world.add_user(id);
    }
    let of = |ids: &[String]| round_robin(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    world.put(&of(&ids));
    let (all, revision) = load(&world);
    assert_eq!(all, of(&ids));
    let (fewer, others) = (of(&ids[..500]), of(&ids[1..]));
    assert_eq!(replace(&world.scheduler, &caller(), &fewer, revision), Ok(()));
    assert_eq!(replace(&world.scheduler, &caller(), &others, revision), Err("calendar_changed"));
    assert_eq!(load(&world).0, fewer);
}

#[test]
fn r29_a_calendar_that_is_not_there_is_not_replaced() {
    let (world, [ann, _]) = two_admins();
    let (seen, revision) = load(&world);
    let nowhere = changed(&seen, |calendar| calendar.id = CalendarId::new("nowhere").unwrap());
    let rows = world.store.len();
    assert_eq!(replace(&world.scheduler, &ann, &nowhere, revision), Err("not_found"));
    assert_eq!(world.store.len(), rows);
}

#[test]
fn r5_who_may_not_put_a_calendar_may_not_replace_it() {
    let (world, _) = two_admins();
    let xyz = AccountId::new("xyz").unwrap();
    let account = Account::new(xyz.clone(), Name::new("XYZ").unwrap());
    block_on(world.scheduler.put_account(&account)).unwrap();
    let before = load(&world);
    let stale = Revision::from_uuid(uuid::Uuid::nil());
    let nobody = [
        (Caller::invitee(abc()), "not_permitted"),
        (Caller::user(abc(), user("B002")), "not_permitted"),
        (Caller::user(abc(), user("nobody")), "not_a_member"),
        (Caller::system(AccountId::new("none").unwrap()), "not_found"),
        (Caller::system(xyz), "not_found"),
    ];
    for (by, kind) in nobody {
        // Whether it was changed is told to nobody who may not change it.
        for revision in [before.1, stale] {
            let renamed = named(&before.0, "Renamed");
            let answer = replace(&world.scheduler, &by, &renamed, revision);
            assert_eq!(answer, Err(kind), "{by:?}");
            let put = block_on(world.scheduler.put_calendar(&by, &renamed)).unwrap_err();
            assert_eq!(put.kind(), kind, "{by:?}");
        }
    }
    assert_eq!(load(&world), before);
}

/// What is refused of a calendar that is put is refused of one that is replaced.
#[test]
fn r29_a_calendar_that_contradicts_itself_replaces_none() {
    let (world, [ann, _]) = two_admins();
    let before = load(&world);
    let collective = CollectiveHosts::new(vec![CollectiveHost::required(user("A001"))]).unwrap();
    let stranger = RoundRobinHosts::new(vec![RoundRobinHost::new(user("nobody"))]).unwrap();
    let without_zoom = RoundRobinHost::new(user("C003")).with_location(LocationSetting::Zoom);
    let without_zoom = RoundRobinHosts::new(vec![without_zoom]).unwrap();
    let wrong = [
        (CalendarKind::Collective(collective), "invalid_input"),
        (CalendarKind::RoundRobin(stranger), "not_found"),
        (CalendarKind::RoundRobin(without_zoom), "zoom_not_connected"),
    ];
    for (kind, refused) in wrong {
        let wrong = changed(&before.0, |calendar| calendar.kind = kind);
        assert_eq!(replace(&world.scheduler, &ann, &wrong, before.1), Err(refused));
    }
    assert_eq!(load(&world), before);
}

#[test]
fn r29_who_replaces_a_calendar_is_told_what_no_longer_fits() {
    let (world, [ann, _]) = two_admins();
    let booked =
        block_on(world.scheduler.book(&caller(), &request("2026-11-24T10:00:00Z", "Pat"))).unwrap();
    let (mut longer, revision) = load(&world);
    longer.slot = slot_settings(60);
    let misfits = block_on(world.scheduler.replace_calendar(&ann, &longer, revision)).unwrap();
    assert_eq!(misfits.iter().map(|one| one.appointment).collect::<Vec<_>>(), [booked.id]);
}

#[test]
fn r4_a_calendar_that_is_replaced_in_anothers_name_is_audited() {
    let (world, _) = two_admins();
    let reason = StatedReason::new("to help").unwrap();
    let by = Actor::logged_in_as(user("C003"), user("A001"), reason);
    let (seen, revision) = load(&world);
    let as_ann = Caller::new(abc(), by);
    replace(&world.scheduler, &as_ann, &named(&seen, "Helped"), revision).unwrap();
    replace(&world.scheduler, &as_ann, &seen, revision).unwrap_err();
    let audit = block_on(world.scheduler.audit_of_account(&caller())).unwrap();
    let [record] = audit.as_slice() else { panic!("{audit:?}") };
    let Audited::Call { name, .. } = &record.what else { panic!("{record:?}") };
    assert_eq!(name, "replace_calendar");
}

/// Counts the reads and commits of a store.
struct Counted {
    store: Arc<MemoryStore>,
    gets: AtomicU32,
    commits: AtomicU32,
}

#[async_trait]
impl Store for Counted {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.gets.fetch_add(1, Ordering::Relaxed);
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}

/// Looking again would change nothing: the caller has to.
#[test]
fn r29_a_stale_revision_is_refused_at_the_first_try() {
    let (world, [ann, _]) = two_admins();
    let (seen, revision) = load(&world);
    world.put(&seen);
    let (gets, commits) = (AtomicU32::new(0), AtomicU32::new(0));
    let store = Arc::new(Counted { store: world.store.clone(), gets, commits });
    let scheduler = builder(store.clone(), &world.zoom, &world.clock, 8).build().unwrap();
    assert_eq!(replace(&scheduler, &ann, &seen, revision), Err("calendar_changed"));
    assert_eq!(store.commits.load(Ordering::Relaxed), 0);
    // Who calls, and the calendar: before it is told, once more.
    let gets = store.gets.load(Ordering::Relaxed);
    assert!(gets <= 6, "{gets} reads");
}

#[test]
fn a_calendar_that_was_replaced_is_no_error_though_nothing_can_be_read_then() {
    let (world, [ann, _]) = two_admins();
    let (seen, revision) = load(&world);
    let store = NoReadsAfterCommit { store: world.store.clone(), commits: AtomicU32::new(0) };
    let scheduler = builder(Arc::new(store), &world.zoom, &world.clock, 6).build().unwrap();
    let renamed = named(&seen, "Renamed");
    assert_eq!(replace(&scheduler, &ann, &renamed, revision), Ok(()));
    assert_eq!(load(&world).0, renamed);
}

#[test]
fn a_revision_is_read_as_it_is_shown() {
    let (world, _) = two_admins();
    let (_, revision) = load(&world);
    assert_eq!(revision.to_string().parse(), Ok(revision));
    let json = serde_json::to_string(&revision).unwrap();
    assert_eq!(serde_json::from_str::<Revision>(&json).unwrap(), revision);
    for text in ["", "x", "\"", &"1".repeat(100_000)] {
        assert!(text.parse::<Revision>().is_err(), "{text:.20}");
    }
}
