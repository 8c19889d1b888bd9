//! The app at Zoom on whose behalf users give their consent.

use url::Url;

use crate::words::Secret;

/// A user-managed app of the Zoom Marketplace, as its page "App credentials" shows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ZoomApp {
    /// The app's public name.
    pub client_id: String,
    /// Proves to the token endpoint that the app is asking.
    pub client_secret: Secret,
    /// Where Zoom leads the user after the consent: exactly as configured at Zoom.
    pub redirect_uri: Url,
}

impl ZoomApp {
    /// An app with these credentials.
    #[must_use]
    pub fn new(client_id: impl Into<String>, client_secret: Secret, redirect_uri: Url) -> Self {
        Self { client_id: client_id.into(), client_secret, redirect_uri }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_the_app_is_never_shown() {
        let redirect = Url::parse("https://crm.example/zoom/callback").unwrap();
        let app = ZoomApp::new("id", Secret::new("hush"), redirect);
        assert!(!format!("{app:?}").contains("hush"));
    }
}
