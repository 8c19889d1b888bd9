//! Where Zoom is, and which addresses are Zoom's. Pure.

use std::borrow::Cow;

use url::{Host, Url};

/// Where Zoom is: of its OAuth endpoints and of its API.
///
/// Tokens are sent to these, and to the regional API that Zoom names with the tokens, if its host is one
/// of the site's OAuth domain, as that of the site's own API is. To nobody else.
///
/// ```
/// use slotlink::zoom::ZoomSite;
///
/// // A simulated Zoom on the developer's machine.
/// let (oauth, api) = ("http://localhost:4010".parse()?, "http://localhost:4011".parse()?);
/// let site = ZoomSite::new(oauth, api)?;
/// assert_ne!(site, ZoomSite::zoom_us());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ZoomSite {
    /// With a slash at the end, like the next.
    oauth: Cow<'static, str>,
    api: Cow<'static, str>,
    /// The domain in which Zoom has its APIs, that for everybody and those of regions, if it is so.
    domain: Option<Cow<'static, str>>,
}

/// The address of a site was refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the address of Zoom's {of} must be https without a path, user, query and fragment: {problem}"
)]
#[non_exhaustive]
pub struct InvalidSite {
    /// Whose address: "OAuth" or "API".
    pub of: &'static str,
    /// What is wrong with it. The address itself is not repeated: it may hold a password.
    pub problem: &'static str,
}

impl Default for ZoomSite {
    /// [`zoom_us`](Self::zoom_us).
    fn default() -> Self {
        Self::zoom_us()
    }
}

impl ZoomSite {
    /// Zoom itself: `https://zoom.us` and `https://api.zoom.us`.
    #[must_use]
    pub const fn zoom_us() -> Self {
        Self::known("https://zoom.us/", "https://api.zoom.us/", "zoom.us")
    }

    /// Zoom for Government: `https://zoomgov.com` and `https://api.zoomgov.com`. It has accounts and
    /// apps of its own.
    #[must_use]
    pub const fn zoomgov() -> Self {
        Self::known("https://zoomgov.com/", "https://api.zoomgov.com/", "zoomgov.com")
    }

    const fn known(oauth: &'static str, api: &'static str, domain: &'static str) -> Self {
        let domain = Some(Cow::Borrowed(domain));
        Self { oauth: Cow::Borrowed(oauth), api: Cow::Borrowed(api), domain }
    }

    /// Another site: a proxy in front of Zoom, or a simulated Zoom. Both are `https`; on the machine
    /// itself (`localhost`, `127.0.0.0/8`, `::1`) they may be `http`.
    ///
    /// # Errors
    /// [`InvalidSite`] for anything but such an origin: no user, path, query and fragment.
    // By value: a host hands over what it has just parsed.
    pub fn new(oauth: Url, api: Url) -> Result<Self, InvalidSite> {
        let refused = |of| move |problem| InvalidSite { of, problem };
        check(&oauth).map_err(refused("OAuth"))?;
        check(&api).map_err(refused("API"))?;
        // Who has put a proxy in front of the API wants all calls to go there.
        let has_api = |zoom: &&str| domain(&api).is_some_and(|host| is_below(host, zoom));
        let domain = domain(&oauth).filter(has_api).map(|domain| Cow::Owned(domain.to_owned()));
        let (oauth, api) = (String::from(oauth).into(), String::from(api).into());
        Ok(Self { oauth, api, domain })
    }

    /// The address of an OAuth endpoint.
    pub(super) fn oauth(&self, endpoint: &str) -> String {
        format!("{}oauth/{endpoint}", self.oauth)
    }

    /// Where the API is for tokens with which Zoom told this address: there, if that is Zoom's own, else
    /// where it is for everybody.
    pub(super) fn api(&self, told: Option<&Url>) -> String {
        let regional = told.filter(|told| self.is_regional(told));
        format!("{}v2", regional.map_or(self.api.as_ref(), Url::as_str))
    }

