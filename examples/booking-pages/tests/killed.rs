//! The service is killed in the middle of bookings, and started again: the link comes.

// Only ever built for tests; this tells clippy that helpers may unwrap, too.
#![cfg(test)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::TimeDelta;
use http::{Method, StatusCode, header};
use reqwest_sender::ReqwestSender;
use slotlink::ports::{
    Clock as _, HttpRequest, HttpResponse, HttpSend as _, SendError, SystemClock,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::Serializer;
use zoom_server::{ZoomServer, ZoomServerConfig};

/// 32 bytes of zeros: nothing here is kept.
const SECRET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
/// How late Zoom's answers are.
const SLOW: Duration = Duration::from_millis(100);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// When the service is killed.
#[derive(Clone, Copy, Debug)]
enum Killed {
    /// So many milliseconds after the form is sent.
    After(u64),
    /// When Zoom has made the meeting, and its answer is on its way still.
    WhenMade,
}

/// Before, while and after the booking is committed, and when all is done.
const KILLED: [Killed; 8] = [
    Killed::After(0),
    Killed::After(3),
    Killed::After(8),
    Killed::After(20),
    Killed::WhenMade,
    Killed::After(60),
    Killed::WhenMade,
    Killed::After(400),
];
/// What is in doubt is settled when Zoom's list is read, two minutes after the call's deadline.
const SETTLED_AFTER_SECONDS: u32 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_that_is_cut_off_by_a_kill_has_its_one_link_after_the_next_start() {
    let zoom = ZoomServer::start(ZoomServerConfig::default()).await.unwrap();
    let slow_zoom = slowed(zoom.url()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut ahead = 0;
    let mut service = Service::start(folder.path(), &slow_zoom, ahead);
    connect_zoom(&service.url, &zoom.url()).await;
    let mut links = Vec::new();
    for (number, killed) in KILLED.into_iter().enumerate() {
        let form = form(&service.url, number).await;
        let (url, sent) = (service.url.clone(), form.clone());
        let booking = tokio::spawn(async move { book(&url, &sent).await });
        match killed {
            Killed::After(time) => tokio::time::sleep(Duration::from_millis(time)).await,
            Killed::WhenMade => {
                let begun = Instant::now();
                while zoom.zoom().meetings().len() == number {
                    assert!(begun.elapsed() < PATIENCE, "Zoom is asked for no meeting");
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
        service.kill();
        let answer = booking.await.unwrap();

        ahead += SETTLED_AFTER_SECONDS;
        service = Service::start(folder.path(), &slow_zoom, ahead);
        // Whoever got no answer sends the same form again, and books nothing twice.
        let page = match answer {
            Ok(page) => page,
            Err(_) => book(&service.url, &form).await.unwrap(),
        };
        let link = link(&service.url, &page).await;
        links.push(link);
        let mut made: Vec<String> =
            zoom.zoom().meetings().into_iter().map(|meeting| meeting.join_url).collect();
        let mut told = links.clone();
        made.sort();
        told.sort();
        assert_eq!(made, told, "killed {killed:?}");
    }
}

struct Service {
    process: Child,
    url: Url,
}

impl Service {
    fn start(folder: &Path, zoom: &Url, ahead: u32) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_booking-pages"))
            .args(["--address", "127.0.0.1:0", "--demo-data", "--log-as-json"])
            .arg("--database")
            .arg(folder.join("pages.sqlite"))
            .args(["--secret-key", SECRET_KEY, "--zoom-url", zoom.as_str()])
            .args(["--clock-ahead-seconds", &ahead.to_string()])
            .env("RUST_LOG", "booking_pages=info")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        let url = log.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, url) = line.split_once("booking pages: ")?;
            Url::parse(url.split('"').next()?).ok()
        });
        // Whoever does not read on, blocks who writes.
        std::thread::spawn(move || log.for_each(drop));
        Self { process, url: url.unwrap() }
    }

    /// SIGKILL, where there are signals.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Zoom, behind a line on which its answers take their time.
async fn slowed(zoom: Url) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let port = zoom.port().unwrap();
    tokio::spawn(async move {
        while let Ok((app, _)) = listener.accept().await {
            let zoom = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let ((mut ask, mut answer), (mut answers, mut asks)) =
                (app.into_split(), zoom.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut ask, &mut asks).await });
            tokio::spawn(async move {
                let mut bytes = vec![0; 64 * 1024];
                while let Ok(1..) =
                    answers.read(&mut bytes).await.inspect(|read| bytes.truncate(*read))
                {
                    tokio::time::sleep(SLOW).await;
                    if answer.write_all(&bytes).await.is_err() {
                        break;
                    }
                    bytes.resize(64 * 1024, 0);
                }
            });
        }
    });
    url
}

