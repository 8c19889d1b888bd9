//! A server that does to each request what a test told it to.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does once it has read a request.
#[derive(Clone)]
pub(crate) enum Then {
    /// Answers with this status and this body, and reads on.
    Answer(&'static str, &'static str),
    /// The same with a `Location`.
    Redirect(String),
    /// Answers `200` and closes, without having said that it will.
    AnswerAndClose,
    /// Closes without a word.
    Close,
    /// Says nothing, for ever.
    Silence,
    /// Begins an answer that never ends: that many bytes are announced, or pieces without end.
    Endless(Option<usize>),
    /// Announces more than it sends, and closes.
    BreakOff,
    /// Announces more than it sends, and stays silent.
    Stall,
}

#[derive(Default)]
struct Seen {
    script: Mutex<VecDeque<Then>>,
    accepts: AtomicUsize,
    requests: Mutex<Vec<String>>,
}

pub(crate) struct Server {
    pub(crate) address: String,
    seen: Arc<Seen>,
}

impl Server {
    /// Requests beyond the script are met with silence.
    pub(crate) async fn start(script: &[Then]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Seen::default());
        seen.script.lock().unwrap().extend(script.iter().cloned());
        tokio::spawn(accept(listener, seen.clone()));
        Self { address, seen }
    }

    pub(crate) fn accepts(&self) -> usize {
        self.seen.accepts.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, seen: Arc<Seen>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.accepts.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(serve(stream, seen.clone()));
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Seen>) {
    while let Some(request) = read(&mut stream).await {
        seen.requests.lock().unwrap().push(request);
        let then = seen.script.lock().unwrap().pop_front().unwrap_or(Then::Silence);
        if !act(&mut stream, then).await {
            return;
        }
    }
}

/// Whether the connection stays open.
async fn act(stream: &mut TcpStream, then: Then) -> bool {
    let (text, stays) = match then {
        Then::Answer(status, body) => (answer(status, "", body), true),
        Then::Redirect(to) => (answer("302 Found", &format!("location: {to}\r\n"), ""), true),
        Then::AnswerAndClose => (answer("200 OK", "", "{}"), false),
        Then::Close => return false,
        Then::Silence => return std::future::pending().await,
        Then::Endless(announced) => {
            pour(stream, announced).await;
            return false;
        }
        Then::BreakOff => (HALF.to_owned(), false),
        // Nobody sends another request over a connection whose answer is not whole.
        Then::Stall => (HALF.to_owned(), true),
    };
    stream.write_all(text.as_bytes()).await.is_ok() && stays
}

const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{";

fn answer(status: &str, header: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{header}\r\n{body}")
}

/// Until the other side closes.
async fn pour(stream: &mut TcpStream, announced: Option<usize>) {
    let head = match announced {
        Some(length) => format!("content-length: {length}"),
        None => "transfer-encoding: chunked".to_owned(),
    };
    let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n");
    let piece = [b"1000\r\n".as_slice(), &[b'x'; 0x1000], b"\r\n"].concat();
    let mut written = stream.write_all(head.as_bytes()).await;
    while written.is_ok() {
        written = stream.write_all(&piece).await;
    }
}

/// Head and body of one request, as they came; `None` if the other side closed.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8(bytes).unwrap())
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
