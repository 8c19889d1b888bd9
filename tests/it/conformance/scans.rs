//! Stores that scan wrongly, and one whose scans only lag.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use slotlink::MemoryStore;
use slotlink::ports::{
    ChangeSet, CommitOutcome, Cursor, Key, Page, Scan, ScanPage, Store, StoreError, Version,
    Versioned, Write,
};

use super::defect::{Defect, Sound, waited};

type Rows = Vec<(Key, Versioned)>;

/// Finds rows otherwise, or cuts pages otherwise.
pub(crate) struct Scans {
    find: fn(Sound<'_>, &Scan) -> Rows,
    cut: fn(&Rows, usize, usize) -> (Rows, Option<usize>),
}

impl Scans {
    pub(crate) fn finding(find: fn(Sound<'_>, &Scan) -> Rows) -> Self {
        Self { find, cut }
    }

    pub(crate) fn cutting(cut: fn(&Rows, usize, usize) -> (Rows, Option<usize>)) -> Self {
        Self { find, cut }
    }
}

#[async_trait]
impl Defect for Scans {
    async fn scan(
        &self,
        sound: Sound<'_>,
        scan: &Scan,
        page: &Page,
    ) -> Result<ScanPage, StoreError> {
        let rows = (self.find)(sound, scan);
        let (rows, next) = (self.cut)(&rows, position(page), page.limit.into());
        Ok(ScanPage::new(rows, next.map(cursor)))
    }
}

fn find(sound: Sound<'_>, scan: &Scan) -> Rows {
    waited(sound.store.scan(scan, &Page::first(u16::MAX))).unwrap().rows
}

/// Cuts by the number of rows that were given.
fn cut(rows: &Rows, from: usize, limit: usize) -> (Rows, Option<usize>) {
    let page: Rows = rows.iter().skip(from).take(limit).cloned().collect();
    let end = from + page.len();
    (page, Some(end).filter(|end| *end < rows.len()))
}

pub(crate) fn nothing(_: Sound<'_>, _: &Scan) -> Rows {
    Vec::new()
}

pub(crate) fn all_but_the_first(sound: Sound<'_>, scan: &Scan) -> Rows {
    find(sound, scan).split_off(usize::from(!find(sound, scan).is_empty()))
}

pub(crate) fn the_end_too(sound: Sound<'_>, scan: &Scan) -> Rows {
    let mut rows = find(sound, scan);
    if let Scan::Range { from, to } = scan
        && from < to
        && let Some(found) = sound.read(to)
    {
        rows.push((to.clone(), found));
    }
    rows
}

pub(crate) fn either_way_round(sound: Sound<'_>, scan: &Scan) -> Rows {
    match scan {
        Scan::Range { from, to } if from > to => {
            find(sound, &Scan::Range { from: to.clone(), to: from.clone() })
        }
        _ => find(sound, scan),
    }
}

/// Ranges go on into partitions that begin alike.
pub(crate) fn partitions_by_prefix(sound: Sound<'_>, scan: &Scan) -> Rows {
    let mut rows = find(sound, scan);
    if let Scan::Range { from, to } = scan
        && from < to
    {
        let next = [from.partition(), b"\0"].concat();
        let of = |sort: &[u8]| Key::from_parts(from.realm().into(), next.clone(), sort.to_vec());
        rows.extend(find(sound, &Scan::Range { from: of(from.sort()), to: of(to.sort()) }));
    }
    rows
}

/// A range over all realms that end alike.
pub(crate) fn other_realms(sound: Sound<'_>, scan: &Scan) -> Rows {
    let mut rows = find(sound, scan);
    if let Scan::Due { until, realm } = scan {
        for other in ["a", "ab", "b", "A"] {
            if other != realm {
                rows.extend(find(sound, &Scan::Due { realm: other.into(), until: *until }));
            }
        }
    }
    rows.sort_by_key(|(_, found)| found.row.due);
    rows
}

pub(crate) fn whatever_is_due_ever(sound: Sound<'_>, scan: &Scan) -> Rows {
    match scan {
        Scan::Due { realm, .. } => {
            let until = chrono::DateTime::<chrono::Utc>::MAX_UTC;
            find(sound, &Scan::Due { realm: realm.clone(), until })
        }
        Scan::Range { .. } => find(sound, scan),
    }
}

pub(crate) fn what_was_due_before(sound: Sound<'_>, scan: &Scan) -> Rows {
    let mut rows = find(sound, scan);
    if let Scan::Due { until, .. } = scan {
        rows.retain(|(_, found)| found.row.due.is_some_and(|due| due < *until));
    }
    rows
}

pub(crate) fn from_1970_on(sound: Sound<'_>, scan: &Scan) -> Rows {
    let mut rows = find(sound, scan);
    rows.retain(|(_, found)| found.row.due.is_none_or(|due| due.timestamp() >= 0));
    rows
}

pub(crate) fn by_key_only(sound: Sound<'_>, scan: &Scan) -> Rows {
    let mut rows = find(sound, scan);
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    rows
}

pub(crate) fn backwards(sound: Sound<'_>, scan: &Scan) -> Rows {
    find(sound, scan).into_iter().rev().collect()
}

pub(crate) fn without_versions(sound: Sound<'_>, scan: &Scan) -> Rows {
    let unversioned =
        |(key, found): (Key, Versioned)| (key, Versioned::new(Version::new(0), found.row));
    find(sound, scan).into_iter().map(unversioned).collect()
}

/// Of the rows that are due at one instant only one.
pub(crate) fn one_of_an_instant(sound: Sound<'_>, scan: &Scan) -> Rows {
    let mut rows = find(sound, scan);
    rows.dedup_by(|(_, a), (_, b)| a.row.due.is_some() && a.row.due == b.row.due);
    rows
}

pub(crate) fn misses_one_between_pages(
    rows: &Rows,
    from: usize,
    limit: usize,
) -> (Rows, Option<usize>) {
    let (page, next) = cut(rows, from, limit);
    (page, next.map(|next| next + 1).filter(|next| *next < rows.len()))
}

pub(crate) fn repeats_one_between_pages(
    rows: &Rows,
    from: usize,
    limit: usize,
) -> (Rows, Option<usize>) {
    let (page, next) = cut(rows, from, limit);
    (page, next.map(|next| (next - 1).max(from + 1)).filter(|next| *next < rows.len()))
}

pub(crate) fn ends_with_a_full_page(
    rows: &Rows,
    from: usize,
    limit: usize,
) -> (Rows, Option<usize>) {
    let (page, next) = cut(rows, from, limit);
    (page, next.filter(|next| next + limit != rows.len()))
}

pub(crate) fn has_no_limit(rows: &Rows, from: usize, _: usize) -> (Rows, Option<usize>) {
    cut(rows, from, rows.len())
}

pub(crate) fn begins_anew(rows: &Rows, from: usize, limit: usize) -> (Rows, Option<usize>) {
    let (page, next) = cut(rows, from, limit);
    (page, Some(next.unwrap_or(0)))
}

pub(crate) fn has_empty_pages(rows: &Rows, from: usize, limit: usize) -> (Rows, Option<usize>) {
    // An odd position stands for an empty page before the real one.
    if from.is_multiple_of(2) && !rows.is_empty() {
        return (Vec::new(), Some(from + 1));
    }
    let (page, next) = cut(rows, from / 2, limit);
    (page, next.map(|next| 2 * next))
}

/// A last page may be empty.
pub(crate) fn ends_with_an_empty_page(
    rows: &Rows,
    from: usize,
    limit: usize,
) -> (Rows, Option<usize>) {
    let (page, _) = cut(rows, from, limit);
    let next = from + page.len();
    (page, Some(next).filter(|next| *next > from))
}

/// Answers scans from a copy that is some commits behind.
pub(crate) struct Lags {
    copy: MemoryStore,
    behind: Mutex<VecDeque<ChangeSet>>,
    /// Whether each scan brings the copy nearer.
    catches_up: bool,
    /// What the copy never takes over.
    misses: fn(&Write) -> bool,
}

impl Lags {
    fn new(catches_up: bool, misses: fn(&Write) -> bool) -> Self {
        Self { copy: MemoryStore::new(), behind: Mutex::default(), catches_up, misses }
    }

