//! A sender that knows where Zoom is served.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest_sender::ReqwestSender;
use slotlink::ports::{HttpRequest, HttpResponse, HttpSend, SendError};
use url::Url;

use crate::openapi::OpenApi;

/// Sends what is meant for Zoom to a server, and checks both ways against Zoom's own document.
pub(crate) struct Rewriting {
    sender: ReqwestSender,
    server: Url,
    openapi: OpenApi,
}

impl Rewriting {
    pub(crate) fn new(server: Url) -> Self {
        Self { sender: ReqwestSender::new().unwrap(), server, openapi: OpenApi::load() }
    }

    /// The same for a request that need not be one that Zoom documents.
    pub(crate) async fn send_unchecked(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        let mut there = request.clone();
        let address = request.uri().to_string();
        *there.uri_mut() = rewritten(&self.server, &address).as_str().parse().unwrap();
        let answer = self.sender.send(there, deadline).await?;
        if is_api(&request) {
            self.openapi.check_response(&request, &answer);
        }
        Ok(answer)
    }
}

fn is_api(request: &HttpRequest) -> bool {
    request.uri().host() == Some("api.zoom.us")
}

/// The address of the server in place of Zoom's.
pub(crate) fn rewritten(server: &Url, address: &str) -> Url {
    let asked = Url::parse(address).unwrap();
    assert!(matches!(asked.host_str(), Some("zoom.us" | "api.zoom.us")), "{asked}");
    let mut there = server.join(asked.path()).unwrap();
    there.set_query(asked.query());
    there
}

#[async_trait]
impl HttpSend for Rewriting {
    async fn send(
        &self,
        request: HttpRequest,
        deadline: DateTime<Utc>,
    ) -> Result<HttpResponse, SendError> {
        if is_api(&request) {
            self.openapi.check_request(&request);
        }
        self.send_unchecked(request, deadline).await
    }
}
