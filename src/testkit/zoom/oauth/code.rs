//! Authorization codes, and what an exchange has to prove.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::super::answer::Answer;
use super::super::meetings::later;
use super::page::Page;
use crate::words::ZoomAccountId;

/// A code is good for five minutes.
const LIFETIME: TimeDelta = TimeDelta::minutes(5);

/// Codes that were not used yet.
#[derive(Default)]
pub(super) struct Codes {
    made: u32,
    unused: BTreeMap<String, Code>,
}

struct Code {
    zoom: ZoomAccountId,
    expires: DateTime<Utc>,
    page: Asking,
}

/// What a page asked for, as far as the exchange is held to it.
struct Asking {
    client: String,
    redirect: String,
    challenge: String,
}

impl Codes {
    pub(super) fn give(&mut self, zoom: &ZoomAccountId, page: &Page, now: DateTime<Utc>) -> String {
        self.made = self.made.saturating_add(1);
        let name = format!("CANARY-code-{}", self.made);
        let page = Asking {
            client: page.client.clone(),
            redirect: page.redirect.clone(),
            challenge: page.challenge.clone(),
        };
        let code = Code { zoom: zoom.clone(), expires: later(now, LIFETIME), page };
        self.unused.insert(name.clone(), code);
        name
    }

    pub(super) fn user(&self, code: &str) -> Option<&ZoomAccountId> {
        self.unused.get(code).map(|code| &code.zoom)
    }

    pub(super) fn drop_those_of(&mut self, zoom: &ZoomAccountId) {
        self.unused.retain(|_, code| code.zoom != *zoom);
    }

    /// Who consented. Uses up the code, whatever comes of it.
    pub(super) fn take(
        &mut self,
        form: &BTreeMap<String, String>,
        client: &str,
        now: DateTime<Utc>,
    ) -> Result<ZoomAccountId, Box<Answer>> {
        let field = |name| form.get(name).map(String::as_str).unwrap_or_default();
        let name = field("code");
        let code = self.unused.remove(name).filter(|code| now < code.expires);
        let code = code.filter(|code| code.page.client == client);
        let Some(code) = code else {
            let reason = format!("Invalid authorization code {name}");
            return Err(Box::new(Answer::oauth("invalid_request", &reason)));
        };
        if code.page.redirect != field("redirect_uri") {
            return Err(Box::new(Answer::oauth("invalid_request", "Redirect URI mismatch.")));
        }
        if !proves(field("code_verifier"), &code.page.challenge) {
            return Err(Box::new(Answer::oauth("invalid_grant", "Invalid code verifier.")));
        }
        Ok(code.zoom)
    }
}

/// RFC 7636, sections 4.1 and 4.6.
fn proves(verifier: &str, challenge: &str) -> bool {
    let is_unreserved = |c: u8| c.is_ascii_alphanumeric() || b"-._~".contains(&c);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(is_unreserved)
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}

#[cfg(test)]
mod tests {
    use super::proves;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_is_proven() {
        assert!(proves(VERIFIER, CHALLENGE));
        assert!(!proves(CHALLENGE, CHALLENGE));
        assert!(!proves("", CHALLENGE));
        assert!(!proves(&VERIFIER.to_lowercase(), CHALLENGE));
    }

    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        use base64::Engine as _;
        use sha2::Digest as _;
        for (verifier, is_legal) in [
            ("a".repeat(42), false),
            ("~".repeat(43), true),
            (".".repeat(128), true),
            ("_".repeat(129), false),
            ("+".repeat(43), false),
        ] {
            let digest = sha2::Sha256::digest(&verifier);
            let challenge = super::URL_SAFE_NO_PAD.encode(digest);
            assert_eq!(proves(&verifier, &challenge), is_legal, "{verifier}");
        }
    }
}
