//! Links, and the calls that are sent for them.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::super::probe::{Probe, Probes};
use super::breach;
use crate::ports::{HttpRequest, ZoomCall};
use crate::rules::link::{Call, Link, ParkReason};
use crate::testkit::scenario::view::marked_in;
use crate::testkit::{Breach, SimulatedZoom};
use crate::words::LinkId;

/// All links as they stand now.
#[derive(Debug, Default)]
pub(super) struct Links {
    now: BTreeMap<LinkId, Link>,
    /// Whose a join URL is.
    urls: BTreeMap<String, LinkId>,
    /// How often a call was made durable as being sent, and how often it was sent.
    begun: BTreeMap<Target, u32>,
    sent: BTreeMap<Target, u32>,
}

/// What a call is about.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Target {
    Create(Uuid),
    Rename(i64),
    Delete(i64),
}

impl Target {
    fn of(link: &Link, call: &Call) -> Self {
        match call {
            Call::Create { .. } => Self::Create(link.id.as_uuid()),
            Call::Rename { meeting, .. } => Self::Rename(meeting.number()),
            Call::Delete { meeting } => Self::Delete(meeting.number()),
        }
    }

    /// Nothing, if the request changes nothing.
    fn asked(request: &HttpRequest, call: ZoomCall) -> Option<Self> {
        let meeting = SimulatedZoom::call_of(request).and_then(|(_, meeting)| meeting);
        let number = meeting.map(crate::words::MeetingId::number);
        match call {
            ZoomCall::CreateMeeting => marker(request.body()).map(Self::Create),
            ZoomCall::UpdateMeeting => number.map(Self::Rename),
            ZoomCall::DeleteMeeting => number.map(Self::Delete),
            _ => None,
        }
    }
}

/// The marker in the agenda of a create.
fn marker(body: &[u8]) -> Option<Uuid> {
    let body: Value = serde_json::from_slice(body).ok()?;
    marked_in(body.get("agenda")?.as_str()?).map(LinkId::as_uuid)
}

impl Links {
    /// A link was written.
    pub(super) fn put(&mut self, link: Link, probes: &mut Probes) -> Option<Breach> {
        let before = self.now.get(&link.id);
        note(before, &link, probes);
        let came_back = before.is_some_and(Link::is_dropped) && !link.is_dropped();
        let is_new_call = |(call, since)| {
            before.and_then(Link::outgoing).is_none_or(|known| known != (call, since))
        };
        if let Some((call, _)) = link.outgoing().filter(|call| is_new_call(*call)) {
            let begun = self.begun.entry(Target::of(&link, call)).or_default();
            *begun = begun.saturating_add(1);
        }
        let shared = self.shared_url(&link);
        let id = link.id;
        self.now.insert(id, link);
        let seen = || format!("link {id} was dropped, and is wanted again");
        came_back.then(|| breach("I8", "a dropped link never comes back", seen())).or(shared)
    }

    pub(super) fn knows(&self, join_url: &str) -> bool {
        self.urls.contains_key(join_url)
    }

    fn shared_url(&mut self, link: &Link) -> Option<Breach> {
        let url = link.join_url()?.as_str().to_owned();
        let whose = *self.urls.entry(url).or_insert(link.id);
        let seen = || format!("links {whose} and {} have one address", link.id);
        (whose != link.id).then(|| breach("I8", "a join URL belongs to one link", seen()))
    }

    /// A request is being sent.
    pub(super) fn sends(&mut self, request: &HttpRequest, call: ZoomCall) -> Option<Breach> {
        let target = Target::asked(request, call)?;
        let sent = self.sent.entry(target).or_default();
        *sent = sent.saturating_add(1);
        let begun = self.begun.get(&target).copied().unwrap_or_default();
        let seen = || format!("{target:?} was sent {sent} times, and begun {begun} times");
        let says = "no call is sent that is not durable as being sent";
        (*sent > begun).then(|| breach("I6", says, seen()))
    }
}

/// What a change of a link proves to have occurred.
fn note(before: Option<&Link>, link: &Link, probes: &mut Probes) {
    let was = |test: fn(&Link) -> bool| before.is_some_and(test);
    let became = |test: fn(&Link) -> bool| test(link) && !was(test);
    let is_made = |link: &Link| link.join_url().is_some();
    let for_quota = |link: &Link| link.parked_for() == Some(ParkReason::Quota);
    let is_replacing = |link: &Link| !link.replaced().is_empty();
    let call = before.and_then(Link::outgoing).map(|(call, _)| call);
    let is_answered = call.is_some() && link.outgoing().is_none();
    let occurred = [
        (became(Link::is_deferred), Probe::Deferred),
        (became(for_quota), Probe::ParkedForQuota),
        (became(Link::waits_for_connection), Probe::WaitedForConnection),
        (was(Link::waits_for_connection) && !link.waits_for_connection(), Probe::TookLinkBack),
        (became(is_made), Probe::LinkMade),
        (became(is_replacing), Probe::Replaced),
        (became(is_made) && is_answered && link.is_looked_for(), Probe::Adopted),
        (became(is_made) && was(Link::is_lost), Probe::MadeAnew),
        (was(Link::deletes_surplus) && is_answered, Probe::SurplusDeleted),
        (is_answered && matches!(call, Some(Call::Rename { .. })), Probe::LinkRenamed),
        (is_answered && matches!(call, Some(Call::Delete { .. })), Probe::LinkDeleted),
    ];
    for (_, probe) in occurred.into_iter().filter(|(it_did, _)| *it_did) {
        probes.hit(probe);
    }
}
