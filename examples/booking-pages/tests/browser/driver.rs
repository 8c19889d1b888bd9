//! Chromium, by its driver.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

/// A driver that runs, and ends with this.
pub(crate) struct Driver {
    process: Child,
    port: u16,
    /// Browsers that nobody uses now: to start one takes longer than most tests.
    idle: Mutex<Vec<Browser>>,
}

pub(crate) struct Browser {
    pub(crate) client: Client,
    kind: Kind,
    _profile: TempDir,
}

/// How a browser is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Desk,
    Phone,
    /// Without JavaScript.
    Plain,
}

impl Driver {
    pub(crate) fn start() -> Result<Self, String> {
        let missing =
            "chromedriver is not in PATH (Debian: apt-get install chromium chromium-driver)";
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| missing.to_owned())?;
        let said = process.stdout.take().ok_or("it says nothing")?;
        // `ChromeDriver was started successfully on port 40123.`
        let port = BufReader::new(said).lines().map_while(Result::ok).find_map(|line| {
            let port = line.split_once("started successfully on port ")?.1;
            port.trim_end_matches('.').parse().ok()
        });
        match port {
            Some(port) => Ok(Self { process, port, idle: Mutex::default() }),
            None => Err("chromedriver did not start".to_owned()),
        }
    }

    /// A browser that knows nothing of others who used it.
    pub(crate) async fn browser(&self, kind: Kind, home: &str) -> Browser {
        let idle = {
            let mut idle = self.idle.lock().unwrap();
            let place = idle.iter().position(|browser| browser.kind == kind);
            place.map(|place| idle.swap_remove(place))
        };
        let browser = match idle {
            Some(browser) => browser,
            None => self.start_browser(kind).await,
        };
        // Cookies are those of the page's host, whatever its port.
        browser.client.goto(home).await.unwrap();
        browser.client.delete_all_cookies().await.unwrap();
        browser
    }

    pub(crate) fn take_back(&self, browser: Browser) {
        self.idle.lock().unwrap().push(browser);
    }

    /// Browsers do not end with their driver.
    pub(crate) async fn close_browsers(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap());
        for browser in idle {
            drop(browser.client.close().await);
        }
    }

    async fn start_browser(&self, kind: Kind) -> Browser {
        let profile = tempfile::tempdir().unwrap();
        let size = if kind == Kind::Phone { "360,740" } else { "1000,900" };
        let arguments = [
            "--headless=new",
            // Tests run as root in containers, where its sandbox cannot be.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            // It calls nobody but us.
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            &format!("--window-size={size}"),
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let mut options = json!({ "args": arguments });
        if kind == Kind::Phone {
            let metrics = json!({ "width": 360, "height": 740, "pixelRatio": 2.0, "touch": true });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        if kind == Kind::Plain {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .unwrap();
        Browser { client, kind, _profile: profile }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
