//! The flows that are cut off everywhere.

use super::super::deed::Deed;
use super::super::told::Guest;

/// What is asked for, and by whom.
pub(in super::super) type Do = (Deed, Option<Guest>);

/// A flow over the whole of the crate.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Flow {
    /// A booking with its link.
    Book,
    /// A second booking in a slot that has a link.
    ShareSlot,
    /// A booking with two hosts.
    Collective,
    /// Confirming what was pending.
    Confirm,
    /// Moving to another time: the new link is made before the old one goes.
    Reschedule,
    /// Handing over to another host.
    HandOver,
    /// Another title, which Zoom shows.
    Rename,
    /// Cancelling.
    Cancel,
    /// The day's requests are used up, and come back.
    QuotaUsedUp,
    /// Disconnecting and connecting again, with a cancelled appointment in between.
    Reconnect,
    /// Tokens that have to be refreshed first.
    Refresh,
    /// Booking, moving and cancelling, one after the other.
    BookMoveCancel,
}

/// A step of a flow.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Step {
    /// On a calendar, at a start.
    Book(usize, usize),
    Confirm,
    /// To a start.
    Reschedule(usize),
    /// To the other host.
    HandOver,
    Rename,
    Cancel,
    /// The user with this number.
    Disconnect(usize),
    Connect(usize),
    Work,
    /// So many minutes.
    Wait(i64),
}

const SINGLE: usize = 0;
const CLASS: usize = 1;
/// Hosted by the third user, and the second one.
const PANEL: usize = 2;
const REVIEW: usize = 3;
const CAT: usize = 2;
/// Starts in two days.
const FIRST: usize = 4;
const SECOND: usize = 5;
const HOURS: i64 = 60;

impl Flow {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Book,
        Self::ShareSlot,
        Self::Collective,
        Self::Confirm,
        Self::Reschedule,
        Self::HandOver,
        Self::Rename,
        Self::Cancel,
        Self::QuotaUsedUp,
        Self::Reconnect,
        Self::Refresh,
        Self::BookMoveCancel,
    ];

    pub(super) const fn quota_cap(self) -> u32 {
        match self {
            Self::QuotaUsedUp => 1,
            _ => 100,
        }
    }

    /// What goes before, undisturbed.
    pub(super) fn before(self) -> Vec<Step> {
        match self {
            Self::Book | Self::Collective | Self::BookMoveCancel => Vec::new(),
            Self::ShareSlot => vec![Step::Book(CLASS, FIRST)],
            Self::Confirm => vec![Step::Book(REVIEW, FIRST)],
            Self::Reschedule | Self::HandOver | Self::Rename | Self::Cancel => {
                vec![Step::Book(SINGLE, FIRST)]
            }
            Self::QuotaUsedUp | Self::Reconnect => vec![Step::Book(PANEL, FIRST)],
            Self::Refresh => vec![Step::Book(PANEL, FIRST), Step::Wait(2 * HOURS)],
        }
    }

    /// What is cut off.
    pub(super) fn steps(self) -> Vec<Step> {
        match self {
            Self::Book => vec![Step::Book(SINGLE, FIRST), Step::Work],
            Self::ShareSlot => vec![Step::Book(CLASS, FIRST), Step::Work],
            Self::Collective => vec![Step::Book(PANEL, FIRST), Step::Work],
            Self::Confirm => vec![Step::Confirm, Step::Work],
            Self::Reschedule => vec![Step::Reschedule(SECOND), Step::Work],
            Self::HandOver => vec![Step::HandOver, Step::Work],
            Self::Rename => vec![Step::Rename, Step::Work],
            Self::Cancel => vec![Step::Cancel, Step::Work],
            Self::QuotaUsedUp => {
                vec![Step::Book(PANEL, SECOND), Step::Work, Step::Wait(7 * HOURS), Step::Work]
            }
            Self::Reconnect => {
                vec![Step::Disconnect(CAT), Step::Cancel, Step::Connect(CAT), Step::Work]
            }
            Self::Refresh => vec![Step::Work, Step::Book(PANEL, SECOND), Step::Work],
            Self::BookMoveCancel => {
                vec![Step::Book(SINGLE, FIRST), Step::Reschedule(SECOND), Step::Cancel, Step::Work]
            }
        }
    }
}
