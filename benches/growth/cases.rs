//! What is doubled, and beside what.

/// A question, and the hosts it is asked about.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) hosts: usize,
    pub(crate) days: usize,
    /// Busy times of each host.
    pub(crate) busy: usize,
    /// The calendar's zone, how often it offers slots, and from which minute of the day on.
    pub(crate) grid: (&'static str, u16, u16),
    pub(crate) is_collective: bool,
    pub(crate) is_open_always: bool,
    /// Each busy time spans the whole range.
    pub(crate) is_busy_throughout: bool,
    /// No two hosts have the same hours.
    pub(crate) has_own_hours: bool,
}

const USUAL: Case = Case {
    hosts: 100,
    days: 90,
    busy: 500,
    grid: ("UTC", 15, 0),
    is_collective: false,
    is_open_always: false,
    is_busy_throughout: false,
    has_own_hours: false,
};
const ALONE: Case = Case { hosts: 1, busy: 10_000, is_open_always: true, ..USUAL };
const THROUGHOUT: Case = Case { is_busy_throughout: true, ..ALONE };
/// Each day is a run of its own, and clocks shift twice.
const UNEVEN: Case = Case { grid: ("America/New_York", 50, 10), ..USUAL };

/// One case, and that case with a number doubled three times.
macro_rules! doubled {
    ($number:ident, $usual:expr) => {{
        const FIRST: Case = $usual;
        [
            FIRST,
            Case { $number: FIRST.$number * 2, ..FIRST },
            Case { $number: FIRST.$number * 4, ..FIRST },
            Case { $number: FIRST.$number * 8, ..FIRST },
        ]
    }};
}

/// Which number of a case grows.
type Number = fn(&Case) -> usize;

const HOSTS: Number = |case| case.hosts;
const DAYS: Number = |case| case.days;
const BUSY: Number = |case| case.hosts * case.busy;

pub(crate) const CASES: [(&str, Number, [Case; 4]); 9] = [
    ("hosts", HOSTS, doubled!(hosts, Case { hosts: 125, ..USUAL })),
    (
        "hosts of a collective",
        HOSTS,
        doubled!(hosts, Case { hosts: 125, is_collective: true, ..USUAL }),
    ),
    (
        "hosts of different hours",
        HOSTS,
        doubled!(hosts, Case { hosts: 125, has_own_hours: true, ..USUAL }),
    ),
    ("days", DAYS, doubled!(days, Case { days: 45, busy: 10, ..USUAL })),
    ("days of an uneven grid", DAYS, doubled!(days, Case { days: 45, busy: 10, ..UNEVEN })),
    ("busy", BUSY, doubled!(busy, USUAL)),
    ("busy on an uneven grid", BUSY, doubled!(busy, UNEVEN)),
    ("busy in one window", BUSY, doubled!(busy, Case { busy: 1_250, ..ALONE })),
    ("busy throughout", BUSY, doubled!(busy, Case { busy: 1_250, ..THROUGHOUT })),
];
