//! Private addresses of appointments: an id that only this service can have signed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use slotlink::words::AppointmentId;

use crate::secrets::Keys;

/// The last part of the address of an appointment's page.
///
/// Whoever has it may see, move and cancel the appointment, as invitees can from their mail: no
/// account, no password. It cannot be guessed, also by who knows the id, which staff sees.
pub(crate) struct PrivateAddress(String);

impl PrivateAddress {
    pub(crate) fn of(keys: &Keys, id: AppointmentId) -> Self {
        let id = id.to_string();
        let signature = URL_SAFE_NO_PAD.encode(keys.sign(&id));
        Self(format!("{id}.{signature}"))
    }

    /// The appointment, if the address is one of ours.
    pub(crate) fn open(keys: &Keys, address: &str) -> Option<AppointmentId> {
        let (id, signature) = address.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if keys.is_signed(id, &signature) { id.parse().ok() } else { None }
    }
}

impl fmt::Display for PrivateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::ServiceSecret;

    #[test]
    fn only_an_address_of_ours_opens() {
        let keys = ServiceSecret::random().unwrap().keys("");
        let id: AppointmentId = "0198c4a0-0000-7000-8000-000000000001".parse().unwrap();
        let address = PrivateAddress::of(&keys, id).to_string();
        assert_eq!(PrivateAddress::open(&keys, &address), Some(id));
        let other = address.replacen("000000000001", "000000000002", 1);
        for bad in [other.as_str(), &id.to_string(), &format!("{id}."), "", ".", "x.y"] {
            assert_eq!(PrivateAddress::open(&keys, bad), None, "{bad}");
        }
    }
}
