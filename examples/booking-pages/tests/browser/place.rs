//! Where people book: the service, in one instance or two, and the simulated Zoom.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use booking_pages::{Service, Settings};
use local_postgres::{LocalPostgres, Schema};
use slotlink::testkit::{SimulatedMeeting, SimulatedZoom};
use tempfile::TempDir;
use zoom_server::{ZoomServer, ZoomServerConfig};

use crate::driver::{Driver, Kind};
use crate::person::Person;

#[derive(Clone)]
pub(crate) enum Database {
    Sqlite,
    Postgres(Arc<LocalPostgres>),
}

/// What keeps the data, until the place is closed.
enum Kept {
    Folder { _folder: TempDir },
    Schema { _schema: Schema },
}

#[derive(Clone)]
pub(crate) struct Place(Arc<Inner>);

struct Inner {
    driver: Arc<Driver>,
    /// Taken when the place is closed.
    open: Mutex<Option<(Vec<Service>, ZoomServer, Kept)>>,
    urls: Vec<String>,
    zoom: Arc<SimulatedZoom>,
    visits: AtomicUsize,
    shots: String,
}

/// 32 bytes of zeros: nothing here is kept.
const SECRET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

impl Place {
    pub(crate) async fn open(database: Database, driver: &Arc<Driver>, shots: String) -> Self {
        let zoom = ZoomServer::start(ZoomServerConfig::default()).await.unwrap();
        let (url, kept, instances) = match database {
            Database::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("pages.sqlite").display().to_string();
                (file, Kept::Folder { _folder: folder }, 1)
            }
            Database::Postgres(server) => {
                let schema = server.schema().unwrap();
                (schema.url(), Kept::Schema { _schema: schema }, 2)
            }
        };
        let mut services = Vec::new();
        for _ in 0..instances {
            services.push(Service::start(settings(&url, &zoom)).await.unwrap());
        }
        let urls: Vec<String> =
            services.iter().map(|service| format!("http://{}", service.address())).collect();
        zoom.set_events(format!("{}/zoom/events", urls[0]).parse().unwrap());
        Self(Arc::new(Inner {
            driver: driver.clone(),
            urls,
            zoom: zoom.zoom().clone(),
            open: Mutex::new(Some((services, zoom, kept))),
            visits: AtomicUsize::new(0),
            shots,
        }))
    }

    /// Somebody with a browser of their own.
    pub(crate) async fn person(&self, kind: Kind) -> Person {
        let driver = &self.0.driver;
        let browser = driver.browser(kind, &self.address("/healthz")).await;
        Person::new(self.clone(), driver.clone(), browser)
    }

    /// The address of a page: each time at the next instance.
    pub(crate) fn address(&self, path: &str) -> String {
        let visit = self.0.visits.fetch_add(1, Ordering::Relaxed);
        format!("{}{path}", self.0.urls[visit % self.0.urls.len()])
    }

    /// The same page, at the next instance.
    pub(crate) fn elsewhere(&self, address: &str) -> String {
        let path = url::Url::parse(address).unwrap();
        self.address(&path[url::Position::BeforePath..])
    }

    pub(crate) fn zoom(&self) -> &SimulatedZoom {
        &self.0.zoom
    }

    /// The one meeting that there is at Zoom.
    pub(crate) fn only_meeting(&self) -> SimulatedMeeting {
        let mut meetings = self.zoom().meetings();
        assert_eq!(meetings.len(), 1, "{meetings:?}");
        meetings.pop().unwrap()
    }

    pub(crate) fn shots(&self) -> &str {
        &self.0.shots
    }

    pub(crate) async fn close(&self) {
        let open = self.0.open.lock().unwrap().take();
        if let Some((services, zoom, kept)) = open {
            for service in services {
                service.stop().await;
            }
            zoom.stop().await;
            drop(kept);
        }
    }
}

fn settings(database: &str, zoom: &ZoomServer) -> Settings {
    let mut settings = Settings::demonstration(([127, 0, 0, 1], 0).into());
    settings.database = Some(database.to_owned());
    settings.secret_key = Some(SECRET_KEY.to_owned());
    settings.zoom_url = Some(zoom.url());
    settings.demo_data = true;
    settings
}
