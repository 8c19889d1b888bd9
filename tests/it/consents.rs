//! To Zoom's consent page and back (R1): what is refused, and that nothing changes then.

use chrono::TimeDelta;
use slotlink::ports::{AuthorizeUrl, Clock as _};
use slotlink::testkit::{Fault, ZoomVisit, block_on};
use slotlink::words::{BrowserSession, ConsentCallback, EntryPoint, StatedReason, ZoomAccountId};
use slotlink::{Actor, BeginConsent, Connected, ConnectionState, ConsentRefusal, Error, Refusal};
use url::Url;

use crate::world::{World, user};

const REDIRECT: &str = "https://crm.example/zoom/callback";

fn zoom(id: &str) -> ZoomAccountId {
    ZoomAccountId::new(id).unwrap()
}

fn session(name: &str) -> BrowserSession {
    BrowserSession::new(name).unwrap()
}

fn own(id: &str) -> Actor {
    Actor::User(user(id))
}

/// A001, who has connected nothing.
fn world() -> World {
    let world = World::new(&[]);
    world.add_user("A001");
    world
}

impl World {
    fn begin(&self, id: &str, from: &str) -> AuthorizeUrl {
        let entry = EntryPoint::DefaultLocation;
        let ask = BeginConsent::new(user(id), entry, session(from), REDIRECT.parse().unwrap());
        block_on(self.scheduler.begin_zoom_consent(&own(id), &ask)).unwrap()
    }

    fn complete(&self, id: &str, from: &str, back: &Url) -> Result<Connected, Error> {
        let callback = ConsentCallback::from_url(back).unwrap();
        block_on(self.scheduler.complete_zoom_consent(&own(id), &session(from), &callback))
    }

    fn state(&self, id: &str) -> ConnectionState {
        block_on(self.scheduler.zoom_connection(&Actor::System, &user(id))).unwrap().state
    }

    fn pass(&self, time: TimeDelta) {
        self.clock.set(self.clock.now() + time);
    }
}

