//! Talking to Zoom over the HTTP port: [`ZoomClient`] is `ZoomApi` and `ZoomAuth`.
//!
//! It owns no HTTP client and no clock. It builds requests, hands them to
//! [`HttpSend`](crate::ports::HttpSend), and says what the answers mean. It never retries: whether
//! a call may be repeated is for the caller to decide, who knows the quota and the link.
//!
//! The other way, [`Webhook::read`] proves and reads what Zoom sends to the host.

mod app;
mod classify;
mod client;
mod failure;
mod request;
mod site;
mod webhook;
mod wire;

pub use app::ZoomApp;
pub use classify::MAX_ANSWER_BYTES;
pub use client::ZoomClient;
pub use site::{InvalidSite, ZoomSite};
pub use webhook::{
    MAX_WEBHOOK_BYTES, MeetingChange, WEBHOOK_WINDOW, Webhook, WebhookRefusal, WebhookSecrets,
};
pub(crate) use wire::MARK;
