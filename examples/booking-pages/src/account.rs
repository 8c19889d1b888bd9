//! The account, if the database has none yet.

use slotlink::words::{
    Account, AccountId, Email, Hours, Name, Role, User, UserId, WeeklyHours, Zone,
};
use slotlink::{Caller, Error, Refusal, Scheduler};

use crate::start::StartError;

/// Makes the account with its first admin, if there is none.
///
/// # Errors
/// [`StartError::Setting`] if there is no account, and nobody said who its first admin is.
pub(crate) async fn make_sure(
    scheduler: &Scheduler,
    id: &AccountId,
    first_admin: Option<&str>,
) -> Result<(), StartError> {
    let members = match scheduler.members(&Caller::system(id.clone())).await {
        Ok(members) => members,
        Err(Error::Refused(Refusal::NotFound(_))) => Vec::new(),
        Err(error) => return Err(StartError::scheduler(error)),
    };
    if !members.is_empty() {
        return Ok(());
    }
    let admin = first_admin.and_then(read).ok_or(StartError::Setting(
        "the database has no account yet: set FIRST_ADMIN to an id, a name and an e-mail address, with \
         commas between, or DEMO_DATA to true",
    ))?;
    put(scheduler, id, &admin).await.map_err(StartError::scheduler)
}

fn read(text: &str) -> Option<User> {
    let mut parts = text.splitn(3, ',').map(str::trim);
    let id = UserId::new(parts.next()?).ok()?;
    let name = Name::new(parts.next()?).ok()?;
    let email = Email::new(parts.next()?).ok()?;
    Some(User::new(id, name, email, first_hours(Zone::UTC)?))
}

/// When somebody is open who has not said so yet.
pub(crate) fn first_hours(zone: Zone) -> Option<Hours> {
    let weekly = WeeklyHours::monday_to_friday(&["09:00-17:00".parse().ok()?]);
    Some(Hours::new(zone).with_weekly(weekly))
}

async fn put(scheduler: &Scheduler, id: &AccountId, admin: &User) -> Result<(), Error> {
    // Called like its id, until somebody gives it a name.
    let name = Name::new(id.as_str()).unwrap_or_else(|_| admin.name.clone());
    scheduler.put_account(&Account::new(id.clone(), name)).await?;
    scheduler.put_user(admin).await?;
    scheduler.put_membership(id, &admin.id, Role::Admin).await
}

#[cfg(test)]
mod tests {
    use slotlink::testkit::{ManualClock, SimulatedZoom};
    use std::sync::Arc;

    use slotlink::MemoryStore;
    use slotlink::words::Secret;
    use slotlink::zoom::{ZoomApp, ZoomClient};

    use super::*;

    #[tokio::test]
    async fn a_database_without_an_account_gets_one_with_its_first_admin_once() {
        let clock = Arc::new(ManualClock::new("2026-11-23T08:00:00Z".parse().unwrap()));
        let zoom = Arc::new(SimulatedZoom::new(clock.clone()));
        let client = Arc::new(ZoomClient::new(ZoomApp::new("id", Secret::new("secret")), zoom));
        let store = Arc::new(MemoryStore::new());
        let scheduler = Scheduler::builder(store, client).clock(clock).build().unwrap();
        let id = AccountId::new("abc").unwrap();
        for wrong in [None, Some("ann"), Some("ann, Ann"), Some("ann, Ann, nowhere")] {
            assert!(make_sure(&scheduler, &id, wrong).await.is_err(), "{wrong:?}");
        }
        let (ann, bob) = ("ann, Ann Albers, ann@example.com", "bob, Bob, bob@example.com");
        make_sure(&scheduler, &id, Some(ann)).await.unwrap();
        make_sure(&scheduler, &id, Some(bob)).await.unwrap();
        make_sure(&scheduler, &id, None).await.unwrap();
        let members = scheduler.members(&Caller::system(id)).await.unwrap();
        assert_eq!(members.len(), 1);
        assert_eq!((members[0].user.id.as_str(), members[0].role), ("ann", Role::Admin));
    }
}
