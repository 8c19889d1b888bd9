//! Who did what in whose name is kept, in the commit that did it, and told to the user (R2, R4).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned, Write,
    ZoomCall,
};
use slotlink::testkit::{Fault, ManualClock, SimulatedZoom, ZoomVisit, block_on};
use slotlink::words::{Account, Email, Name, Role, StatedReason, User, ZoomAccountId};
use slotlink::{Actor, Audited, Caller, Scheduler};

use crate::recorded::Recorded;
use crate::world::{abc, at, builder, caller, hours, request, round_robin, user};

struct Audit {
    clock: Arc<ManualClock>,
    zoom: Arc<SimulatedZoom>,
    store: Arc<Recorded>,
    scheduler: Scheduler,
}

fn zoom(id: &str) -> ZoomAccountId {
    ZoomAccountId::new(id).unwrap()
}

fn reason() -> StatedReason {
    StatedReason::new("A asked on the phone").unwrap()
}

/// The admin D004, logged in as A001.
fn logged_in() -> Actor {
    Actor::logged_in_as(user("D004"), user("A001"), reason())
}

fn put_users(scheduler: &Scheduler) {
    let account = Account::new(abc(), Name::new("ABC Marketing").unwrap());
    block_on(scheduler.put_account(&account)).unwrap();
    for (id, role) in [("A001", Role::User), ("A004", Role::User), ("D004", Role::Admin)] {
        let email = Email::new(format!("{id}@abcmarketing.com")).unwrap();
        let new = User::new(user(id), Name::new(id).unwrap(), email, hours());
        block_on(scheduler.put_user(&new)).unwrap();
        block_on(scheduler.put_membership(&abc(), &user(id), role)).unwrap();
    }
    block_on(scheduler.put_calendar(&caller(), &round_robin(&["A001"]))).unwrap();
}

impl Audit {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(at("2026-11-23T08:00:00Z")));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let store = Arc::new(Recorded::default());
        let scheduler = builder(store.clone(), &zoom, &clock, 9).build().unwrap();
        put_users(&scheduler);
        Self { clock, zoom, store, scheduler }
    }

    fn connect(&self, actor: &Actor, id: &str, account: &str) {
        let visit = ZoomVisit::new(&self.scheduler, &self.zoom);
        block_on(visit.connect_as(actor, &user(id), &zoom(account))).unwrap();
    }

    fn of(&self, id: &str) -> Vec<(Actor, Audited)> {
        let records = block_on(self.scheduler.audit_of_user(&Actor::System, &user(id))).unwrap();
        records.into_iter().map(|record| (record.by, record.what)).collect()
    }

    /// What users are to be told, and the kinds of it.
    fn told(&self) -> Vec<String> {
        let rows = self.store.values("user message");
        rows.into_iter().map(|row| row["kind"].to_string()).collect()
    }
}

/// A store that notes which kinds of rows are written together.
#[derive(Default)]
struct Together {
    store: MemoryStore,
    commits: Mutex<Vec<BTreeSet<String>>>,
}

#[async_trait]
impl Store for Together {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let written = change.operations().iter().filter(|one| !matches!(one.write, Write::Check));
        let kinds = written.map(|one| {
            let word = one.key.sort().split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(word).into_owned()
        });
        self.commits.lock().unwrap().push(kinds.collect());
        self.store.commit(change).await
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        self.store.scan(scan, page).await
    }
}

/// Whatever ties or unties is audited in its own commit, and so is what the user is told.
#[test]
fn r4_the_audit_is_written_in_the_commit_that_did_it() {
    let clock = Arc::new(ManualClock::new(at("2026-11-23T08:00:00Z")));
    let zoom_side = Arc::new(SimulatedZoom::new(clock.clone()));
    let store = Arc::new(Together::default());
    let scheduler = builder(store.clone(), &zoom_side, &clock, 9).build().unwrap();
    put_users(&scheduler);
    let visit = ZoomVisit::new(&scheduler, &zoom_side);
    block_on(visit.connect_as(&logged_in(), &user("A001"), &zoom("zoom-a"))).unwrap();
    block_on(scheduler.disconnect_zoom(&logged_in(), &user("A001"))).unwrap();
    block_on(visit.connect(&user("A001"), &zoom("zoom-a"))).unwrap();
    let (account, to) = (zoom("zoom-a"), user("A004"));
    block_on(scheduler.transfer_zoom(&Actor::System, &account, &to, &reason())).unwrap();
    block_on(scheduler.release_zoom(&Actor::System, &account, &reason())).unwrap();
    let by = Caller::new(abc(), logged_in());
    block_on(scheduler.book(&by, &request("2026-11-24T10:00:00Z", "Pat"))).unwrap();
    let commits = store.commits.lock().unwrap();
    let with = |kind: &str| commits.iter().filter(|kinds| kinds.contains(kind)).collect::<Vec<_>>();
    assert_eq!(with("claim").len(), 5);
    assert!(with("claim").iter().all(|kinds| kinds.contains("audit")));
    assert_eq!(with("user message").len(), 3);
    assert!(with("user message").iter().all(|kinds| kinds.contains("claim")));
    assert!(with("appointment").iter().all(|kinds| kinds.contains("audit")));
    assert_eq!(with("audit").len(), 6);
}

fn text(what: &Audited) -> String {
    format!("{what:?}")
}

