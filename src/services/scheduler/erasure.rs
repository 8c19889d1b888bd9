//! The calls that erase personal data.

use super::Scheduler;
use crate::error::Error;
use crate::services::caller::Caller;
use crate::services::erase::{Erased, erase_participant};
use crate::services::erase_user::erase_user;
use crate::words::{Contact, UserId};

impl Scheduler {
    // ---- Erasing personal data ----

    /// Erases somebody who takes part in appointments of the account: whoever has one of these
    /// contacts.
    ///
    /// In every appointment, whatever its state, they become [`Person::Erased`](crate::words::Person).
    /// If they are the invitee, the title becomes the calendar's name, and their notes and the place
    /// they named go, too; Zoom is told of the new title of a meeting that is not over (R12). Who hosted
    /// them last is forgotten. Time, hosts, status and the other participants stay, and so do all counts.
    /// Events and messages hold nothing but ids. A digest of a booking request with a request id, and a
    /// title that Zoom is being sent at this moment, go later: see [`Retention`](crate::Retention), and
    /// when Zoom has answered.
    ///
    /// Nothing is cancelled: the answer lists the upcoming appointments in which they were erased, for
    /// the account to decide on. Nobody can be told of them any more but the hosts and the other
    /// participants.
    ///
    /// All appointments of the account are read, and each is changed in a commit of its own. Doing it
    /// again is harmless, and finds what an earlier call did not get to; it does not list again what is
    /// erased. What is booked or edited at this very moment can be missed: stop that first, or erase
    /// once more.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`](crate::Refusal) for anybody but the system and admins,
    /// [`Refusal::NotAMember`](crate::Refusal), [`Refusal::NotFound`](crate::Refusal): nothing was
    /// changed. [`Error::Conflict`] or [`Error::Fault`] if some of it could not be done: the rest was.
    /// Erase once more.
    pub async fn erase_participant(
        &self,
        caller: &Caller,
        contacts: &[Contact],
    ) -> Result<Erased, Error> {
        let mut renamed = Vec::new();
        let erased = erase_participant(&self.core, caller, contacts, &mut renamed).await;
        for link in renamed {
            self.try_link(caller.account(), Some(link)).await;
        }
        erased
    }

    /// Erases a deleted user: name, e-mail address, hours, default location, Zoom tokens, and where they
    /// were a member. The host application's call.
    ///
    /// What stays are ids: the tie of their Zoom account to the user id (R2), and the user id in
    /// appointments that they hosted. A place that was set for them on a calendar goes when the calendar
    /// is put without them. A user who is put under the same id afterwards is a new one, with that tie.
    ///
    /// Doing it again is harmless, and finishes what an earlier call did not get to.
    ///
    /// # Errors
    /// [`Refusal::UserNotDeleted`](crate::Refusal) unless the user was deleted,
    /// [`Refusal::NotFound`](crate::Refusal) if there never was such a user; else [`Error::Conflict`] or
    /// [`Error::Fault`]: erase once more.
    pub async fn erase_user(&self, user: &UserId) -> Result<(), Error> {
        erase_user(&self.core, user).await
    }
}
