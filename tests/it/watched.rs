//! A store that is watched: what stands in its rows, and how large commits are. From the rows it is
//! told, without the library, whether counters are right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Key, Page, Scan, ScanPage, Store, StoreError, Versioned, Write,
};

/// Keeps a copy of all rows that are written through it.
#[derive(Default)]
pub(crate) struct Watched {
    store: Arc<MemoryStore>,
    rows: Mutex<BTreeMap<Key, Value>>,
    commits: Mutex<Vec<usize>>,
    reads: Mutex<usize>,
    conflicts: Mutex<usize>,
}

#[async_trait]
impl Store for Watched {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Versioned>>, StoreError> {
        *self.reads.lock().unwrap() += 1;
        self.store.get(keys).await
    }

    async fn commit(&self, change: &ChangeSet) -> Result<CommitOutcome, StoreError> {
        let outcome = self.store.commit(change).await?;
        *self.conflicts.lock().unwrap() += usize::from(outcome != CommitOutcome::Committed);
        if outcome == CommitOutcome::Committed {
            self.commits.lock().unwrap().push(change.operations().len());
            let mut rows = self.rows.lock().unwrap();
            for operation in change.operations() {
                match &operation.write {
                    Write::Put(row) => {
                        let json = serde_json::from_slice(&row.json).unwrap();
                        rows.insert(operation.key.clone(), json);
                    }
                    Write::Delete => _ = rows.remove(&operation.key),
                    Write::Check => {}
                }
            }
        }
        Ok(outcome)
    }

    async fn scan(&self, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        *self.reads.lock().unwrap() += 1;
        self.store.scan(scan, page).await
    }
}

fn kind(key: &Key) -> String {
    let word = key.sort().split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(word).into_owned()
}

/// What is counted: "day", "week" or "month", its first date, and whose.
pub(crate) type Counted = BTreeMap<(String, NaiveDate, Option<String>), u64>;

impl Watched {
    /// The operations of each commit since this was asked last.
    pub(crate) fn commits(&self) -> Vec<usize> {
        std::mem::take(&mut self.commits.lock().unwrap())
    }

    /// The calls that read since this was asked last.
    pub(crate) fn reads(&self) -> usize {
        std::mem::take(&mut self.reads.lock().unwrap())
    }

    /// The commits that came too late since this was asked last.
    pub(crate) fn conflicts(&self) -> usize {
        std::mem::take(&mut self.conflicts.lock().unwrap())
    }

    /// Counters that nobody counts by.
    pub(crate) fn strays(&self) -> usize {
        self.rows("counter").len() - self.counters().len()
    }

    /// The rows of counters that count.
    fn counters(&self) -> Vec<Value> {
        let Some(counting) = self.counting() else { return Vec::new() };
        let Some(name) = counting["counters"].as_str() else { return Vec::new() };
        let name: uuid::Uuid = name.parse().unwrap();
        let rows = self.rows.lock().unwrap();
        let named = |key: &Key| key.sort().windows(16).any(|bytes| bytes == name.as_bytes());
        let found = rows.iter().filter(|(key, _)| kind(key) == "counter" && named(key));
        found.map(|(_, row)| row.clone()).collect()
    }

    /// The rows of a kind.
    pub(crate) fn rows(&self, wanted: &str) -> Vec<Value> {
        let rows = self.rows.lock().unwrap();
        let found = rows.iter().filter(|(key, _)| kind(key) == wanted);
        found.map(|(_, row)| row.clone()).collect()
    }

    /// How the calendar is counted. `None`: it is not.
    pub(crate) fn counting(&self) -> Option<Value> {
        let rows = self.rows("counting");
        assert!(rows.len() <= 1, "one calendar");
        rows.into_iter().next()
    }

    /// Whether counters are made, or none are wanted.
    pub(crate) fn is_made(&self) -> bool {
        self.counting().is_none_or(|row| !row["counters"].is_null())
    }

    /// What the counters say of periods that are not over.
    pub(crate) fn counted(&self, now: DateTime<Utc>) -> Counted {
        let mut counted = Counted::new();
        let Some(counting) = self.counting() else { return counted };
        let today = zone(&counting).date_of(now);
        for row in self.counters() {
            let (period, host) = (text(&row["counter"]["period"]), &row["counter"]["host"]);
            let first = date(&row["counter"]["first"]);
            let host = host.as_str().map(str::to_owned);
            let days = row["days"].as_object().cloned().unwrap_or_default();
            let days =
                days.into_iter().map(|(day, count)| ("day".to_owned(), date(&day.into()), count));
            let own = std::iter::once((period, first, row["count"].clone()));
            for (period, first, count) in own.chain(days) {
                if last(&period, first) >= today && count.as_u64().unwrap() > 0 {
                    let old =
                        counted.insert((period, first, host.clone()), count.as_u64().unwrap());
                    assert_eq!(old, None, "counted twice: {row}");
                }
            }
        }
        counted
    }

    /// What they should say.
    pub(crate) fn recount(&self, now: DateTime<Utc>) -> Counted {
        let mut counted = Counted::new();
        let Some(counting) = self.counting() else { return counted };
        let zone = zone(&counting);
        let kinds: Vec<(String, String)> = counting["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| (text(&kind["scope"]), text(&kind["period"])))
            .collect();
        for row in self.rows("appointment") {
            let booked = &row["kept"];
            if booked.is_null() || booked["status"] == "cancelled" {
                continue;
            }
            let start = booked["slot"]["core"][0].as_i64().unwrap();
            let date = zone.date_of(DateTime::from_timestamp(start, 0).unwrap());
            let mut hosts: BTreeSet<String> = booked["occupants"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|one| Some(one.get("user")?.as_str()?.to_owned()))
                .collect();
            if hosts.len() > slotlink::words::MAX_COLLECTIVE_HOSTS_WITH_LIMITS {
                hosts.clear();
            }
            for (scope, period) in &kinds {
                let first = first(period, date);
                if last(period, first) < zone.date_of(now) {
                    continue;
                }
                let mut up = |host: Option<String>| {
                    *counted.entry((period.clone(), first, host)).or_default() += 1;
                };
                match scope.as_str() {
                    "calendar" => up(None),
                    _ => hosts.iter().cloned().for_each(|host| up(Some(host))),
                }
            }
        }
        counted
    }
}

struct Local(Tz);

impl Local {
    fn date_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }
}

fn zone(counting: &Value) -> Local {
    Local(counting["zone"].as_str().unwrap().parse().unwrap())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn date(value: &Value) -> NaiveDate {
    value.as_str().unwrap().parse().unwrap()
}

fn first(period: &str, date: NaiveDate) -> NaiveDate {
    match period {
        "day" => date,
        "week" => date - Days::new(date.weekday().num_days_from_monday().into()),
        _ => date.with_day(1).unwrap(),
    }
}

fn last(period: &str, first: NaiveDate) -> NaiveDate {
    match period {
        "day" => first,
        "week" => first + Days::new(6),
        _ => first + Months::new(1) - Days::new(1),
    }
}