    pub(crate) fn and_catches_up() -> Self {
        Self::new(true, |_| false)
    }

    pub(crate) fn for_ever() -> Self {
        Self::new(false, |_| false)
    }

    /// An index from which nothing is ever removed.
    pub(crate) fn without_deletes() -> Self {
        Self::new(true, |write| *write == Write::Delete)
    }

    /// Applies the oldest commit to the copy, which makes the same versions of it.
    fn catch_up(&self, behind: &mut VecDeque<ChangeSet>) {
        if let Some(change) = behind.pop_front() {
            let operations = change.operations().iter();
            let kept =
                operations.filter(|is| !(self.misses)(&is.write)).cloned().collect::<Vec<_>>();
            Sound { store: &self.copy, instance: 0 }.force(&kept);
        }
    }
}

#[async_trait]
impl Defect for Lags {
    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let told = sound.commit(change);
        let mut behind = self.behind.lock().unwrap();
        if told == CommitOutcome::Committed {
            behind.push_back(change.clone());
        }
        while behind.len() > 5 {
            self.catch_up(&mut behind);
        }
        Ok(told)
    }

    async fn scan(&self, _: Sound<'_>, scan: &Scan, page: &Page) -> Result<ScanPage, StoreError> {
        if self.catches_up {
            self.catch_up(&mut self.behind.lock().unwrap());
        }
        self.copy.scan(scan, page).await
    }
}

/// An index by instant from which nothing is ever removed.
#[derive(Default)]
pub(crate) struct NeverForgets(Mutex<Rows>);

#[async_trait]
impl Defect for NeverForgets {
    async fn commit(
        &self,
        sound: Sound<'_>,
        change: &ChangeSet,
    ) -> Result<CommitOutcome, StoreError> {
        let told = sound.commit(change);
        if told == CommitOutcome::Committed {
            let written = change.operations().iter();
            let written = written.filter(|is| matches!(is.write, Write::Put(_)));
            let found = written.filter_map(|is| Some((is.key.clone(), sound.read(&is.key)?)));
            let mut index = self.0.lock().unwrap();
            for (key, found) in found {
                let same =
                    |(of, old): &(Key, Versioned)| *of == key && old.row.due == found.row.due;
                index.retain(|old| !same(old));
                index.push((key, found));
            }
        }
        Ok(told)
    }

    async fn scan(
        &self,
        sound: Sound<'_>,
        scan: &Scan,
        page: &Page,
    ) -> Result<ScanPage, StoreError> {
        let Scan::Due { realm, until } = scan else {
            return sound.store.scan(scan, page).await;
        };
        let mut rows = self.0.lock().unwrap().clone();
        rows.retain(|(key, _)| key.realm() == realm);
        rows.retain(|(_, found)| found.row.due.is_some_and(|due| due <= *until));
        rows.sort_by_key(|(_, found)| found.row.due);
        let (rows, next) = cut(&rows, position(page), page.limit.into());
        Ok(ScanPage::new(rows, next.map(cursor)))
    }
}

/// A cursor is how many rows were given.
fn position(page: &Page) -> usize {
    let given = |cursor: &Cursor| usize::from_le_bytes(cursor.as_bytes().try_into().unwrap());
    page.after.as_ref().map_or(0, given)
}

fn cursor(position: usize) -> Cursor {
    Cursor::new(position.to_le_bytes().to_vec())
}
