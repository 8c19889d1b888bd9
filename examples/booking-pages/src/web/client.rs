//! Who is on the other side of the connection.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;

use crate::app::Shared;

/// The network address that a request came from: that of the connection, or, behind a proxy, the one in
/// the header that the proxy sets and nobody else can (`--client-address-header`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client(pub(crate) IpAddr);

impl FromRequestParts<Shared> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        let told = app.client_address.as_ref().and_then(|header| parts.headers.get(header));
        let told = told.and_then(|told| told.to_str().ok()?.trim().parse().ok());
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let connection = connection.map_or(Ipv4Addr::UNSPECIFIED.into(), |from| from.0.ip());
        Ok(Self(told.unwrap_or(connection)))
    }
}