    /// The regional API that Zoom told of, if it is one, and Zoom's.
    pub(super) fn regional(&self, told: &str) -> Option<Url> {
        Url::parse(told).ok().filter(|told| self.is_regional(told) && told.as_str() != self.api)
    }

    /// Whether an address is that of a regional API of this site: a host of the OAuth domain, say
    /// `eu01api.zoom.us`. The domain is Zoom's, with all that is in it.
    fn is_regional(&self, told: &Url) -> bool {
        let hosts = domain(told).zip(self.domain.as_deref());
        check(told).is_ok() && hosts.is_some_and(|(host, zoom)| is_below(host, zoom))
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|at| at.ends_with('.'))
}

/// The host of an address to which the world's certificates and names apply: no number, no port, not
/// this machine.
fn domain(address: &Url) -> Option<&str> {
    match address.host() {
        Some(Host::Domain(name)) if address.scheme() == "https" && address.port().is_none() => {
            Some(name).filter(|_| !is_this_machine(address))
        }
        _ => None,
    }
}

/// An origin to which tokens may be sent, if it is the right one. Says what is wrong with it.
fn check(address: &Url) -> Result<(), &'static str> {
    match address.scheme() {
        "https" => {}
        "http" if is_this_machine(address) => {}
        "http" => return Err("http is for the machine itself only"),
        _ => return Err("another scheme"),
    }
    if !address.username().is_empty() || address.password().is_some() {
        return Err("a user");
    }
    match (address.path(), address.query(), address.fragment()) {
        ("/", None, None) => Ok(()),
        (_, None, None) => Err("a path"),
        _ => Err("a query or a fragment"),
    }
}

