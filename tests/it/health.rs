//! What a host application shows of a connection before a booking fails.

use std::sync::Arc;

use chrono::TimeDelta;
use slotlink::ports::{
    ChangeSet, Clock as _, CommitOutcome, Expect, Key, Operation, Store as _, Write, ZoomCall,
};
use slotlink::sealing::{KeyId, KeyRing, SealingKey};
use slotlink::testkit::{Fault, ZoomVisit, block_on};
use slotlink::words::{ChangeSetId, Email, Name, User, ZoomAccountId};
use slotlink::{Actor, ConnectionState, ReconnectReason, Scheduler, ZoomConnection};

use crate::recorded::Recorded;
use crate::world::{World, at, builder, caller, hours, request, round_robin, user};

fn look(scheduler: &Scheduler) -> ZoomConnection {
    block_on(scheduler.zoom_connection(&Actor::System, &user("A001"))).unwrap()
}

#[test]
fn the_age_of_tokens_and_failed_refreshes_are_told() {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    let began = world.clock.now();
    block_on(world.scheduler.book(&caller(), &request("2026-11-24T10:00:00Z", "Pat"))).unwrap();
    world.zoom.fault(Some(ZoomCall::Refresh), None, Fault::Unavailable, 2);
    world.clock.advance(TimeDelta::minutes(50));
    world.settle();
    let found = look(&world.scheduler);
    let ConnectionState::Connected {
        since,
        tokens_made_at,
        failed_refreshes,
        requests_left_today,
        missing_scopes,
        ..
    } = found.state
    else {
        panic!("{found:?}");
    };
    assert_eq!((since, tokens_made_at), (began, began));
    assert_eq!((failed_refreshes, requests_left_today), (1, 99));
    assert!(missing_scopes.is_empty());
    assert_eq!((found.upcoming.len(), found.links_waiting, found.parked), (1, 0, 0));
    // Two seconds, then four.
    for seconds in [2, 4] {
        world.clock.advance(TimeDelta::seconds(seconds));
        world.settle();
    }
    let found = look(&world.scheduler);
    assert!(
        matches!(found.state, ConnectionState::Connected { since, tokens_made_at, failed_refreshes: 0, .. }
            if since == began && tokens_made_at == world.clock.now()),
        "{found:?}"
    );
}

#[test]
fn since_when_a_user_has_to_reconnect_is_told() {
    let world = World::new(&["A001"]);
    world.zoom.void_refresh_tokens(None);
    world.clock.set(at("2026-11-23T08:49:59Z"));
    world.settle();
    world.clock.advance(TimeDelta::hours(3));
    let found = look(&world.scheduler);
    assert!(
        matches!(found.state, ConnectionState::NeedsReconnect { since, why: ReconnectReason::TokensRefused, .. }
            if since == at("2026-11-23T08:49:59Z")),
        "{found:?}"
    );
}

fn ring(byte: u8, id: &str) -> Arc<KeyRing> {
    let key = SealingKey::from_bytes(&[byte; 32]).unwrap();
    Arc::new(KeyRing::new(KeyId::new(id).unwrap(), key))
}

/// Nothing is erased for it: another instance may have the key.
#[test]
fn a_key_that_is_not_there_is_told_and_costs_nothing() {
    let world = World::new(&[]);
    world.add_user("A001");
    world.put(&round_robin(&["A001"]));
    let with = |ring: Arc<KeyRing>| {
        builder(world.store.clone(), &world.zoom, &world.clock, 5).sealer(ring).build().unwrap()
    };
    let (keyed, lost) = (with(ring(1, "first")), with(ring(2, "second")));
    let zoom = ZoomAccountId::new("zoom-a").unwrap();
    block_on(ZoomVisit::new(&keyed, &world.zoom).connect(&user("A001"), &zoom)).unwrap();
    let found = look(&lost);
    assert!(
        matches!(
            found.state,
            ConnectionState::NeedsReconnect { why: ReconnectReason::KeyLost, .. }
        ),
        "{found:?}"
    );
    // It does not stand in the way of other work, either.
    world.clock.advance(TimeDelta::hours(1));
    block_on(lost.book(&caller(), &request("2026-11-24T10:00:00Z", "Pat"))).unwrap();
    let report = block_on(lost.run_due(100)).unwrap();
    assert!(report.failed > 0 && report.next > Some(world.clock.now()), "{report:?}");
    world.clock.advance(TimeDelta::minutes(20));
    block_on(keyed.run_due(100)).unwrap();
    let found = look(&keyed);
    assert!(matches!(found.state, ConnectionState::Connected { .. }), "{found:?}");
    assert_eq!(world.zoom.meetings().len(), 1);
}

/// Who copies rows to another deployment with the same keys cannot use the tokens there.
#[test]
fn tokens_open_in_their_own_realm_only() {
    let world = World::new(&[]);
    let store = Arc::new(Recorded::default());
    let of = |realm: &str| {
        let builder = builder(store.clone(), &world.zoom, &world.clock, 5);
        builder.sealer(ring(1, "first")).realm(realm).build().unwrap()
    };
    let (one, other) = (of("default"), of("staging"));
    let email = Email::new("a@abcmarketing.com").unwrap();
    let new = User::new(user("A001"), Name::new("Ann").unwrap(), email, hours());
    block_on(one.put_user(&new)).unwrap();
    let zoom = ZoomAccountId::new("zoom-a").unwrap();
    block_on(ZoomVisit::new(&one, &world.zoom).connect(&user("A001"), &zoom)).unwrap();
    let rows = [store.stored("user"), store.stored("connection")].concat();
    let copies = rows.into_iter().map(|(key, row)| {
        let (partition, sort) = (key.partition().to_vec(), key.sort().to_vec());
        let key = Key::from_parts("staging".to_owned(), partition, sort);
        Operation::new(key, Expect::Absent, Write::Put(row))
    });
    let id = ChangeSetId::from_uuid(uuid::Uuid::nil());
    let change = ChangeSet::new(id, copies.collect()).unwrap();
    assert_eq!(block_on(store.commit(&change)).unwrap(), CommitOutcome::Committed);
    assert!(matches!(look(&one).state, ConnectionState::Connected { .. }));
    let found = look(&other);
    assert!(
        matches!(
            found.state,
            ConnectionState::NeedsReconnect { why: ReconnectReason::KeyLost, .. }
        ),
        "{found:?}"
    );
}
