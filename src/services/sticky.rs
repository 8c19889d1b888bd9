//! Contacts get their last host again.

use sha2::{Digest, Sha256};

use super::planner::Planner;
use super::records::{Booked, LastHostRow};
use crate::error::Fault;
use crate::words::{Calendar, CalendarKind, Participant, Sticky, UserId};

/// Who hosted a contact last on this calendar, if that counts there.
///
/// Only peeked at: a contact who books twice at once may get two hosts.
pub(crate) async fn last_host(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    invitee: &Participant,
) -> Result<Option<UserId>, Fault> {
    let Some(contact) = contact(calendar, invitee) else { return Ok(None) };
    let row = planner.keys.last_host(&calendar.as_ref(), &contact);
    Ok(planner.peek(&row).await?.map(|last| last.host))
}

/// Remembers who hosts a contact now.
pub(crate) async fn remember(
    planner: &mut Planner<'_>,
    calendar: &Calendar,
    booked: &Booked,
) -> Result<(), Fault> {
    let (Some(invitee), Some(host)) = (booked.participants.first(), booked.slot.owner.user())
    else {
        return Ok(());
    };
    let Some(contact) = contact(calendar, invitee) else { return Ok(()) };
    let row = planner.keys.last_host(&calendar.as_ref(), &contact);
    let known = planner.peek(&row).await?;
    if known.is_none_or(|last| last.host != *host) {
        planner.put(&row, &LastHostRow { host: host.clone() })?;
    }
    Ok(())
}

/// Names a contact without saying who it is, where contacts are sticky: SHA-256, in hex, of the
/// host application's id of them, else their e-mail address, else their phone number. Who gives
/// none of them is nobody's contact.
fn contact(calendar: &Calendar, invitee: &Participant) -> Option<String> {
    let is_round_robin = matches!(calendar.kind, CalendarKind::RoundRobin(_));
    if !is_round_robin || calendar.sharing.sticky != Sticky::LastHost {
        return None;
    }
    let Participant { email, phone, id, .. } = invitee;
    let id = id.as_ref().map(|id| format!("id {id}"));
    // Mail systems do not tell upper from lower case, whatever the standard says.
    let email = || email.as_ref().map(|email| format!("email {}", email.as_str().to_lowercase()));
    let phone = || phone.as_ref().map(|phone| format!("phone {phone}"));
    let named = id.or_else(email).or_else(phone)?;
    Some(Sha256::digest(named).iter().map(|byte| format!("{byte:02x}")).collect())
}
