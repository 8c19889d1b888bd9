//! Secrets never leave the crate but sealed, or to Zoom (I16).
//!
//! All tokens, codes and secrets of the simulated Zoom hold the word CANARY. Whatever the crate can
//! print, and whatever it stores, is searched for it, in every flow that touches tokens and with every
//! fault that an answer can meet.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use chrono::TimeDelta;
use slotlink::ports::{Clock as _, ZoomCall};
use slotlink::testkit::{Fault, SimulatedZoom, ZoomVisit, block_on};
use slotlink::words::{BrowserSession, ConsentCallback, EntryPoint, Secret, ZoomAccountId};
use slotlink::zoom::{WebhookSecrets, ZoomApp, ZoomClient};
use slotlink::{Actor, BeginConsent, Error, Scheduler};

use crate::logs::Log;
use crate::recorded::Recorded;
use crate::world::{World, abc, at, builder, caller, demo, request, round_robin, user};

const CANARY: &str = "CANARY";

/// What was printed, and where.
#[derive(Default)]
struct Printed(Vec<(String, String)>);

impl Printed {
    fn debug(&mut self, what: &str, value: &impl Debug) {
        self.0.push((what.to_owned(), format!("{value:?} {value:#?}")));
    }

    /// An error, and all that caused it.
    fn error(&mut self, what: &str, error: &Error) {
        self.debug(what, error);
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            self.0.push((what.to_owned(), format!("{error} {error:?}")));
            cause = error.source();
        }
        self.0.push((what.to_owned(), error.kind().to_owned()));
    }

    fn answer<T: Debug>(&mut self, what: &str, answer: Result<T, Error>) {
        match answer {
            Ok(value) => self.debug(what, &value),
            Err(error) => self.error(what, &error),
        }
    }

    fn check(&self) {
        assert!(self.0.len() > 100, "{} texts", self.0.len());
        for (what, text) in &self.0 {
            assert!(!text.contains(CANARY), "{what} shows a secret: {text}");
        }
    }
}

struct Watch {
    world: World,
    store: Arc<Recorded>,
    scheduler: Scheduler,
    printed: Printed,
    log: Log,
}

fn zoom(id: &str) -> ZoomAccountId {
    ZoomAccountId::new(id).unwrap()
}

impl Watch {
    fn new() -> Self {
        let world = World::new(&[]);
        let store = Arc::new(Recorded::default());
        let log = Log::begin();
        let secrets = WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET))
            .with_previous(Secret::new("CANARY-previous"));
        let app = ZoomApp::new("client", Secret::new("CANARY-client-secret"));
        let client = ZoomClient::new(app.clone(), world.zoom.clone());
        let mut printed = Printed::default();
        printed.debug("secrets", &secrets);
        printed.debug("app", &app);
        printed.debug("client", &client);
        let builder = builder(store.clone(), &world.zoom, &world.clock, 5);
        let builder = builder.webhook_secrets(secrets);
        printed.debug("builder", &builder);
        let scheduler = builder.build().unwrap();
        printed.debug("scheduler", &scheduler);
        let account = slotlink::words::Account::new(
            abc(),
            slotlink::words::Name::new("ABC Marketing").unwrap(),
        );
        block_on(scheduler.put_account(&account)).unwrap();
        let mut watch = Self { world, store, scheduler, printed, log };
        watch.add("A001");
        watch.add("B002");
        block_on(watch.scheduler.put_calendar(&caller(), &round_robin(&["A001"]))).unwrap();
        watch
    }

    fn add(&mut self, id: &str) {
        let email = slotlink::words::Email::new(format!("{id}@abcmarketing.com")).unwrap();
        let name = slotlink::words::Name::new(id).unwrap();
        let new = slotlink::words::User::new(user(id), name, email, crate::world::hours());
        block_on(self.scheduler.put_user(&new)).unwrap();
        let role = slotlink::words::Role::User;
        block_on(self.scheduler.put_membership(&abc(), &user(id), role)).unwrap();
    }

    fn connect(&mut self, id: &str, account: &str) {
        let visit = ZoomVisit::new(&self.scheduler, &self.world.zoom);
        let answer = block_on(visit.connect(&user(id), &zoom(account)));
        self.printed.answer("connect", answer);
    }

    /// Step by step, with all that is on the way.
    fn consent(&mut self) {
        let session = BrowserSession::new("CANARY-session").unwrap();
        let redirect = "https://crm.example/zoom".parse().unwrap();
        let ask =
            BeginConsent::new(user("A001"), EntryPoint::Integrations, session.clone(), redirect);
        self.printed.debug("ask", &ask);
        let actor = Actor::User(user("A001"));
        let page = block_on(self.scheduler.begin_zoom_consent(&actor, &ask)).unwrap();
        self.printed.debug("page", &page);
        let back = self.world.zoom.allow(&page, &zoom("zoom-a")).unwrap();
        assert!(back.as_str().contains(CANARY));
        let callback = ConsentCallback::from_url(&back).unwrap();
        self.printed.debug("callback", &callback);
        let done = self.scheduler.complete_zoom_consent(&actor, &session, &callback);
        self.printed.answer("complete", block_on(done));
        let done = self.scheduler.complete_zoom_consent(&actor, &session, &callback);
        self.printed.answer("complete again", block_on(done));
    }

    fn book(&mut self, start: &str) {
        let booked = block_on(self.scheduler.book(&caller(), &request(start, "Pat")));
        self.printed.answer("book", booked);
        self.work();
    }

    fn work(&mut self) {
        let report = block_on(self.scheduler.run_due(1000));
        self.printed.answer("run_due", report);
        for webhook in self.world.zoom.webhooks() {
            let reply = block_on(self.scheduler.receive_webhook(&webhook.headers, &webhook.body));
            self.printed.debug("webhook", &reply);
        }
        for id in ["A001", "B002"] {
            let found = block_on(self.scheduler.zoom_connection(&Actor::System, &user(id)));
            self.printed.answer("connection", found);
            let found = block_on(self.scheduler.audit_of_user(&Actor::System, &user(id)));
            self.printed.answer("audit", found);
        }
        self.look_at_rows();
    }

    /// Nothing that is stored holds a secret in the clear.
    fn look_at_rows(&self) {
        assert_eq!(self.store.kinds_with(CANARY), BTreeSet::new());
    }

    fn pass(&self, time: TimeDelta) {
        self.world.clock.set(self.world.clock.now() + time);
    }
}