#[test]
fn r4_what_an_admin_connects_is_audited_and_told_to_the_user() {
    let audit = Audit::new();
    audit.connect(&logged_in(), "A001", "zoom-a");
    let [(by, what)] = &audit.of("A001")[..] else { panic!("one record") };
    assert_eq!(*by, logged_in());
    assert!(matches!(what, Audited::ZoomConnected { replaced: None, .. }));
    assert_eq!(audit.told(), [r#"{"connected_for_you":{"by":"D004"}}"#]);
}

#[test]
fn r4_what_the_user_connects_is_audited_and_told_to_nobody() {
    let audit = Audit::new();
    let own = Actor::User(user("A001"));
    audit.connect(&own, "A001", "zoom-a");
    audit.clock.advance(TimeDelta::seconds(1));
    audit.connect(&own, "A001", "zoom-x");
    audit.clock.advance(TimeDelta::seconds(1));
    block_on(audit.scheduler.disconnect_zoom(&own, &user("A001"))).unwrap();
    let kept: Vec<String> = audit.of("A001").iter().map(|(_, what)| text(what)).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    assert!(kept[0].starts_with("ZoomConnected"), "{kept:?}");
    assert!(kept[1].contains("replaced: Some"), "{kept:?}");
    assert!(kept[2].starts_with("ZoomDisconnected"), "{kept:?}");
    assert_eq!(audit.told(), [""; 0]);
}

/// R6: once, in the commit that erases the tokens.
#[test]
fn r6_the_user_is_told_when_their_tokens_die() {
    let audit = Audit::new();
    audit.connect(&Actor::User(user("A001")), "A001", "zoom-a");
    audit.zoom.void_refresh_tokens(None);
    audit.clock.advance(TimeDelta::minutes(50));
    for _ in 0..3 {
        block_on(audit.scheduler.run_due(10)).unwrap();
        audit.clock.advance(TimeDelta::hours(1));
    }
    assert_eq!(audit.told(), [r#""reconnect_zoom""#]);
}

/// A consent has killed what was to be revoked: nobody tries it any more.
#[test]
fn r6_a_consent_ends_the_revocation_of_what_was_before() {
    let audit = Audit::new();
    let own = Actor::User(user("A001"));
    audit.connect(&own, "A001", "zoom-a");
    audit.zoom.fault(Some(ZoomCall::Revoke), None, Fault::Unavailable, 1);
    block_on(audit.scheduler.disconnect_zoom(&own, &user("A001"))).unwrap();
    assert_eq!(audit.store.count("revocation"), 1);
    audit.connect(&own, "A001", "zoom-a");
    assert_eq!(audit.store.count("revocation"), 0);
}

#[test]
fn r2_a_release_and_a_transfer_by_support_are_audited_with_both_users() {
    let audit = Audit::new();
    audit.connect(&Actor::User(user("A001")), "A001", "zoom-a");
    let (account, to) = (zoom("zoom-a"), user("A004"));
    block_on(audit.scheduler.transfer_zoom(&Actor::System, &account, &to, &reason())).unwrap();
    block_on(audit.scheduler.release_zoom(&Actor::System, &account, &reason())).unwrap();
    for (id, count) in [("A001", 2), ("A004", 2)] {
        let kept = audit.of(id);
        assert_eq!(kept.len(), count, "{kept:?}");
        assert!(kept.iter().any(|(by, what)| {
            *by == Actor::System
                && matches!(what, Audited::ZoomTransferred { reason: why, .. } if *why == reason())
        }));
    }
    assert_eq!(audit.told(), [r#""reconnect_zoom""#]);
}

#[test]
fn r4_every_change_of_who_is_logged_in_as_another_is_audited_in_its_account() {
    let audit = Audit::new();
    let by = Caller::new(abc(), logged_in());
    let booked =
        block_on(audit.scheduler.book(&by, &request("2026-11-24T10:00:00Z", "Pat"))).unwrap();
    block_on(audit.scheduler.appointment(&by, booked.id)).unwrap();
    audit.clock.advance(TimeDelta::seconds(1));
    block_on(audit.scheduler.cancel(&by, booked.id)).unwrap();
    // It is cancelled already: nothing changes, and nothing is audited.
    block_on(audit.scheduler.cancel(&by, booked.id)).unwrap();
    block_on(audit.scheduler.book(&caller(), &request("2026-11-24T11:00:00Z", "Sam"))).unwrap();
    let records = block_on(audit.scheduler.audit_of_account(&caller())).unwrap();
    let kept: Vec<String> = records.iter().map(|record| text(&record.what)).collect();
    assert_eq!(kept, [r#"Call { name: "book" }"#, r#"Call { name: "cancel" }"#]);
    assert!(records.iter().all(|record| record.by == logged_in()));
}

#[test]
fn r4_the_audit_of_an_account_is_for_its_admins() {
    let audit = Audit::new();
    for actor in [Actor::Invitee, Actor::User(user("A001")), logged_in()] {
        let by = Caller::new(abc(), actor);
        let refused = block_on(audit.scheduler.audit_of_account(&by)).unwrap_err();
        assert_eq!(refused.kind(), "not_permitted");
    }
    let admin = Caller::user(abc(), user("D004"));
    assert!(block_on(audit.scheduler.audit_of_account(&admin)).unwrap().is_empty());
    let stranger = Actor::User(user("A004"));
    let refused = block_on(audit.scheduler.audit_of_user(&stranger, &user("A001"))).unwrap_err();
    assert_eq!(refused.kind(), "not_permitted");
}
