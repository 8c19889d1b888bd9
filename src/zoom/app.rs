//! The app at Zoom on whose behalf users give their consent.

use crate::words::Secret;

/// A user-managed app of the Zoom Marketplace, as its page "App credentials" shows it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ZoomApp {
    /// The app's public name.
    pub client_id: String,
    /// Proves to the token endpoint that the app is asking.
    pub client_secret: Secret,
}

impl ZoomApp {
    /// An app with these credentials.
    #[must_use]
    pub fn new(client_id: impl Into<String>, client_secret: Secret) -> Self {
        Self { client_id: client_id.into(), client_secret }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_the_app_is_never_shown() {
        let app = ZoomApp::new("id", Secret::new("hush"));
        assert!(!format!("{app:?}").contains("hush"));
    }
}