fn is_this_machine(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(number)) => number.is_loopback(),
        Some(Host::Ipv6(number)) => number.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn new(oauth: &str, api: &str) -> Result<ZoomSite, InvalidSite> {
        ZoomSite::new(url(oauth), url(api))
    }

    #[test]
    fn zoom_is_where_zoom_says() {
        let zoom = ZoomSite::default();
        assert_eq!(zoom.oauth("token"), "https://zoom.us/oauth/token");
        assert_eq!(zoom.api(None), "https://api.zoom.us/v2");
        assert_eq!(Ok(zoom), new("https://zoom.us", "https://api.zoom.us"));
        let government = ZoomSite::zoomgov();
        assert_eq!(government.oauth("authorize"), "https://zoomgov.com/oauth/authorize");
        assert_eq!(government.api(None), "https://api.zoomgov.com/v2");
        assert_eq!(Ok(government), new("https://zoomgov.com/", "https://api.zoomgov.com:443"));
    }

    #[test]
    fn http_is_for_the_machine_itself() {
        for origin in ["http://localhost:4010", "http://127.0.0.1", "http://127.9.9.9:1"] {
            let site = new(origin, "http://[::1]:8080").unwrap();
            assert_eq!(site.oauth("token"), format!("{}oauth/token", url(origin)));
            assert_eq!(site.api(None), "http://[::1]:8080/v2");
        }
        for origin in ["http://zoom.us", "http://localhost.evil.example", "http://10.0.0.1"] {
            let problem = "http is for the machine itself only";
            assert_eq!(
                new(origin, "https://api.zoom.us"),
                Err(InvalidSite { of: "OAuth", problem })
            );
            assert_eq!(new("https://zoom.us", origin), Err(InvalidSite { of: "API", problem }));
        }
    }

    #[test]
    fn a_site_is_an_origin_and_no_more() {
        for (origin, problem) in [
            ("ftp://zoom.us", "another scheme"),
            ("mailto:zoom@zoom.us", "another scheme"),
            ("https://me@zoom.us", "a user"),
            ("https://:secret@zoom.us", "a user"),
            ("https://zoom.us/v2", "a path"),
            ("https://zoom.us/?a", "a query or a fragment"),
            ("https://zoom.us/#a", "a query or a fragment"),
        ] {
            let refused = new("https://zoom.us", origin).unwrap_err();
            assert_eq!((refused.of, refused.problem), ("API", problem), "{origin}");
            assert!(!refused.to_string().contains("secret"));
        }
    }

    /// Where requests go for which Zoom told this address. Rows of former settings are no better than
    /// answers: both ways are the same.
    fn api(site: &ZoomSite, told: &str) -> String {
        let at_use = site.api(Some(&url(told)));
        let at_grant = site.api(site.regional(told).as_ref());
        assert_eq!(at_use, at_grant, "{told}");
        at_use
    }

    #[test]
    fn a_regional_api_of_zoom_is_used() {
        let zoom = ZoomSite::zoom_us();
        for told in ["https://eu01api.zoom.us", "https://api-eu.zoom.us/", "https://EU.API.Zoom.us"]
        {
            assert_eq!(api(&zoom, told), format!("{}v2", url(told)));
        }
        assert_eq!(zoom.regional("https://api.zoom.us"), None, "it is no other");
        assert_eq!(api(&ZoomSite::zoomgov(), "https://x.zoomgov.com"), "https://x.zoomgov.com/v2");
    }

    #[test]
    fn no_token_is_sent_to_who_is_not_zoom() {
        let sites = [
            ZoomSite::zoom_us(),
            ZoomSite::zoomgov(),
            new("http://localhost:4010", "http://localhost:4011").unwrap(),
            new("https://127.0.0.1", "https://127.0.0.1:8443").unwrap(),
            new("https://localhost", "https://localhost:8443").unwrap(),
            new("https://zoom.us", "https://zoom.us").unwrap(),
            new("https://zoom.example:8443", "https://zoom.example:8444").unwrap(),
        ];
        for site in &sites {
            for told in [
                "https://api.zoom.us.evil.example",
                "https://evilzoom.us",
                "https://evil.example/.zoom.us",
                "https://evil.example/?.zoom.us",
                "https://evil.example#.zoom.us",
                "https://eu01api.zoom.us@evil.example",
                "https://evil.example\\.zoom.us",
                "https://me@eu01api.zoom.us",
                "https://me:secret@eu01api.zoom.us",
                "https://eu01api.zoom.us:8443",
                "https://eu01api.zoom.us./",
                "https://eu01api.zoom.us/v2",
                "https://eu01api.zoom.us/?a",
                "https://eu01api.zoom.us/#a",
                "http://eu01api.zoom.us",
                "http://api.zoom.us",
                "ftp://eu01api.zoom.us",
                "https://eu01api.zoom.uſ.example",
                "https://zoom.us",
                "https://zoomgov.com",
                "https://127.0.0.1",
                "https://8.8.8.8",
                "https://[::1]",
                "http://127.0.0.1:4012",
                "http://localhost:4012",
                "http://x.localhost:4011",
                "https://x.localhost",
                "https://x.zoom.example",
                "https://x.zoom.example:8444",
                "file:///etc/passwd",
            ] {
                assert_eq!(api(site, told), site.api(None), "{told}");
            }
        }
        assert_eq!(ZoomSite::zoom_us().regional("no address"), None);
        assert_eq!(ZoomSite::zoom_us().regional(""), None);
    }

    #[test]
    fn a_proxy_in_front_of_the_api_gets_all_calls() {
        for proxy in ["https://proxy.example", "https://api.zoom.us:8443", "http://localhost:4011"]
        {
            let site = new("https://zoom.us", proxy).unwrap();
            for told in ["https://api.zoom.us", "https://eu01api.zoom.us"] {
                assert_eq!(api(&site, told), format!("{}v2", url(proxy)));
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_told_requests_go_to_zoom(
            told in r"(https?|ftp)://[a-z@:/.\\#?%]{0,8}(zoom\.us|api)[a-z@:/.\\#?%0-9]{0,8}",
        ) {
            let zoom = ZoomSite::zoom_us();
            let used = url(&zoom.api(zoom.regional(&told).as_ref()));
            let host = used.host_str().unwrap_or_default();
            prop_assert!(host.ends_with(".zoom.us"), "{}", used);
            prop_assert_eq!((used.scheme(), used.port(), used.path()), ("https", None, "/v2"));
            prop_assert_eq!((used.username(), used.password(), used.query()), ("", None, None));
        }
    }
}
