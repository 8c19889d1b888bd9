//! Scans, page by page, and what holds of each page however much the store lags.

use super::instance::{Instance, again};
use super::seen::{Seen, ensure, shown_key, shown_keys};
use super::time::{Patience, turn};
use crate::ports::{Key, Page, Row, Scan, ScanPage, Versioned};

/// A scan that has not ended by then never does: no case has as many rows.
const MOST_PAGES: usize = 2000;

/// What a page is sorted by.
fn place<'a>(scan: &Scan, key: &'a Key, found: &Versioned) -> (Option<i64>, Option<&'a Key>) {
    match scan {
        Scan::Range { .. } => (None, Some(key)),
        Scan::Due { .. } => (found.row.due.map(|due| due.timestamp()), None),
    }
}

fn is_asked_for(scan: &Scan, key: &Key, found: &Versioned) -> bool {
    match scan {
        Scan::Range { from, to } => from <= key && key < to,
        Scan::Due { realm, until } => {
            key.realm() == realm && found.row.due.is_some_and(|due| due <= *until)
        }
    }
}

/// In order, not too many, and nothing outside of what was asked for.
fn ensure_sound(scan: &Scan, limit: u16, page: &ScanPage) -> Result<(), Seen> {
    let given = page.rows.len();
    ensure(given <= usize::from(limit), || format!("{given} rows on a page of {limit}"))?;
    ensure(given > 0 || page.next.is_none(), || "an empty page is not the last".to_owned())?;
    for (key, found) in &page.rows {
        let outside = || format!("{} is outside of what was asked for", shown_key(key));
        ensure(is_asked_for(scan, key, found), outside)?;
    }
    let mut places = page.rows.iter().map(|(key, found)| place(scan, key, found));
    ensure(places.by_ref().is_sorted(), || {
        format!("not in order: {}", shown_keys(page.rows.iter().map(|(key, _)| key)))
    })
}

/// All rows of a scan, read page by page.
pub(super) async fn pages(
    instance: &Instance,
    scan: &Scan,
    limit: u16,
) -> Result<Vec<(Key, Versioned)>, Seen> {
    let mut found = Vec::new();
    let mut page = Page::first(limit);
    for _ in 0..MOST_PAGES {
        let answer = again(|| instance.store.scan(scan, &page)).await?;
        ensure_sound(scan, limit, &answer)?;
        found.extend(answer.rows);
        match answer.next {
            Some(cursor) => page = Page::after(cursor, limit),
            None => return Ok(found),
        }
        turn().await;
    }
    Err(Seen::new(format!("pages of {limit} have no end, or not within {MOST_PAGES}")))
}

/// Waits until a scan finds exactly these rows, in this order, on pages of every size.
pub(super) async fn finds(
    instance: &Instance,
    scan: &Scan,
    rows: &[(Key, Row)],
) -> Result<(), Seen> {
    let all = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    for limit in [1, 2, 7, all.max(1), all.saturating_add(1), u16::MAX] {
        let mut patience = Patience::default();
        loop {
            let found = pages(instance, scan, limit).await?;
            let rows_of = found.iter().map(|(key, found)| (key, &found.row));
            if rows_of.eq(rows.iter().map(|(key, row)| (key, row))) {
                break;
            }
            let seen = || {
                let found = shown_keys(found.iter().map(|(key, _)| key));
                let wanted = shown_keys(rows.iter().map(|(key, _)| key));
                format!("pages of {limit} hold {found} or other rows there, not {wanted}")
            };
            patience.or_fail(seen).await?;
        }
    }
    Ok(())
}

/// Scans over and over while others write, until all rows that stay were found.
pub(super) async fn finds_meanwhile(
    instance: &Instance,
    scan: &Scan,
    staying: &[(Key, Row)],
) -> Result<(), Seen> {
    let mut patience = Patience::default();
    for times in 0.. {
        let found = pages(instance, scan, 2).await?;
        let is_found = |(key, row): &(Key, Row)| {
            found.iter().any(|(found, versioned)| found == key && versioned.row == *row)
        };
        let missing = staying.iter().filter(|staying| !is_found(staying));
        let missing: Vec<&Key> = missing.map(|(key, _)| key).collect();
        if missing.is_empty() && times >= 10 {
            break;
        }
        if !missing.is_empty() {
            patience.or_fail(|| format!("{} is never found", shown_keys(missing))).await?;
        }
        turn().await;
    }
    Ok(())
}
