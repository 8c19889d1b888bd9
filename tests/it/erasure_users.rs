//! Erasing a user.

use slotlink::testkit::block_on;
use slotlink::words::{Account, AccountId, Name, Role};

use crate::retention::{Lab, TEN};
use crate::steps::{Run, Stepping};
use crate::world::{abc, at, builder, caller, request, round_robin, user};

#[test]
fn only_a_deleted_user_is_erased() {
    let lab = Lab::new();
    let erase = |id: &str| block_on(lab.scheduler.erase_user(&user(id)));
    let refused = erase("A001").unwrap_err();
    assert_eq!(refused.kind(), "wrong_state");
    assert_eq!(refused.to_string(), "user A001 is not deleted; only a deleted user can be erased");
    assert_eq!(erase("nobody").unwrap_err().kind(), "not_found");
    assert!(!lab.store.kinds_with("Host A001").is_empty());
}

#[test]
fn an_erased_user_leaves_ids_and_the_tie_of_their_zoom_account() {
    let lab = Lab::new();
    let booked = lab.book(&request(TEN, "Pat")).id;
    let accounts: Vec<AccountId> =
        (0..85).map(|n| AccountId::new(format!("account-{n}")).unwrap()).collect();
    for id in &accounts {
        let account = Account::new(id.clone(), Name::new("One of many").unwrap());
        block_on(lab.scheduler.put_account(&account)).unwrap();
        block_on(lab.scheduler.put_membership(id, &user("A001"), Role::User)).unwrap();
    }
    block_on(lab.scheduler.delete_user(&user("A001"))).unwrap();
    block_on(lab.scheduler.erase_user(&user("A001"))).unwrap();
    // The tokens wait to be revoked at Zoom.
    assert_eq!(lab.store.count("revocation"), 1);
    block_on(lab.scheduler.run_due(100)).unwrap();
    assert!(!lab.zoom.has_live_grant(&slotlink::words::ZoomAccountId::new("zoom-a").unwrap()));
    for text in ["Host A001", "A001@abcmarketing", "09:00-17:00", "access", "meeting:"] {
        let kinds = lab.store.kinds_with(text);
        assert!(kinds.is_empty(), "{text}: {kinds:?}");
    }
    let left = ["membership", "member of", "claim", "connection"].map(|kind| lab.store.count(kind));
    assert_eq!(left, [0, 0, 1, 1]);
    assert!(lab.store.values("connection")[0]["grant"]["dead"].is_object());
    // What they host stands, for all to see.
    let seen = block_on(lab.scheduler.appointment(&caller(), booked)).unwrap();
    assert_eq!(seen.hosts, [user("A001")]);
    lab.store.assert_sound(at(TEN));
    // R2: nobody else gets the Zoom account.
    lab.add_user("A004");
    assert_eq!(lab.connect("A004", "zoom-a").unwrap_err().kind(), "zoom_account_taken");
    block_on(lab.scheduler.erase_user(&user("A001"))).unwrap();
    let again = block_on(lab.scheduler.delete_user(&user("A001"))).unwrap();
    assert_eq!(again.len(), 1, "deleting again answers again");
}

#[test]
fn a_user_who_is_put_again_is_new_but_for_the_tie() {
    let lab = Lab::new();
    block_on(lab.scheduler.delete_user(&user("A001"))).unwrap();
    block_on(lab.scheduler.erase_user(&user("A001"))).unwrap();
    let email = slotlink::words::Email::new("new@abcmarketing.com").unwrap();
    let name = Name::new("New").unwrap();
    let new = slotlink::words::User::new(user("A001"), name, email, crate::world::hours());
    block_on(lab.scheduler.put_user(&new)).unwrap();
    let put = || block_on(lab.scheduler.put_calendar(&caller(), &round_robin(&["A001"])));
    assert_eq!(put().unwrap_err().kind(), "not_found", "no member any more");
    block_on(lab.scheduler.put_membership(&abc(), &user("A001"), Role::User)).unwrap();
    put().unwrap();
    let parked = lab.book(&request(TEN, "Pat"));
    assert!(format!("{:?}", parked.location).contains("Parked"), "no tokens: {parked:?}");
    lab.connect("A001", "zoom-a").unwrap();
    lab.run(100);
    assert_eq!(lab.zoom.meetings().len(), 1);
}

/// Somebody makes the user a member, or puts them again, while they are being erased: whatever comes
/// first, who is a user has all that makes one, and who is not belongs nowhere.
#[test]
fn a_membership_or_a_put_meanwhile_is_whole_at_every_await() {
    for puts_user in [false, true] {
        for k in 0.. {
            let lab = Lab::new();
            block_on(lab.scheduler.delete_user(&user("A001"))).unwrap();
            let stepping = std::sync::Arc::new(Stepping(lab.store.clone()));
            let other = builder(stepping, &lab.zoom, &lab.clock, 2).build().unwrap();
            let id = user("A001");
            let mut erasing = Run::new(other.erase_user(&id));
            let unfinished = erasing.steps(k);
            if puts_user {
                lab.add_user("A001");
            } else {
                let account = abc();
                let put = lab.scheduler.put_membership(&account, &id, Role::Admin);
                assert_eq!(block_on(put).unwrap_err().kind(), "not_found");
            }
            let erased = erasing.finish();
            let members = ["membership", "member of"].map(|kind| lab.store.count(kind));
            if puts_user {
                assert_eq!(members, [1, 1], "after {k} steps");
                // They were erased before they were put, or not at all.
                assert!(erased.is_ok() || erased.is_err_and(|error| error.kind() == "wrong_state"));
                assert!(lab.store.values("user")[0]["present"].is_object(), "after {k} steps");
            } else {
                erased.unwrap();
                assert_eq!(members, [0, 0], "after {k} steps");
            }
            if !unfinished {
                break;
            }
        }
    }
}

/// The other way round: a membership that was read before the user was erased is not written after.
#[test]
fn an_erased_user_becomes_no_member_at_any_await() {
    for k in 0.. {
        let lab = Lab::new();
        let stepping = std::sync::Arc::new(Stepping(lab.store.clone()));
        let other = builder(stepping, &lab.zoom, &lab.clock, 2).build().unwrap();
        let (account, id) = (abc(), user("A001"));
        let mut putting = Run::new(other.put_membership(&account, &id, Role::Admin));
        let unfinished = putting.steps(k);
        block_on(lab.scheduler.delete_user(&id)).unwrap();
        block_on(lab.scheduler.erase_user(&id)).unwrap();
        let put = putting.finish();
        assert!(put.is_ok() || unfinished, "after {k} steps");
        let members = ["membership", "member of"].map(|kind| lab.store.count(kind));
        assert_eq!(members, [0, 0], "after {k} steps");
        if !unfinished {
            break;
        }
    }
}
