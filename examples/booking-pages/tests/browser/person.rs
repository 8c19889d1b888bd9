//! What people do with a browser.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, Locator};
use tokio::time::Instant;

use crate::driver::{Browser, Driver};
use crate::place::Place;

/// How long somebody waits for something to appear.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Person {
    pub(crate) place: Place,
    driver: Arc<Driver>,
    client: Client,
    /// Taken when the person leaves.
    browser: Option<Browser>,
}

impl Drop for Person {
    fn drop(&mut self) {
        if let Some(browser) = self.browser.take() {
            self.driver.take_back(browser);
        }
    }
}

impl Person {
    pub(crate) fn new(place: Place, driver: Arc<Driver>, browser: Browser) -> Self {
        Self { place, driver, client: browser.client.clone(), browser: Some(browser) }
    }

    pub(crate) async fn visits(&self, path: &str) {
        self.goes_to(&self.place.address(path)).await;
    }

    pub(crate) async fn goes_to(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    pub(crate) async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// Where the browser is, without what is asked there.
    pub(crate) async fn path(&self) -> String {
        let address = self.client.current_url().await.unwrap();
        address.path().to_owned()
    }

    /// Waits until the browser is there.
    pub(crate) async fn arrives_at(&self, path: &str) {
        self.again(|| async { (self.path().await == path).then_some(()) }).await;
    }

    /// Waits until it is there.
    pub(crate) async fn sees(&self, css: &str) -> Element {
        let begun = Instant::now();
        loop {
            match self.client.find(Locator::Css(css)).await {
                Ok(element) => return element,
                Err(_) if begun.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => panic!("there is no {css}: {error}\n{}", self.page().await),
            }
        }
    }

    pub(crate) async fn sees_not(&self, css: &str) {
        let found = self.client.find_all(Locator::Css(css)).await.unwrap();
        assert!(found.is_empty(), "there is {css} on\n{}", self.page().await);
    }

    pub(crate) async fn reads(&self, css: &str) -> String {
        // The page may load itself again between the look and the reading.
        self.again(|| async { self.sees(css).await.text().await.ok() }).await
    }

    /// Waits until the words are on the page.
    pub(crate) async fn reads_of(&self, words: &str) {
        let is_there = || async { self.page().await.contains(words).then_some(()) };
        let found = self.within(is_there).await;
        assert!(found.is_some(), "there is nothing of {words:?} on\n{}", self.page().await);
    }

    pub(crate) async fn page(&self) -> String {
        // Between two pages there is none.
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => without_zones(&body.text().await.unwrap_or_default()),
            Err(_) => String::new(),
        }
    }

    pub(crate) async fn clicks(&self, css: &str) {
        self.again(|| async { self.sees(css).await.click().await.ok() }).await;
    }

    /// The first link or button of the content that begins with these words.
    pub(crate) async fn presses(&self, words: &str) {
        let path = format!(
            "//main//*[self::a or self::button or self::summary]\
             [starts-with(normalize-space(.), \"{words}\")]"
        );
        let press = || async {
            let found = self.client.find(Locator::XPath(&path)).await.ok()?;
            found.click().await.ok()
        };
        let pressed = self.within(press).await;
        assert!(pressed.is_some(), "there is no {words:?} to press on\n{}", self.page().await);
    }

    /// Types into a field, in place of what is there.
    pub(crate) async fn types(&self, name: &str, text: &str) {
        let css = format!("[name={name}]");
        // The page may be on its way to the next one still.
        self.again(|| async {
            let field = self.sees(&css).await;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        })
        .await;
    }

    pub(crate) async fn chooses(&self, name: &str, value: &str) {
        self.sees(&format!("select[name={name}]")).await.select_by_value(value).await.unwrap();
    }

    pub(crate) async fn value_of(&self, name: &str) -> String {
        let css = format!("[name={name}]");
        self.again(|| async { self.sees(&css).await.prop("value").await.ok() })
            .await
            .unwrap_or_default()
    }

    pub(crate) async fn presses_keys(&self, keys: &str) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(keys).await.unwrap();
    }

    /// What has the focus, by its words or its name.
    pub(crate) async fn focus(&self) -> String {
        let focused = self.client.active_element().await.unwrap();
        match focused.attr("name").await.unwrap() {
            Some(name) if focused.tag_name().await.unwrap() != "button" => name,
            _ => focused.text().await.unwrap(),
        }
    }

    /// What a script finds on the page, which may load itself again meanwhile.
    pub(crate) async fn answers(&self, script: &str) -> serde_json::Value {
        self.again(|| async { self.client.execute(script, Vec::new()).await.ok() }).await
    }

    /// The whole page as a picture, if a folder for them is named.
    pub(crate) async fn shows(&self, name: &str) {
        let Some(folder) = std::env::var_os("SCREENSHOTS").map(PathBuf::from) else { return };
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        let name = format!("{}-{name}.png", self.place.shots());
        std::fs::write(folder.join(name), picture).unwrap();
    }

    async fn again<T, F: Future<Output = Option<T>>>(&self, deed: impl Fn() -> F) -> T {
        self.within(deed).await.expect("it did not come to pass")
    }

    async fn within<T, F: Future<Output = Option<T>>>(&self, deed: impl Fn() -> F) -> Option<T> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(done) = deed().await {
                return Some(done);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }
}

/// A choice of zones has hundreds of lines.
fn without_zones(text: &str) -> String {
    let is_zone = |line: &&str| slotlink::words::Zone::new(&line.replace(' ', "_")).is_ok();
    text.lines().filter(|line| !is_zone(line)).collect::<Vec<_>>().join("\n")
}
