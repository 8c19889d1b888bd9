//! The audit of a store finds rows that contradict each other.

use slotlink::ports::{
    ChangeSet, CommitOutcome, Expect, Key, Operation, Page, Row, Scan, Store as _, Write,
};
use slotlink::testkit::{audit, block_on};
use slotlink::words::ChangeSetId;
use uuid::Uuid;

use crate::world::{World, abc, caller, request, round_robin};

fn booked() -> World {
    let world = World::new(&["A001"]);
    world.put(&round_robin(&["A001"]));
    for start in ["2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z"] {
        block_on(world.scheduler.book(&caller(), &request(start, "Pat"))).unwrap();
    }
    world
}

/// The numbers of the invariants that are broken.
fn breaches(world: &World) -> Vec<&'static str> {
    let found = block_on(audit(&world.scheduler, &[abc()])).unwrap();
    found.iter().map(|breach| breach.invariant).collect()
}

/// A list of texts, in the documented encoding of keys.
fn parts(texts: &[&str]) -> Vec<u8> {
    let part = |text: &&str| [text.as_bytes(), &[0, 1]].concat();
    texts.iter().flat_map(part).collect()
}

/// Rewrites the first row of a partition whose sort begins so.
pub(crate) fn spoil(world: &World, partition: &[&str], sort: &[&str], write: fn(&str) -> Write) {
    let realm = "default".to_owned();
    let key = |sort| Key::from_parts(realm.clone(), parts(partition), sort);
    let mut end = parts(sort);
    *end.last_mut().unwrap() += 1;
    let scan = Scan::Range { from: key(parts(sort)), to: key(end) };
    let found = block_on(world.store.scan(&scan, &Page::first(1))).unwrap();
    let (key, row) = found.rows.into_iter().next().unwrap();
    let write = write(std::str::from_utf8(&row.row.json).unwrap());
    let id = ChangeSetId::from_uuid(Uuid::nil());
    let spoiled = Operation::new(key, Expect::At(row.version), write);
    let spoiled = ChangeSet::new(id, vec![spoiled]).unwrap();
    assert_eq!(block_on(world.store.commit(&spoiled)).unwrap(), CommitOutcome::Committed);
}

#[test]
fn sound_rows_break_nothing() {
    assert_eq!(breaches(&booked()), [""; 0]);
}

#[test]
fn i2_an_appointment_whose_hosts_are_free_is_found() {
    let world = booked();
    spoil(&world, &["user", "A001"], &["day"], |_| Write::Delete);
    assert_eq!(breaches(&world), ["I2"]);
}

#[test]
fn i1_a_host_who_is_taken_twice_is_found() {
    let world = booked();
    spoil(&world, &["user", "A001"], &["day"], |json| {
        let earlier = json.replace("1795604400,1795606200", "1795601800,1795603600");
        assert_ne!(earlier, json);
        Write::Put(Row::new(1, earlier.into_bytes()))
    });
    // Nor is that the time of the appointment.
    assert_eq!(breaches(&world), ["I1", "I2"]);
}

#[test]
fn i2_an_appointment_that_is_not_listed_is_found() {
    let world = booked();
    spoil(&world, &["account", "abc"], &["listed"], |_| Write::Delete);
    assert_eq!(breaches(&world), ["I2"]);
}

#[test]
fn i2_time_that_is_taken_for_nobody_is_found() {
    let world = booked();
    spoil(&world, &["account", "abc"], &["appointment"], |_| Write::Delete);
    // The list still names it, too.
    assert_eq!(breaches(&world), ["I2", "I2"]);
}
