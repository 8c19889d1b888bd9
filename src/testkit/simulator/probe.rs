//! Proof that what the simulator is for really occurred.

use std::collections::BTreeMap;

macro_rules! probes {
    ($($(#[$doc:meta])* $probe:ident,)+) => {
        /// Something that has to occur now and then over many seeds.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Probe { $($(#[$doc])* $probe,)+ }

        impl Probe {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$probe,)+];
        }
    };
}

probes! {
    /// A read of the store failed.
    ReadFailed,
    /// A scan of the store failed.
    ScanFailed,
    /// A scan left rows out.
    ScanStale,
    /// A commit failed without effect.
    CommitFailed,
    /// A commit met others that were faster.
    CommitConflict,
    /// The outcome of a commit was unknown, and it was applied.
    CommitUnknownApplied,
    /// The outcome of a commit was unknown, and it was not applied.
    CommitUnknownLost,
    /// A commit was applied after its outcome was unknown.
    LateCommitLanded,
    /// A late commit found that others were faster, or that it was applied before.
    LateCommitDead,
    /// A request was certainly not sent.
    RequestNotSent,
    /// A request came too late to be sent.
    DeadlinePassed,
    /// A request was lost.
    RequestLost,
    /// The answer to a create was lost.
    CreateAnswerLost,
    /// The answer to a delete or a rename was lost.
    ChangeAnswerLost,
    /// The answer to a refresh was lost.
    RefreshAnswerLost,
    /// A create took effect after its sender had given up.
    LateCreateLanded,
    /// Another request did.
    LateRequestLanded,
    /// Zoom was unavailable.
    ServerError,
    /// Zoom said so, and had done it.
    ServerErrorAfterEffect,
    /// Too many requests in one second.
    PerSecondLimit,
    /// The day was used up, as Zoom says.
    DailyLimit,
    /// An access token was called expired.
    TokenExpired,
    /// A worker stood still before it sent, and sent nevertheless.
    Paused,
    /// A call was dropped before its commit.
    DroppedBeforeCommit,
    /// A call was dropped after its commit, before it knew.
    DroppedAfterCommit,
    /// A call was dropped between being durable and being sent.
    DroppedBeforeSend,
    /// A call was dropped after its request had its effect, before it knew.
    DroppedAfterSend,
    /// What a dropped call had begun was done nevertheless.
    LandedAfterDrop,
    /// A process died.
    ProcessDied,
    /// A clock was set.
    ClockStepped,
    /// A caller was told that nobody knows.
    ToldUnknown,
    /// A caller was told that the store failed.
    ToldStoreFailed,
    /// A slot was gone.
    SlotTaken,
    /// Two sat in one slot.
    SeatShared,
    /// A request that was repeated had been done.
    RepeatAnswered,
    /// A lane was taken over from somebody who did not come back.
    LaneTakenOver,
    /// A link waited for the reset.
    Deferred,
    /// A link was parked for the quota.
    ParkedForQuota,
    /// A link waited for a connection.
    WaitedForConnection,
    /// A request was charged to two days.
    ChargedTwice,
    /// A request that was not sent was given back.
    Refunded,
    /// Tokens were refreshed.
    Refreshed,
    /// Tokens died.
    TokensDied,
    /// A link that waited for a connection was taken back.
    TookLinkBack,
    /// A link was made.
    LinkMade,
    /// A link was renamed at Zoom.
    LinkRenamed,
    /// A link was dropped, and its meeting deleted.
    LinkDeleted,
    /// A link waited until the one that replaces it was made.
    Replaced,
    /// The outcome of a create was doubtful.
    DoubtfulCreate,
    /// A meeting that was in doubt was found, and adopted.
    Adopted,
    /// A meeting that was too many was deleted.
    SurplusDeleted,
    /// A meeting that a person deleted was made anew.
    MadeAnew,
    /// A Zoom that did not answer was given a rest.
    ZoomRested,
    /// A Zoom account was refused that belongs to another user.
    ZoomTaken,
    /// A user changed to another Zoom account.
    ZoomReplaced,
    /// A webhook was taken.
    WebhookTaken,
    /// A webhook came twice.
    WebhookTwice,
    /// A webhook never came.
    WebhookDropped,
    /// A person deleted a meeting of ours in Zoom.
    DeletedByHand,
    /// A person restored a deleted meeting of ours in Zoom.
    RestoredByHand,
    /// A person gave a meeting of ours another name in Zoom.
    RetitledByHand,
    /// An unconfirmed appointment lapsed.
    Lapsed,
}

/// How often each occurred.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Probes(BTreeMap<Probe, u64>);

impl Probes {
    pub(super) fn hit(&mut self, probe: Probe) {
        let count = self.0.entry(probe).or_default();
        *count = count.saturating_add(1);
    }

    /// How often it occurred.
    #[must_use]
    pub fn count(&self, probe: Probe) -> u64 {
        self.0.get(&probe).copied().unwrap_or_default()
    }

    /// Adds those of another run.
    pub fn add(&mut self, other: &Self) {
        for (probe, count) in &other.0 {
            let sum = self.0.entry(*probe).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// Those that never occurred.
    #[must_use]
    pub fn missing(&self) -> Vec<Probe> {
        Probe::ALL.iter().copied().filter(|probe| self.count(*probe) == 0).collect()
    }
}