const STARTS: [&str; 12] = [
    "09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "12:00", "12:30", "13:00", "13:30",
    "14:00", "14:30",
];

#[test]
fn i16_nothing_that_is_printed_or_stored_shows_a_secret() {
    let mut watch = Watch::new();
    watch.consent();
    watch.connect("B002", "zoom-a");
    watch.connect("B002", "zoom-b");
    let faults = [
        Fault::Lost,
        Fault::DoneReplyLost,
        Fault::Unavailable,
        Fault::PerSecondLimit,
        Fault::TokenExpired,
        Fault::Gone,
    ];
    let mut starts = STARTS.iter();
    for fault in faults {
        for call in [ZoomCall::CreateMeeting, ZoomCall::Refresh] {
            watch.world.zoom.fault(Some(call), None, fault, 1);
            watch.pass(TimeDelta::minutes(70));
            let start = format!("2026-11-26T{}:00Z", starts.next().unwrap());
            watch.book(&start);
            watch.connect("A001", "zoom-a");
        }
    }
    for call in [ZoomCall::ExchangeCode, ZoomCall::Me, ZoomCall::Revoke] {
        for fault in [Fault::DoneReplyLost, Fault::Unavailable, Fault::PerSecondLimit] {
            watch.world.zoom.fault(Some(call), None, fault, 3);
            watch.connect("A001", "zoom-a");
            let own = Actor::User(user("A001"));
            let affected = block_on(watch.scheduler.disconnect_zoom(&own, &user("A001")));
            watch.printed.answer("disconnect", affected);
            watch.work();
            // What is left of the fault.
            watch.pass(TimeDelta::days(2));
            watch.work();
        }
    }
    watch.connect("A001", "zoom-a");
    watch.world.zoom.remove_app(&zoom("zoom-a"));
    watch.work();
    watch.world.zoom.void_refresh_tokens(None);
    watch.pass(TimeDelta::days(40));
    watch.work();
    let (from, to) = (at("2027-03-01T00:00:00Z"), at("2027-03-02T00:00:00Z"));
    let slots = block_on(watch.scheduler.slots(&caller(), &demo(), from, to));
    let slots = slots.map(|slots| slots.len());
    watch.printed.answer("slots", slots);
    let logged = watch.log.lines(&[]);
    assert!(logged.len() > 100 && logged.iter().any(|line| line.contains("WARN")), "{logged:?}");
    watch.printed.0.push(("log".to_owned(), logged.join("\n")));
    watch.printed.check();
}

/// The test above would notice.
#[test]
fn a_canary_that_is_shown_is_found() {
    let shown = Printed(vec![("token".to_owned(), "CANARY-access-1".to_owned()); 101]);
    assert!(std::panic::catch_unwind(|| shown.check()).is_err());
}
