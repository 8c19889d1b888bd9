//! Every other public constructor: whatever is given, it is legal or refused, serde included.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::json;
use slotlink::BuildError;
use slotlink::ports::{
    ChangeSet, Expect, InvalidChangeSet, Key, MAX_ROW_BYTES, Operation, Row, Write,
};
use slotlink::words::{
    AccountId, Address, ChangeSetId, CollectiveHost, CollectiveHosts, Email, FairnessDays,
    Interval, JoinUrl, LocationText, Name, Notes, Participant, Phone, RequestId, RoundRobinHost,
    RoundRobinHosts, StaticLink, Title, Topic, UserId,
};
use uuid::Uuid;

use crate::world::{World, builder, user};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,300}",
        "[a-z@.\n\r\t\u{0}\u{202e} ]{0,20}",
        "(https|http|ftp)://[a-z./?=%\\[\\]:@ ]{0,30}",
        "[a-z]{1,9}@[a-z]{1,9}\\.com",
        "x{120,140}",
        "(\u{e9}|x){195,205}",
        "[a-z\n]{3990,4010}",
    ]
}

/// Serde takes a text exactly if the constructor does, and gives it back as it was.
fn same_by_serde<T: DeserializeOwned + serde::Serialize>(text: &str, taken: bool) {
    let by_serde = serde_json::from_value::<T>(json!(text));
    assert_eq!(by_serde.is_ok(), taken, "{text:?}");
    if let Ok(value) = by_serde {
        assert_eq!(json!(value).as_str().map(str::len), Some(text.len()), "{text:?}");
    }
}

fn lines(text: &str, most: usize) -> bool {
    let harmless = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    !text.trim().is_empty() && text.chars().count() <= most && text.chars().all(harmless)
}

