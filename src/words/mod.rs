//! The words of the domain: plain values that cannot be wrong.
//!
//! No I/O, no clock, no decisions. Every constructor, serde included, refuses bad input with a
//! typed error that says what was given and what is allowed.

mod appointment;
mod calendar;
mod consent;
mod hosts;
mod hours;
mod id;
pub(crate) mod instant;
mod interval;
mod limits;
mod list;
mod location;
mod newtype;
mod occupancy;
mod people;
mod quota;
mod secret;
mod setting;
mod sharing;
mod slot_settings;
mod text;
mod web_link;
mod zone;
mod zoom;

pub use appointment::{Mark, Status};
pub use calendar::{Calendar, CalendarKind, Confirmation};
pub use consent::{
    BrowserSession, ConsentAnswer, ConsentCallback, EntryPoint, InvalidCallback, InvalidSession,
    MAX_CALLBACK_BYTES, MAX_SESSION_BYTES,
};
pub use hosts::{
    Attendance, CollectiveHost, CollectiveHosts, InvalidHosts, MAX_COLLECTIVE_HOSTS,
    MAX_COLLECTIVE_HOSTS_WITH_LIMITS, MAX_ROUND_ROBIN_HOSTS, RoundRobinHost, RoundRobinHosts,
};
pub use hours::{Hours, InvalidTimeOfDay, InvalidWindow, TimeOfDay, WeeklyHours, Window};
pub use id::{
    AccountId, AppointmentId, CalendarId, ChangeSetId, InvalidId, LinkId, MAX_ID_BYTES,
    ParticipantId, RequestId, Revision, UserId, ZoomAccountId,
};
pub(crate) use interval::{EARLIEST_SECOND, LATEST, LATEST_SECOND, check_instant};
pub use interval::{Interval, InvalidInstant, InvalidInterval, InvalidSeconds};
pub use limits::{Limit, Limits, Period, PeriodLimits};
pub use list::{AppointmentFilter, InvalidCursor, ListCursor, ListPage, PageSize};
pub use location::{FixedLocation, Location, LocationSetting};
pub use occupancy::{CalendarRef, InvalidOccupancy, Occupancy, Occupant};
pub use people::{Account, Contact, Participant, Person, Role, User};
pub use quota::QuotaPolicy;
pub use secret::Secret;
pub use setting::InvalidSetting;
pub use sharing::{
    CountedBy, Distribution, Fairness, FairnessDays, NoShows, RescheduleHost, Sharing, Sticky,
    Weight,
};
pub use slot_settings::{
    BookingWindow, Buffer, DateRange, GridOffset, GridStep, InvalidDates, Lapse, Notice, Seats,
    SlotLength, SlotSettings, WindowDays,
};
pub use text::{
    Address, Email, InvalidText, LocationText, Name, Notes, Phone, StatedReason, Title,
};
pub use web_link::{InvalidLink, JoinUrl, MAX_LINK_BYTES, StaticLink};
pub use zone::{InvalidZone, Zone};
pub use zoom::{MAX_TOPIC_CHARS, MeetingId, Topic};
