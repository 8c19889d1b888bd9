//! Signing in, and being logged in as somebody else.

use slotlink::Actor;
use slotlink::Audited;
use slotlink::words::{StatedReason, UserId};

use super::super::service::text;
use super::{Form, Service};

const PASSWORD: &str = "a password of the staff";

fn sign_in(user: &str, password: &str) -> Form {
    Form::new("/sign-in", &[("user", user), ("password", password)])
}

#[tokio::test]
async fn whoever_knows_the_password_signs_in_and_nobody_else() {
    let service = Service::with_password(PASSWORD).await;
    let wrong = [
        ("ann", ""),
        ("ann", "another password"),
        ("ann", "a password of the staf"),
        ("ann", "a password of the staff "),
        ("nobody", PASSWORD),
        ("", PASSWORD),
    ];
    for (user, password) in wrong {
        let answer = service.own_form(&sign_in(user, password), "").await.expect(403);
        assert_eq!(answer.cookie(), None, "{user} {password}");
    }
    let answer = service.own_form(&sign_in("ann", PASSWORD), "").await;
    assert_eq!(answer.leads_to(), "/host");
    let set = text(&answer.headers, "set-cookie");
    assert!(set.starts_with("__Host-session="), "{set}");
    for word in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(word), "no {word}: {set}");
    }
    let page = service.page("/host", &answer.cookie().unwrap()).await.expect(200);
    assert!(page.text.contains("Ann Albers"), "{}", page.text);
}

#[tokio::test]
async fn who_signs_out_is_nobody_again() {
    let service = Service::start().await;
    let ann = service.signed_in("ann").await;
    service.page("/host", &ann).await.expect(200);
    let answer = service.own_form(&Form::new("/sign-out", &[]), &ann).await;
    assert_eq!(answer.leads_to(), "/sign-in");
    let set = text(&answer.headers, "set-cookie");
    assert!(set.contains("Max-Age=0"), "{set}");
    assert_eq!(answer.cookie().unwrap(), "__Host-session=");
    assert_eq!(service.page("/host", "__Host-session=").await.leads_to(), "/sign-in");
}

#[tokio::test]
async fn nobody_gets_in_without_a_session_of_ours() {
    let (service, other) = (Service::start().await, Service::start().await);
    let (ann, ben) = (service.signed_in("ann").await, service.signed_in("ben").await);
    // `name=signature, value`: the value begins as base64 of `{"` does.
    let (signature, value) = ann.split_at(ann.rfind("eyJ").unwrap());
    let of_ben = &ben[ben.rfind("eyJ").unwrap()..];
    let nobody = [
        String::new(),
        "__Host-session=".to_owned(),
        format!("__Host-session={value}"),
        format!("{signature}{of_ben}"),
        format!("{signature}{}", altered(value)),
        ann.replacen("__Host-session", "session", 1),
        other.signed_in("ann").await,
    ];
    let pages = ["/host", "/admin", "/admin/appointments", "/admin/explain", "/admin/messages"];
    for cookie in nobody {
        for page in pages {
            assert_eq!(service.page(page, &cookie).await.leads_to(), "/sign-in", "{page} {cookie}");
        }
        let before = service.disk.commits();
        let hours = Form::new("/host/hours", &[("zone", "UTC")]);
        assert_eq!(service.own_form(&hours, &cookie).await.leads_to(), "/sign-in", "{cookie}");
        assert_eq!(service.disk.commits(), before);
    }
    service.page("/host", &ann).await.expect(200);
}

/// Another letter in its middle.
fn altered(value: &str) -> String {
    let (before, rest) = value.split_at(value.len() / 2);
    let letter = if rest.starts_with('A') { 'B' } else { 'A' };
    format!("{before}{letter}{}", &rest[1..])
}

/// R4.
#[tokio::test]
async fn what_an_admin_changes_logged_in_as_a_host_is_recorded() {
    let service = Service::start().await;
    let reason = "Ben is on the phone";
    let as_ben = Form::new("/admin/people/log-in-as", &[("user", "ben"), ("reason", reason)]);
    let phone = Form::new("/host/location", &[("location", "phone"), ("place", "+49 30 123456")]);
    let ann = service.signed_in("ann").await;
    service.own_form(&phone, &ann).await;
    assert_eq!(service.audit().await, [], "in one's own name");
    let ann_as_ben = service.own_form(&as_ben, &ann).await.cookie().unwrap();
    let answer = service.own_form(&phone, &ann_as_ben).await;
    assert!(!answer.status.is_client_error(), "{}", answer.text);
    // What happens in one second is recorded in no order.
    service.clock.set(crate::when::now() + chrono::TimeDelta::minutes(1));
    let [ann, ben] = ["ann", "ben"].map(|user| UserId::new(user).unwrap());
    let by = Actor::logged_in_as(ann, ben, StatedReason::new(reason).unwrap());
    let hours = Form::new("/host/hours", &[("zone", "Europe/Berlin"), ("mon", "10:00-11:00")]);
    let answer = service.own_form(&hours, &ann_as_ben).await;
    assert!(!answer.status.is_client_error(), "{}", answer.text);
    let recorded = ["set_default_location", "set_hours"].map(|call| (by.clone(), call.to_owned()));
    assert_eq!(service.audit().await, recorded);
}

#[tokio::test]
async fn who_is_no_admin_is_nobody_else() {
    let service = Service::start().await;
    let ben = service.signed_in("ben").await;
    let as_ann = Form::new("/admin/people/log-in-as", &[("user", "ann"), ("reason", "Curious")]);
    let answer = service.own_form(&as_ann, &ben).await.expect(403);
    assert_eq!(answer.cookie(), None);
}

impl Service {
    /// Who called what while they were logged in as somebody else.
    async fn audit(&self) -> Vec<(Actor, String)> {
        let audit = self.app.scheduler.audit_of_account(&self.app.system()).await.unwrap();
        let calls = audit.into_iter().map(|record| match record.what {
            Audited::Call { name, .. } => (record.by, name),
            other => panic!("{other:?} is no call"),
        });
        calls.collect()
    }
}
