//! Mistakes that the code avoids, to be made again on purpose: the simulator has to notice each of
//! them. The switches are there in this crate's own unit tests only; anywhere else `bug!` is `false`.

/// Whether this mistake is to be made.
#[cfg(not(test))]
macro_rules! bug {
    ($bug:ident) => {
        false
    };
}
#[cfg(test)]
macro_rules! bug {
    ($bug:ident) => {
        crate::bugs::is_on(crate::bugs::Bug::$bug)
    };
}
pub(crate) use bug;

#[cfg(test)]
pub(crate) use switch::{Bug, is_on, with};

#[cfg(test)]
mod switch {
    use std::cell::Cell;

    thread_local! {
        static ON: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// The bugs, named by what goes wrong, and all of them.
    macro_rules! bugs {
        ($($(#[doc = $says:literal])+ $bug:ident,)+) => {
            #[derive(Clone, Copy, Debug, Eq, PartialEq)]
            pub(crate) enum Bug { $($(#[doc = $says])+ $bug,)+ }

            impl Bug {
                pub(crate) const ALL: &[Self] = &[$(Self::$bug),+];
            }
        };
    }

    bugs! {
        // ---- Calls of Zoom ----
        /// The answer to any call settles whichever call is out.
        NoFencing,
        /// Zoom is looked at before a call can no longer take effect.
        NoSettle,
        /// A create whose answer was lost is sent again.
        CreateRepeatedBlindly,
        /// A create is sent without a row that says so.
        NoSendingMark,
        /// Our own meetings are not known again.
        MarkerNotMatched,
        /// Any meeting is taken for ours.
        StrangersAdopted,
        /// What appears after the first look is never looked for.
        NoSweep,
        /// Meetings that are too many are left.
        SurplusLeft,
        /// Of a dropped link the meeting that was just made is forgotten.
        MadeForDroppedForgotten,
        /// A delete whose answer was lost is taken for done.
        UnknownDeleteTakenForDone,
        /// A rename whose answer was lost is taken for done.
        UnknownRenameTakenForDone,
        /// What is in doubt on one Zoom account is looked for on another.
        LookedOnAnotherAccount,

        // ---- Quota ----
        /// What may have been sent is given back.
        RefundOnTimeout,
        /// A request is charged when its answer is there.
        ChargedAfterTheCall,
        /// Near midnight only the day that our clock shows is charged.
        OneDayCharged,
        /// Deletes are not charged.
        DeletesNotCharged,
        /// What was deferred is never tried again.
        DeferredForEver,

        // ---- Commits ----
        /// No receipt is written: nobody can tell whether a commit was applied.
        NoReceipt,
        /// A commit whose outcome is unknown is planned anew.
        UnknownTakenForFailed,
        /// A commit whose outcome is unknown is taken for done.
        UnknownTakenForDone,
        /// A conflict is taken for done.
        ConflictTakenForDone,
        /// A request id is not remembered.
        RequestForgotten,

        // ---- Hosts' time ----
        /// Of a slot that touches two days only the first is written.
        SecondDayForgotten,
        /// Whoever cancels keeps their seat.
        SeatKept,
        /// Others' seats in a slot are not counted.
        SeatsNotCounted,

        // ---- Links ----
        /// The first who leaves drops the link of all.
        DroppedWhileUsed,
        /// What waited for a new link is forgotten, not dropped.
        ReplacedForgotten,

        // ---- Connections ----
        /// A Zoom account is tied to whoever comes.
        TieNotChecked,
        /// Links that waited for a connection are not woken.
        NotWoken,
        /// A link that waits for a connection cannot be found by it.
        WaitingNotNoted,
        /// Tokens are refreshed without the lane.
        RefreshWithoutLane,
        /// The old refresh token is kept.
        OldRefreshTokenKept,
        /// What Zoom tells of an earlier consent ends the present one.
        OldRemovalCounts,
        /// Tokens are not revoked at a disconnect.
        NotRevoked,
        /// What Zoom tells of a meeting is passed over.
        HintsIgnored,
    }

    /// Whether this bug is on in this thread.
    pub(crate) fn is_on(bug: Bug) -> bool {
        ON.get() == Some(bug)
    }

    /// Runs with a bug switched on.
    pub(crate) fn with<T>(bug: Bug, run: impl FnOnce() -> T) -> T {
        struct Off;
        impl Drop for Off {
            fn drop(&mut self) {
                ON.set(None);
            }
        }
        let _off = Off;
        ON.set(Some(bug));
        run()
    }
}