fn refusal(answer: Result<Connected, Error>) -> ConsentRefusal {
    match answer {
        Err(Error::Refused(Refusal::Consent(refusal))) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn r1_a_consent_connects_and_the_entry_point_comes_back() {
    let world = world();
    let page = world.begin("A001", "tab");
    let back = world.zoom.allow(&page, &zoom("zoom-a")).unwrap();
    assert!(back.as_str().starts_with(REDIRECT));
    let connected = world.complete("A001", "tab", &back).unwrap();
    assert_eq!((connected.zoom, connected.entry), (zoom("zoom-a"), EntryPoint::DefaultLocation));
    assert!(matches!(world.state("A001"), ConnectionState::Connected { .. }));
}

#[test]
fn r1_a_denied_consent_changes_nothing_and_is_over() {
    let world = world();
    let page = world.begin("A001", "tab");
    let denied = world.zoom.deny(&page).unwrap();
    let refused = refusal(world.complete("A001", "tab", &denied));
    assert_eq!(refused.to_string(), "the user did not give their consent (access_denied)");
    // Going back and allowing it after all takes a new question.
    let allowed = world.zoom.allow(&page, &zoom("zoom-a")).unwrap();
    assert_eq!(refusal(world.complete("A001", "tab", &allowed)), ConsentRefusal::Used);
    assert_eq!(world.state("A001"), ConnectionState::None);
}

#[test]
fn r1_a_state_is_good_once_and_only_if_it_was_given() {
    let world = world();
    let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    world.complete("A001", "tab", &back).unwrap();
    assert_eq!(refusal(world.complete("A001", "tab", &back)), ConsentRefusal::Used);
    let made_up: Url = format!("{REDIRECT}?code=c&state=made-up").parse().unwrap();
    assert_eq!(refusal(world.complete("A001", "tab", &made_up)), ConsentRefusal::Unknown);
    assert!(matches!(world.state("A001"), ConnectionState::Connected { .. }));
}

/// An attacker who makes a victim open the attacker's own callback would tie the attacker's Zoom
/// account to the victim, or the victim's to the attacker.
#[test]
fn r1_a_callback_of_another_session_or_user_is_refused_and_stays_good() {
    let world = world();
    world.add_user("B002");
    let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    assert_eq!(refusal(world.complete("A001", "other", &back)), ConsentRefusal::OtherSession);
    assert_eq!(refusal(world.complete("B002", "tab", &back)), ConsentRefusal::OtherSession);
    assert_eq!(world.state("A001"), ConnectionState::None);
    assert_eq!(world.state("B002"), ConnectionState::None);
    world.complete("A001", "tab", &back).unwrap();
}

#[test]
fn r1_a_question_is_open_for_ten_minutes() {
    let second = TimeDelta::seconds(1);
    let minutes = TimeDelta::minutes;
    for (pause, expected) in
        [(minutes(10) - second, None), (minutes(10), Some(ConsentRefusal::Expired))]
    {
        let world = world();
        let page = world.begin("A001", "tab");
        world.pass(pause);
        world.settle();
        let back = world.zoom.allow(&page, &zoom("zoom-a")).unwrap();
        let answer = world.complete("A001", "tab", &back);
        match expected {
            None => assert!(answer.is_ok(), "{answer:?}"),
            Some(expected) => assert_eq!(refusal(answer), expected),
        }
    }
}

#[test]
fn r1_questions_are_forgotten_a_day_after_they_expired() {
    let world = world();
    let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    let forgotten = TimeDelta::days(1) + TimeDelta::minutes(10);
    world.pass(forgotten - TimeDelta::seconds(1));
    world.settle();
    assert_eq!(refusal(world.complete("A001", "tab", &back)), ConsentRefusal::Expired);
    world.pass(TimeDelta::seconds(1));
    world.settle();
    assert_eq!(refusal(world.complete("A001", "tab", &back)), ConsentRefusal::Unknown);
}

#[test]
fn r1_an_old_code_is_refused() {
    let world = world();
    let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    world.pass(TimeDelta::minutes(6));
    assert_eq!(refusal(world.complete("A001", "tab", &back)), ConsentRefusal::CodeRefused);
    assert_eq!(world.state("A001"), ConnectionState::None);
}

/// Somebody who steals a code, but not the verifier, gets nothing for it (RFC 7636).
#[test]
fn r1_a_code_that_was_given_for_another_question_is_refused() {
    let world = world();
    world.add_user("B002");
    let stolen = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    let own = world.zoom.allow(&world.begin("B002", "tab"), &zoom("zoom-b")).unwrap();
    let part = |url: &Url, name: &str| {
        url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
    };
    let mut mixed: Url = REDIRECT.parse().unwrap();
    mixed
        .query_pairs_mut()
        .append_pair("code", &part(&stolen, "code"))
        .append_pair("state", &part(&own, "state"));
    assert_eq!(refusal(world.complete("B002", "tab", &mixed)), ConsentRefusal::CodeRefused);
    assert_eq!(world.state("B002"), ConnectionState::None);
}

#[test]
fn r1_the_entry_point_comes_back_with_a_refusal_too() {
    let world = world();
    let entry = |from: &str, back: &Url| {
        let callback = ConsentCallback::from_url(back).unwrap();
        block_on(world.scheduler.zoom_consent_entry(&session(from), &callback)).unwrap()
    };
    let denied = world.zoom.deny(&world.begin("A001", "tab")).unwrap();
    assert_eq!(entry("tab", &denied), Some(EntryPoint::DefaultLocation));
    refusal(world.complete("A001", "tab", &denied));
    assert_eq!(entry("tab", &denied), Some(EntryPoint::DefaultLocation));
    assert_eq!(entry("other", &denied), None);
    let made_up: Url = format!("{REDIRECT}?code=c&state=made-up").parse().unwrap();
    assert_eq!(entry("tab", &made_up), None);
}

/// A deleted user's tie is not for another: what a refused consent brought is revoked, unless it is
/// needed to delete their meetings.
#[test]
fn r2_a_refused_consent_leaves_no_grant_to_nobody() {
    let world = World::new(&["A001"]);
    world.add_user("B002");
    let own = own("A001");
    let visit = ZoomVisit::new(&world.scheduler, &world.zoom);
    // Nobody is connected, and scopes are missing.
    block_on(world.scheduler.disconnect_zoom(&own, &user("A001"))).unwrap();
    world.zoom.set_scopes(&["user:read"]);
    let refused = block_on(visit.connect(&user("B002"), &zoom("zoom-b"))).unwrap_err();
    assert_eq!(refused.kind(), "scopes_missing");
    assert!(!world.zoom.has_live_grant(&zoom("zoom-b")));
}

#[test]
fn r1_missing_scopes_are_named() {
    let world = world();
    world.zoom.set_scopes(&["user:read:user", "meeting:read", "meeting:write:meeting"]);
    let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    let refused = refusal(world.complete("A001", "tab", &back));
    let missing = vec!["meeting:delete:meeting", "meeting:update:meeting"];
    assert!(matches!(&refused, ConsentRefusal::MissingScopes { scopes, .. } if *scopes == missing));
    assert_eq!(world.state("A001"), ConnectionState::None);
}

/// Zoom honours only the last consent: one that lacks scopes has killed the tokens that were good.
#[test]
fn r1_a_consent_that_lacks_scopes_does_not_cut_off_who_is_connected() {
    let world = World::new(&["A001"]);
    world.zoom.set_scopes(&["user:read", "meeting:read", "meeting:write:meeting"]);
    let visit = ZoomVisit::new(&world.scheduler, &world.zoom);
    let refused = block_on(visit.connect(&user("A001"), &zoom("zoom-A001"))).unwrap_err();
    assert_eq!(refused.kind(), "scopes_missing");
    let ConnectionState::Connected { missing_scopes, .. } = world.state("A001") else {
        panic!("cut off");
    };
    assert_eq!(missing_scopes, ["meeting:delete:meeting", "meeting:update:meeting"]);
}

#[test]
fn r1_zoom_out_of_order_is_a_fault_and_the_user_begins_again() {
    for (call, fault) in [
        (slotlink::ports::ZoomCall::ExchangeCode, Fault::Unavailable),
        (slotlink::ports::ZoomCall::ExchangeCode, Fault::DoneReplyLost),
        (slotlink::ports::ZoomCall::Me, Fault::Unavailable),
    ] {
        let world = world();
        world.zoom.fault(Some(call), None, fault, 9);
        let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
        let error = world.complete("A001", "tab", &back).unwrap_err();
        assert_eq!(error.kind(), "zoom_unavailable", "{call} {fault:?}");
        assert_eq!(world.state("A001"), ConnectionState::None);
    }
}

#[test]
fn r1_who_consented_is_asked_again() {
    let world = world();
    world.zoom.fault(Some(slotlink::ports::ZoomCall::Me), None, Fault::Lost, 2);
    let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    world.complete("A001", "tab", &back).unwrap();
}

#[test]
fn r1_who_was_deleted_meanwhile_connects_nothing() {
    let world = world();
    let back = world.zoom.allow(&world.begin("A001", "tab"), &zoom("zoom-a")).unwrap();
    block_on(world.scheduler.delete_user(&user("A001"))).unwrap();
    assert_eq!(world.complete("A001", "tab", &back).unwrap_err().kind(), "not_found");
    assert!(!world.zoom.has_live_grant(&zoom("zoom-a")), "the code was traded for nobody");
}

#[test]
fn r4_what_an_admin_began_the_user_does_not_complete() {
    let world = world();
    world.add_user("D004");
    let admin = slotlink::words::Role::Admin;
    block_on(world.scheduler.put_membership(&crate::world::abc(), &user("D004"), admin)).unwrap();
    let reason = StatedReason::new("A asked on the phone").unwrap();
    let actor = Actor::logged_in_as(user("D004"), user("A001"), reason);
    let ask = BeginConsent::new(
        user("A001"),
        EntryPoint::Integrations,
        session("tab"),
        REDIRECT.parse().unwrap(),
    );
    let page = block_on(world.scheduler.begin_zoom_consent(&actor, &ask)).unwrap();
    let back = world.zoom.allow(&page, &zoom("zoom-a")).unwrap();
    assert_eq!(refusal(world.complete("A001", "tab", &back)), ConsentRefusal::OtherSession);
    let callback = ConsentCallback::from_url(&back).unwrap();
    let tab = session("tab");
    let done = world.scheduler.complete_zoom_consent(&actor, &tab, &callback);
    assert_eq!(block_on(done).unwrap().user, user("A001"));
}
