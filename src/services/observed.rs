//! What a committed row says, for the simulator: it watches every change.

use uuid::Uuid;

use super::keys::is_kind;
use super::planner::decode;
use super::records::{
    AppointmentRow, Booked, ClaimRow, ConnectionRow, LaneRow, QuotaRow, RequestRow,
};
use crate::error::Fault;
use crate::ports::{Key, Row};
use crate::rules::host_day::HostDay;
use crate::rules::link::Link;
use crate::words::{AppointmentId, UserId, ZoomAccountId};

/// A row, as far as it is watched.
pub(crate) enum Observed {
    Day(HostDay),
    Link(Box<Link>),
    /// The requests that were charged to a Zoom account on a UTC day.
    Quota {
        zoom: Vec<u8>,
        day: i64,
        used: u32,
    },
    Lane {
        holder: Option<Uuid>,
        rests: bool,
    },
    Claim(UserId),
    Connection {
        user: UserId,
        zoom: ZoomAccountId,
        is_live: bool,
    },
    Request(AppointmentId),
    Appointment(Option<Box<Booked>>),
    /// An event or a message: written once.
    News,
    Other,
}

/// Reads a row that was written.
pub(crate) fn observe(key: &Key, row: &Row) -> Result<Observed, Fault> {
    Ok(if is_kind(key, "day") {
        Observed::Day(decode(key, row)?)
    } else if is_kind(key, "link") {
        Observed::Link(Box::new(decode(key, row)?))
    } else if is_kind(key, "quota") {
        let QuotaRow { used, .. } = decode(key, row)?;
        let zoom = part_of(key, b"zoom\x00\x01").unwrap_or_default().to_vec();
        Observed::Quota { zoom, day: last_number(key).unwrap_or_default(), used }
    } else if is_kind(key, "lane") {
        let lane: LaneRow = decode(key, row)?;
        let rests = lane.rests_until.is_some();
        Observed::Lane { holder: lane.lease.map(|lease| lease.holder), rests }
    } else if is_kind(key, "claim") {
        Observed::Claim(decode::<ClaimRow>(key, row)?.user)
    } else if is_kind(key, "connection") {
        let row: ConnectionRow = decode(key, row)?;
        let is_live = row.tokens().is_some();
        Observed::Connection { user: row.user, zoom: row.zoom, is_live }
    } else if is_kind(key, "request") {
        Observed::Request(decode::<RequestRow>(key, row)?.appointment)
    } else if is_kind(key, "appointment") {
        Observed::Appointment(match decode(key, row)? {
            AppointmentRow::Kept(booked) => Some(booked),
            AppointmentRow::Deleted => None,
        })
    } else if ["event", "message", "user message"].iter().any(|kind| is_kind(key, kind)) {
        Observed::News
    } else {
        Observed::Other
    })
}

/// The id of the account in whose partition a row lies, if it lies in one.
pub(crate) fn account_of(key: &Key) -> Option<&[u8]> {
    part_of(key, b"account\x00\x01")
}

fn part_of<'a>(key: &'a Key, whose: &[u8]) -> Option<&'a [u8]> {
    key.partition().strip_prefix(whose)?.strip_suffix(b"\x00\x01")
}

/// The number that ends a sort.
fn last_number(key: &Key) -> Option<i64> {
    let bytes: [u8; 8] = key.sort().last_chunk().copied()?;
    Some((u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed())
}
