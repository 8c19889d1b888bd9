//! Reading and writing calendars.
//!
//! The hosts of a round robin calendar stand in rows of their own: 2,000 of them do not fit one.

use super::keys::RowKey;
use super::planner::Planner;
use super::records::{CalendarRow, HostPageRow};
use crate::error::{Conflict, Error, Fault, InvalidInput, Refusal, Thing, missing};
use crate::ports::{Key, MAX_CHANGE_SET_BYTES};
use crate::words::{
    Calendar, CalendarKind, CalendarRef, Revision, RoundRobinHost, RoundRobinHosts,
};

/// Hosts of one page, as JSON: well below the bound of a row.
const PAGE_BYTES: usize = 48 << 10;

/// A calendar as it is, or a moment ago was.
pub(crate) async fn peek(
    planner: &mut Planner<'_>,
    id: &CalendarRef,
) -> Result<Option<Calendar>, Error> {
    Ok(peek_revised(planner, id).await?.map(|(calendar, _)| calendar))
}

/// Like [`peek`], with the revision that the calendar has.
async fn peek_revised(
    planner: &mut Planner<'_>,
    id: &CalendarRef,
) -> Result<Option<(Calendar, Revision)>, Error> {
    let Some(row) = planner.peek(&planner.keys.calendar(id)).await? else {
        return Ok(None);
    };
    let CalendarRow { mut calendar, revision, host_pages } = row;
    if matches!(calendar.kind, CalendarKind::RoundRobin(_)) {
        let pages = planner.peek_all(&pages(planner, id, host_pages)).await?;
        let whole = pages.iter().flatten().filter(|page| page.revision == revision).count();
        if whole != usize::from(host_pages) {
            // Somebody is changing the calendar at this moment.
            return Err(Conflict::Contended { tries: 1 }.into());
        }
        let hosts = pages.into_iter().flatten().flat_map(|page| page.hosts).collect();
        let broken = |_| Fault::Inconsistent("the hosts of a calendar contradict each other");
        calendar.kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts).map_err(broken)?);
    }
    Ok(Some((calendar, revision)))
}

/// The rows that a calendar stands in.
pub(crate) async fn rows(planner: &mut Planner<'_>, id: &CalendarRef) -> Result<Vec<Key>, Fault> {
    let row = planner.keys.calendar(id);
    let host_pages = planner.peek(&row).await?.map_or(0, |row| row.host_pages);
    let pages = pages(planner, id, host_pages).into_iter().map(|page| page.key);
    Ok(std::iter::once(row.key).chain(pages).collect())
}

/// Like [`peek`], of a calendar that has to be there.
pub(crate) async fn find(planner: &mut Planner<'_>, id: &CalendarRef) -> Result<Calendar, Error> {
    Ok(find_revised(planner, id).await?.0)
}

/// Like [`find`], with the revision that the calendar has.
pub(crate) async fn find_revised(
    planner: &mut Planner<'_>,
    id: &CalendarRef,
) -> Result<(Calendar, Revision), Error> {
    peek_revised(planner, id).await?.ok_or_else(|| unknown(id))
}

/// Like [`find`], of a calendar that still has to have this revision when the change is committed.
pub(crate) async fn find_unchanged(
    planner: &mut Planner<'_>,
    id: &CalendarRef,
    revision: Revision,
) -> Result<Calendar, Error> {
    let row = planner.load(&planner.keys.calendar(id)).await?.ok_or_else(|| unknown(id))?;
    if row.revision != revision {
        return Err(Refusal::CalendarChanged { calendar: id.calendar().clone() }.into());
    }
    find(planner, id).await
}

fn unknown(id: &CalendarRef) -> Error {
    missing(Thing::Calendar(id.calendar().clone()))
}

/// The settings of a calendar that has to be there; the hosts of a round robin are left out.
pub(crate) async fn settings(
    planner: &mut Planner<'_>,
    id: &CalendarRef,
) -> Result<Calendar, Error> {
    let row = planner.peek(&planner.keys.calendar(id)).await?;
    row.map(|row| row.calendar).ok_or_else(|| unknown(id))
}

/// Writes a calendar, if nobody else does meanwhile.
pub(crate) async fn put(planner: &mut Planner<'_>, calendar: &Calendar) -> Result<(), Error> {
    let id = calendar.as_ref();
    let row = planner.keys.calendar(&id);
    let before = planner.load(&row).await?.map_or(0, |row| row.host_pages);
    let revision = Revision::from_uuid(planner.id.as_uuid());
    let (calendar, hosts) = without_hosts(calendar);
    let hosts = paged(hosts)?;
    let host_pages = u16::try_from(hosts.len()).map_err(|_| too_large(usize::MAX))?;
    planner.put_input(&row, &CalendarRow { calendar, revision, host_pages })?;
    let rows = pages(planner, &id, host_pages.max(before));
    planner.peek_all(&rows).await?;
    let mut hosts = hosts.into_iter();
    for row in &rows {
        match hosts.next() {
            Some(hosts) => planner.put(row, &HostPageRow { revision, hosts })?,
            None => planner.delete(row),
        }
    }
    Ok(())
}

fn pages(planner: &Planner<'_>, id: &CalendarRef, count: u16) -> Vec<RowKey<HostPageRow>> {
    (0..count).map(|page| planner.keys.host_page(id, page)).collect()
}

fn without_hosts(calendar: &Calendar) -> (Calendar, Vec<RoundRobinHost>) {
    let mut calendar = calendar.clone();
    let CalendarKind::RoundRobin(hosts) = &mut calendar.kind else {
        return (calendar, Vec::new());
    };
    let hosts = std::mem::take(hosts).into();
    (calendar, hosts)
}

/// The hosts in pages of bounded size, in order.
fn paged(hosts: Vec<RoundRobinHost>) -> Result<Vec<Vec<RoundRobinHost>>, Error> {
    let mut pages: Vec<Vec<RoundRobinHost>> = Vec::new();
    let (mut in_page, mut in_all) = (PAGE_BYTES, 0_usize);
    for host in hosts {
        let bytes = serde_json::to_vec(&host).map_err(Fault::Unwritable)?.len();
        in_page = in_page.saturating_add(bytes);
        in_all = in_all.saturating_add(bytes);
        match pages.last_mut() {
            Some(page) if in_page <= PAGE_BYTES => page.push(host),
            _ => {
                in_page = bytes;
                pages.push(vec![host]);
            }
        }
    }
    // The rest of the change set is small.
    if in_all > MAX_CHANGE_SET_BYTES / 2 { Err(too_large(in_all).into()) } else { Ok(pages) }
}

fn too_large(given: usize) -> Refusal {
    InvalidInput::TooLarge { given, allowed: MAX_CHANGE_SET_BYTES / 2 }.into()
}