fn line(text: &str, most: usize) -> bool {
    lines(text, most) && !text.chars().any(char::is_control)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_a_legal_value_or_refused(text in text()) {
        let id = (1..=128).contains(&text.len());
        prop_assert_eq!(UserId::new(text.as_str()).is_ok(), id);
        same_by_serde::<AccountId>(&text, id);
        same_by_serde::<RequestId>(&text, id);
        for (taken, legal) in [
            (Name::new(text.as_str()).is_ok(), line(&text, 200)),
            (Title::new(text.as_str()).is_ok(), line(&text, 200)),
            (Phone::new(text.as_str()).is_ok(), line(&text, 64)),
            (Notes::new(text.as_str()).is_ok(), lines(&text, 4000)),
            (Address::new(text.as_str()).is_ok(), lines(&text, 500)),
            (LocationText::new(text.as_str()).is_ok(), lines(&text, 500)),
        ] {
            prop_assert_eq!(taken, legal, "{:?}", text);
        }
        same_by_serde::<Name>(&text, line(&text, 200));
        same_by_serde::<Notes>(&text, lines(&text, 4000));
        same_by_serde::<Email>(&text, Email::new(text.as_str()).is_ok());
        prop_assert!(Topic::fit(&text).as_str().chars().count() <= 200);
        let (link, url) = (StaticLink::new(&text), JoinUrl::new(&text));
        prop_assert_eq!(link.is_ok(), url.is_ok());
        prop_assert!(link.is_err() || text.trim_start().to_lowercase().starts_with("http"));
        let person = json!({"name": text, "email": text});
        let known = serde_json::from_value::<Participant>(person).is_ok();
        prop_assert_eq!(known, line(&text, 200) && Email::new(text.as_str()).is_ok());
    }

    #[test]
    fn any_two_numbers_are_an_interval_or_refused(start: i64, end: i64, near in -9..9_i64) {
        for (start, end) in [(start, end), (start, start.saturating_add(near)), (near, near + 1)] {
            let legal = 0 <= start && start < end && end <= 7_258_118_400;
            prop_assert_eq!(Interval::try_from((start, end)).is_ok(), legal);
            prop_assert_eq!(serde_json::from_value::<Interval>(json!([start, end])).is_ok(), legal);
            let edges = (DateTime::from_timestamp(start, 0), DateTime::from_timestamp(end, 0));
            if let (Some(from), Some(to)) = edges {
                prop_assert_eq!(Interval::new(from, to).is_ok(), legal);
            }
        }
    }

    #[test]
    fn any_hosts_are_legal_or_refused(picked in prop::collection::vec((0..30_u8, any::<bool>()), 0..25)) {
        let mut users: Vec<u8> = picked.iter().map(|(user, _)| *user).collect();
        users.sort_unstable();
        users.dedup();
        let each_once = users.len() == picked.len();
        let id = |n: &u8| user(&n.to_string());
        let any_one = picked.iter().map(|(n, _)| RoundRobinHost::new(id(n))).collect();
        prop_assert_eq!(RoundRobinHosts::new(any_one).is_ok(), each_once);
        let host = |(n, required): &(u8, bool)| match required {
            true => CollectiveHost::required(id(n)),
            false => CollectiveHost::optional(id(n)),
        };
        let hosts: Vec<_> = picked.iter().map(host).collect();
        let some_required = picked.iter().any(|(_, required)| *required);
        let legal = each_once && some_required && picked.len() <= 20;
        prop_assert_eq!(CollectiveHosts::new(hosts.clone()).is_ok(), legal);
        for primary in 0..30_u8 {
            let json = json!({"hosts": hosts, "primary": primary.to_string()});
            let taken = serde_json::from_value::<CollectiveHosts>(json).is_ok();
            prop_assert_eq!(taken, legal && picked.contains(&(primary, true)));
        }
    }

    #[test]
    fn any_number_of_days_is_legal_or_refused(days: u16) {
        prop_assert_eq!(FairnessDays::new(days).is_ok(), (1..=366).contains(&days));
        same_number(days);
    }

    #[test]
    fn any_operations_are_a_change_set_or_refused(
        sorts in prop::collection::vec(0..200_u8, 0..120),
        long in 0..3 * MAX_ROW_BYTES,
    ) {
        let key = |sort: u8| Key::from_parts("r".into(), vec![1], vec![sort]);
        let row = |n: usize| Row::new(1, vec![b' '; if n == 0 { long } else { 20_000 }]);
        let puts = sorts.iter().enumerate();
        let puts = puts.map(|(n, sort)| Operation::new(key(*sort), Expect::Absent, Write::Put(row(n))));
        let mut distinct = sorts.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let refused = ChangeSet::new(ChangeSetId::from_uuid(Uuid::nil()), puts.collect()).err();
        match refused {
            None => prop_assert!(sorts.len() <= 52 && long < MAX_ROW_BYTES || sorts.is_empty()),
            Some(InvalidChangeSet::KeyTwice) => prop_assert!(distinct.len() < sorts.len()),
            Some(InvalidChangeSet::TooManyOperations { given, .. }) => prop_assert!(given > 96),
            Some(InvalidChangeSet::RowTooLong { given, .. }) => prop_assert!(given > MAX_ROW_BYTES),
            Some(InvalidChangeSet::TooManyBytes { given, .. }) => prop_assert!(given > 1 << 20),
            Some(other) => prop_assert!(false, "{:?}", other),
        }
    }
}

fn same_number(days: u16) {
    let by_serde = serde_json::from_value::<FairnessDays>(json!(days)).is_ok();
    assert_eq!(by_serde, FairnessDays::new(days).is_ok());
}

#[test]
fn settings_of_the_builder_have_bounds() {
    let world = World::new(&[]);
    let new = || builder(world.store.clone(), &world.zoom, &world.clock, 1);
    let out_of_bounds = [
        new().realm(""),
        new().realm("r".repeat(129)),
        new().quota_cap(0),
        new().quota_cap(101),
        new().reset_guard(TimeDelta::seconds(-1)),
        new().reset_guard(TimeDelta::MAX),
        new().call_deadline(TimeDelta::zero()),
        new().call_deadline(TimeDelta::MAX),
    ];
    for builder in out_of_bounds {
        let what = format!("{builder:?}");
        assert!(matches!(builder.build(), Err(BuildError::OutOfBounds { .. })), "{what}");
    }
    assert!(new().quota_cap(1).reset_guard(TimeDelta::zero()).build().is_ok());
}
