//! What people do in Zoom, and what Zoom tells of it.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::deed::Deed;
use super::probe::Probe;
use super::run::Run;
use super::swarm::FaultClass;
use crate::testkit::scenario::view::marked;
use crate::testkit::{SimulatedMeeting, SimulatedWebhook};
use crate::words::{Interval, LinkId};

/// What they did, and what is in the post.
#[derive(Default)]
pub(super) struct People {
    /// Webhooks on their way.
    pub(super) mail: Vec<SimulatedWebhook>,
    /// The meetings that people made, as they are.
    pub(super) meetings: Vec<SimulatedMeeting>,
    /// The links whose meetings people deleted or restored, and nobody here was told.
    pub(super) untold: BTreeSet<LinkId>,
    /// The links whose meetings people gave another name.
    pub(super) retitled: BTreeSet<LinkId>,
}

impl People {
    /// What was not taken comes again.
    pub(super) fn comes_back(&mut self, deed: Deed) {
        if let Deed::Webhook(webhook) = deed {
            self.mail.push(webhook);
        }
    }
}

impl Run {
    /// Zoom sends a webhook.
    pub(super) fn post(&mut self) {
        self.people.mail.extend(self.ground.zoom.webhooks());
        let at = self.chance.below(u64::try_from(self.people.mail.len()).unwrap_or_default());
        let at = usize::try_from(at).unwrap_or_default();
        if at >= self.people.mail.len() {
            return;
        }
        let has_trouble = self.swarm.has(FaultClass::WebhookTrouble);
        let webhook = self.people.mail.remove(if has_trouble { at } else { 0 });
        if has_trouble && self.chance.one_in(4) {
            self.hit(Probe::WebhookDropped);
            return;
        }
        if has_trouble && self.chance.one_in(3) {
            self.hit(Probe::WebhookTwice);
            self.people.mail.push(webhook.clone());
        }
        let process = self.any_process();
        self.begin(process, Deed::Webhook(webhook), None);
    }

    /// A person does something in Zoom.
    pub(super) fn at_zoom(&mut self) {
        self.ground.state().trace.event(&[11]);
        let dies = self.swarm.has(FaultClass::TokensDie);
        let people = self.swarm.has(FaultClass::PeopleAtZoom);
        match self.chance.below(8) {
            0 if dies => self.tokens_die(),
            1 if dies => self.app_is_removed(),
            2 if people => self.make_meeting(),
            3 | 4 if people => self.delete_meeting(),
            5 | 6 if people => self.restore_meeting(),
            7 if people => self.retitle_meeting(),
            _ => {}
        }
    }

    fn tokens_die(&self) {
        if let Some(host) = self.chance.pick(&self.world.people) {
            self.ground.zoom.void_refresh_tokens(Some(&host.zoom));
            self.note(&format!("the refresh token of {} is void", host.zoom));
        }
    }

    fn app_is_removed(&self) {
        if let Some(host) = self.chance.pick(&self.world.people) {
            self.ground.zoom.remove_app(&host.zoom);
            self.note(&format!("{} removes the app", host.zoom));
        }
    }

    fn make_meeting(&mut self) {
        let Some(host) = self.chance.pick(&self.world.people) else { return };
        let start = self.now() + TimeDelta::hours(self.chance.between(1, 100));
        let Ok(when) = Interval::new(start, start + TimeDelta::hours(1)) else { return };
        let id = self.ground.zoom.make_meeting(&host.zoom, "Private", when);
        self.ground.state().watch.made_by_hand.insert(id);
        self.note(&format!("{} makes meeting {id} by hand", host.zoom));
        let made = self.ground.zoom.meetings().into_iter().find(|meeting| meeting.id == id);
        self.people.meetings.extend(made);
    }

    fn delete_meeting(&mut self) {
        let meetings = self.ground.zoom.meetings();
        let Some(meeting) = self.chance.pick(&meetings) else { return };
        self.ground.zoom.delete_meeting(meeting.id);
        self.note(&format!("meeting {} is deleted by hand", meeting.id));
        self.people.meetings.retain(|known| known.id != meeting.id);
        self.by_hand(meeting, Probe::DeletedByHand);
    }

    fn restore_meeting(&mut self) {
        let meetings = self.ground.zoom.deleted_meetings();
        let Some(meeting) = self.chance.pick(&meetings) else { return };
        self.ground.zoom.restore_meeting(meeting.id);
        self.note(&format!("meeting {} is restored by hand", meeting.id));
        if marked(meeting).is_none() {
            self.people.meetings.push(meeting.clone());
        }
        self.by_hand(meeting, Probe::RestoredByHand);
    }

    /// Of one of ours; names are left as people want them.
    fn retitle_meeting(&mut self) {
        let meetings = self.ground.zoom.meetings();
        let Some(meeting) = self.chance.pick(&meetings) else { return };
        let Some(link) = marked(meeting) else { return };
        self.ground.zoom.edit_meeting(meeting.id, Some("Retitled"), None);
        self.note(&format!("meeting {} is given another name", meeting.id));
        self.people.retitled.insert(link);
        self.hit(Probe::RetitledByHand);
    }

    /// A webhook tells of it, unless it gets lost.
    fn by_hand(&mut self, meeting: &SimulatedMeeting, probe: Probe) {
        let Some(link) = marked(meeting) else { return };
        // Of one that nobody knows yet a webhook says nothing.
        let is_known = self.ground.state().watch.knows(&meeting.join_url);
        if !is_known || self.swarm.has(FaultClass::WebhookTrouble) {
            self.people.untold.insert(link);
        }
        self.hit(probe);
    }

    pub(super) fn note(&self, text: &str) {
        self.ground.state().trace.line(format_args!("        {text}"));
    }
}