async fn send(request: http::request::Builder, body: String) -> Result<HttpResponse, SendError> {
    let request: HttpRequest = request.body(body.into_bytes()).unwrap();
    let deadline = SystemClock.now() + TimeDelta::seconds(20);
    ReqwestSender::new().unwrap().send(request, deadline).await
}

async fn get(url: Url) -> HttpResponse {
    send(http::Request::get(url.as_str()), String::new()).await.unwrap()
}

/// A form that is sent from a page of the same site.
async fn post(url: Url, cookie: &str, fields: &[(&str, &str)]) -> Result<HttpResponse, SendError> {
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = http::Request::builder()
        .method(Method::POST)
        .uri(url.as_str())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", "same-origin");
    send(request, form).await
}

fn location(answer: &HttpResponse) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", text(answer));
    answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
}

fn text(answer: &HttpResponse) -> String {
    String::from_utf8_lossy(answer.body()).into_owned()
}

/// Cleo goes to Zoom's page and comes back.
async fn connect_zoom(service: &Url, zoom: &Url) {
    let at = |path: &str| service.join(path).unwrap();
    let signed_in = post(at("sign-in"), "", &[("user", "cleo")]).await.unwrap();
    let cookie = signed_in.headers()[header::SET_COOKIE].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let asked = text(&post(at("host/zoom/connect"), &cookie, &[]).await.unwrap());
    let page = asked.split_once("id=\"to-zoom\" href=\"").unwrap().1.split('"').next().unwrap();
    let page = Url::parse(&page.replace("&amp;", "&")).unwrap();
    let consent = zoom.join(&page[url::Position::BeforePath..]).unwrap();
    let allowed = post(consent, "", &[("zoom", "zoom-cleo"), ("answer", "allow")]).await.unwrap();
    let back = http::Request::get(location(&allowed)).header(header::COOKIE, &cookie);
    let done = send(back, String::new()).await.unwrap();
    assert!(text(&done).contains("Zoom is connected"), "{}", text(&done));
}

/// A form for a slot of its own, as a visitor fills it in.
async fn form(service: &Url, number: usize) -> BTreeMap<String, String> {
    let slots = text(&get(service.join("book/class?days=31&zone=UTC").unwrap()).await);
    let starts = slots.split("?start=").skip(1).map(|rest| rest.split('&').next().unwrap());
    let start = starts.clone().nth(10).unwrap();
    let fields = [
        ("start", start),
        ("zone", "UTC"),
        ("request", &format!("request {number}")),
        ("name", "Pat"),
        ("email", "pat@example.com"),
    ];
    let mut form: BTreeMap<String, String> =
        fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    // Each its own slot: a class has several seats.
    form.insert("start".to_owned(), starts.clone().nth(10 + number).unwrap().to_owned());
    form
}

/// Gives the path of the appointment's page.
async fn book(service: &Url, form: &BTreeMap<String, String>) -> Result<String, SendError> {
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
    Ok(location(&post(service.join("book/class").unwrap(), "", &fields).await?))
}

/// Waits until the page shows the link.
async fn link(service: &Url, page: &str) -> String {
    let begun = Instant::now();
    loop {
        let shown = text(&get(service.join(page).unwrap()).await);
        if let Some((_, rest)) = shown.split_once("class=\"url\">") {
            return rest.split('<').next().unwrap().replace("&amp;", "&");
        }
        assert!(begun.elapsed() < PATIENCE, "there is no link on {shown}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
