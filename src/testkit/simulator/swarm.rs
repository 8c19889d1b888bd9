//! What a seed has in it: each draws its own mix of faults and of calls, so that a rare fault is not
//! always in the company of all others.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::chance::Chance;

macro_rules! classes {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $class:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum $name { $($(#[$each])* $class,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$class,)+];
        }
    };
}

classes! {
    /// A kind of fault that a seed has or has not.
    FaultClass {
        /// Reads and scans of the store fail.
        ReadFails,
        /// Commits fail, certainly without effect.
        CommitFails,
        /// Commits are applied, and nobody hears of it.
        CommitReplyLost,
        /// Commits are not applied, and nobody hears of it.
        CommitLost,
        /// Commits are applied later than they were answered.
        CommitLate,
        /// Scans leave rows out.
        ScanStale,
        /// Requests are certainly not sent.
        NotSent,
        /// Requests are lost on the way, and the sender cannot know.
        RequestLost,
        /// Requests have their effect, and the answer is lost.
        AnswerLost,
        /// Requests have their effect later than their sender has given up.
        RequestLate,
        /// Zoom answers 503, without effect.
        ServerError,
        /// Zoom answers 503, and has done it.
        ServerErrorAfterEffect,
        /// Zoom says that there were too many requests in this second.
        PerSecondLimit,
        /// Other apps use up the day's requests.
        DailyLimit,
        /// Zoom says that the access token is expired.
        TokenExpired,
        /// A worker stands still between the look at its clock and the first byte that it sends.
        Paused,
        /// Callers go away: the future of a call is dropped at any await.
        CallDropped,
        /// A process dies with all that it was doing.
        ProcessDies,
        /// What a dropped call had begun is done nevertheless.
        LandsAfterDrop,
        /// Clocks of processes differ.
        ClockSkew,
        /// Clocks are set, forwards and backwards.
        ClockStep,
        /// Webhooks come twice, late, in another order, or never.
        WebhookTrouble,
        /// People make and delete meetings in Zoom.
        PeopleAtZoom,
        /// Refresh tokens die, and apps are removed.
        TokensDie,
        /// Requests and commits land up to 20 minutes late, and clocks differ by minutes: no promise
        /// holds at every moment any more, all hold at the end.
        BeyondBound,
    }
}

classes! {
    /// A kind of call that a seed has or has not. Booking and background work are always there.
    DeedClass {
        /// The same booking is asked for again, with the same request id.
        Repeat,
        /// Confirming what is pending.
        Confirm,
        /// Cancelling.
        Cancel,
        /// Deleting an appointment.
        Delete,
        /// Moving to another time.
        Reschedule,
        /// Handing over to another host.
        Reassign,
        /// Changing the title.
        Edit,
        /// Connecting Zoom: again, with another Zoom account, or with one of somebody else.
        Connect,
        /// Disconnecting Zoom.
        Disconnect,
        /// Deleting a user, and bringing them back.
        Users,
        /// Changing a calendar.
        Calendars,
    }
}

/// What a seed has in it.
#[derive(Debug)]
pub(super) struct Swarm {
    /// One in so many calls that a fault fits meets it.
    faults: BTreeMap<FaultClass, u64>,
    deeds: BTreeMap<DeedClass, u64>,
    /// How far clocks are off, at most.
    pub(super) skew: i64,
    /// The requests of a day: small caps are used up within a simulation.
    pub(super) quota_cap: u32,
    /// How many steps a task goes on, on average, before another does.
    pub(super) burst: u64,
    /// So many calls are made at once, at most.
    pub(super) most_tasks: usize,
    /// How late a request takes effect after its sender has given up, at most, in seconds.
    pub(super) lateness: i64,
}

/// One in so many calls has a fault of a class.
const RARITIES: [u64; 4] = [6, 12, 30, 80];
/// How often a call of a class is made, of so many.
const WEIGHTS: [u64; 3] = [1, 2, 4];

/// What the guard of two minutes around midnight has to cover: clocks that are off, the deadline of a
/// call (20 s), and how late it lands.
const SKEWS_AND_LATENESS: [(i64, i64); 4] = [(30, 60), (45, 50), (60, 35), (90, 8)];
const CAPS: [u32; 4] = [100, 100, 12, 5];
const BURSTS: [u64; 4] = [1, 3, 8, 30];
const MOST_TASKS: [usize; 4] = [1, 2, 4, 7];
const BEYOND: i64 = 20 * 60;

impl Swarm {
    pub(super) fn draw(chance: &Chance) -> Self {
        let mut faults = BTreeMap::new();
        // Some seeds are nearly calm: then what goes wrong goes wrong by itself.
        let one_in = match chance.below(6) {
            0 => 20,
            _ => chance.between(2, 5).unsigned_abs(),
        };
        for class in FaultClass::ALL {
            let rarity = chance.pick(&RARITIES).copied().unwrap_or_default();
            let is_on = match class {
                FaultClass::BeyondBound => chance.one_in(8),
                _ => chance.one_in(one_in),
            };
            if is_on {
                faults.insert(*class, rarity);
            }
        }
        let mut deeds = BTreeMap::new();
        for class in DeedClass::ALL {
            let weight = chance.pick(&WEIGHTS).copied().unwrap_or_default();
            if !chance.one_in(3) {
                deeds.insert(*class, weight);
            }
        }
        let bounds = chance.pick(&SKEWS_AND_LATENESS).copied().unwrap_or_default();
        let burst = chance.pick(&BURSTS).copied().unwrap_or(1);
        let most_tasks = chance.pick(&MOST_TASKS).copied().unwrap_or(1);
        let quota_cap = chance.pick(&CAPS).copied().unwrap_or(100);
        Self { quota_cap, burst, most_tasks, ..Self::bounded(faults, deeds, bounds) }
    }

    fn bounded(
        faults: BTreeMap<FaultClass, u64>,
        deeds: BTreeMap<DeedClass, u64>,
        (skew, lateness): (i64, i64),
    ) -> Self {
        let is_beyond = faults.contains_key(&FaultClass::BeyondBound);
        let skew = if faults.contains_key(&FaultClass::ClockSkew) { skew } else { 0 };
        Self {
            faults,
            deeds,
            quota_cap: 100,
            burst: 1,
            most_tasks: 1,
            skew: if is_beyond { skew.saturating_mul(3) } else { skew },
            lateness: if is_beyond { BEYOND } else { lateness },
        }
    }

    /// Nothing goes wrong.
    pub(super) fn calm(quota_cap: u32) -> Self {
        Self { quota_cap, ..Self::bounded(BTreeMap::new(), BTreeMap::new(), (0, 0)) }
    }

    pub(super) fn has(&self, class: FaultClass) -> bool {
        self.faults.contains_key(&class)
    }

    /// Whether anything in it can cost a user their tokens: what is lost of a refresh or a consent, and
    /// whoever ends them.
    pub(super) fn kills_tokens(&self) -> bool {
        const HARMLESS: [FaultClass; 7] = [
            FaultClass::ScanStale,
            FaultClass::PerSecondLimit,
            FaultClass::DailyLimit,
            FaultClass::ClockSkew,
            FaultClass::WebhookTrouble,
            FaultClass::PeopleAtZoom,
            FaultClass::NotSent,
        ];
        let is_harmless = self.faults.keys().all(|class| HARMLESS.contains(class));
        // A consent that fails on its way has killed the tokens before.
        !is_harmless || self.deeds.contains_key(&DeedClass::Connect)
    }

    /// Whether a fault of this class happens now.
    pub(super) fn strikes(&self, class: FaultClass, chance: &Chance) -> bool {
        self.faults.get(&class).is_some_and(|rarity| chance.one_in(*rarity))
    }

    /// How often calls of a class are made; 0 for never.
    pub(super) fn weight(&self, class: DeedClass) -> u64 {
        self.deeds.get(&class).copied().unwrap_or_default()
    }

    /// How late something lands.
    pub(super) fn late_by(&self, chance: &Chance) -> TimeDelta {
        TimeDelta::seconds(chance.between(1, self.lateness))
    }

    /// How far a clock is off.
    pub(super) fn skew(&self, chance: &Chance) -> TimeDelta {
        TimeDelta::seconds(chance.between(self.skew.saturating_neg(), self.skew))
    }

    /// The classes that are on.
    pub(super) fn faults(&self) -> Vec<FaultClass> {
        self.faults.keys().copied().collect()
    }

    pub(super) fn deeds(&self) -> Vec<DeedClass> {
        self.deeds.keys().copied().collect()
    }
}
