//! Whether a connection is encrypted, and whom it trusts.

use std::net::IpAddr;
use std::sync::Arc;

use deadpool_postgres::Manager;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::ConnectError;

/// Makes the connections of a pool. Where they need no TLS, no certificates are looked for.
pub(crate) fn manager(
    mut config: Config,
    roots: Option<RootCertStore>,
) -> Result<Manager, ConnectError> {
    let mode = mode(&config);
    config.ssl_mode(mode);
    if mode == SslMode::Disable {
        return Ok(Manager::new(config, NoTls));
    }
    Ok(Manager::new(config, MakeRustlsConnect::new(client(roots)?)))
}

/// All certificates of a text in PEM: providers hand them out as bundles.
pub(crate) fn roots(pem: &[u8]) -> Result<RootCertStore, ConnectError> {
    let mut roots = RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(pem) {
        let root = root.map_err(|error| ConnectError::InvalidRoots(error.into()))?;
        roots.add(root).map_err(|error| ConnectError::InvalidRoots(error.into()))?;
    }
    if roots.is_empty() {
        return Err(ConnectError::InvalidRoots(PemError::NoItemsFound.into()));
    }
    Ok(roots)
}

/// `Prefer` leaves the choice to whoever answers, and is what a URL without a word of it means, too:
/// a server that says it has no TLS would get password and rows in plain text. So the choice is made
/// here. On this machine it is as without TLS: packaged servers offer it with certificates that
/// nobody trusts.
fn mode(config: &Config) -> SslMode {
    match config.get_ssl_mode() {
        SslMode::Prefer if is_on_this_machine(config) => SslMode::Disable,
        SslMode::Prefer => SslMode::Require,
        chosen => chosen,
    }
}

fn is_on_this_machine(config: &Config) -> bool {
    // Where there are addresses, they are connected to, and names are only looked for in certificates.
    if !config.get_hostaddrs().is_empty() {
        return config.get_hostaddrs().iter().all(IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => is_loopback(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

fn is_loopback(name: &str) -> bool {
    let is_address = name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    is_address || name.eq_ignore_ascii_case("localhost")
}

fn client(roots: Option<RootCertStore>) -> Result<ClientConfig, ConnectError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(ConnectError::Certificates)?;
    let builder = match roots {
        Some(roots) => builder.with_root_certificates(roots),
        None => builder.with_platform_verifier().map_err(ConnectError::Certificates)?,
    };
    let mut config = builder.with_no_client_auth();
    // As libpq does: with `sslnegotiation=direct` the server demands it, else it may leave it unread.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode_of(url: &str) -> SslMode {
        mode(&url.parse().unwrap())
    }

    #[test]
    fn without_a_word_of_it_whatever_leaves_the_machine_is_encrypted() {
        for elsewhere in [
            "postgresql://app@db.internal/app",
            "postgresql://app@10.0.0.7/app",
            "postgresql://app@localhost.example.com/app",
            "postgresql://app@localhost,db.internal/app",
            "postgresql://app@localhost/app?hostaddr=10.0.0.7",
            "host=/run/postgresql,db.internal",
        ] {
            assert_eq!(mode_of(elsewhere), SslMode::Require, "{elsewhere}");
        }
        for here in [
            "postgresql://app@localhost/app",
            "postgresql://app@127.0.0.2/app",
            "postgresql://app@[::1]/app",
            "postgresql://app@db.internal/app?hostaddr=127.0.0.1",
            "postgresql:///app?host=/run/postgresql",
            "host=/run/postgresql",
        ] {
            assert_eq!(mode_of(here), SslMode::Disable, "{here}");
        }
    }

    #[test]
    fn roots_are_certificates_one_at_least() {
        let garbled = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let cut_off = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        let a_key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for pem in ["", "no PEM", garbled, cut_off, a_key] {
            let error = roots(pem.as_bytes()).unwrap_err();
            assert!(matches!(error, ConnectError::InvalidRoots(_)), "{pem}: {error:?}");
        }
    }

    #[test]
    fn what_the_url_says_counts_but_for_prefer() {
        for (host, preferred) in
            [("localhost", SslMode::Disable), ("db.internal", SslMode::Require)]
        {
            let mode = |name| mode_of(&format!("postgresql://app@{host}/app?sslmode={name}"));
            assert_eq!(mode("disable"), SslMode::Disable, "{host}");
            assert_eq!(mode("prefer"), preferred, "{host}");
            assert_eq!(mode("require"), SslMode::Require, "{host}");
        }
    }
}
