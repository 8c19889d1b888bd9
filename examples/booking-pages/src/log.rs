//! Structured logs. `RUST_LOG` says how much; nothing of what people typed is logged, nor tokens or
//! join links.

use std::error::Error;

use tracing_subscriber::EnvFilter;

/// Logs to standard error, as text or as JSON. A second call changes nothing.
pub fn log_to_stderr(as_json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // It fails if there is a subscriber already: then that one is right.
    let _first_wins =
        if as_json { log.json().flatten_event(true).try_init() } else { log.try_init() };
}

/// The last word of a service that could not start.
pub fn log_failure(error: &dyn Error) {
    tracing::error!("{}", chain(error));
}

/// The error and all that caused it.
pub(crate) fn chain(error: &dyn Error) -> String {
    let (mut chain, mut source) = (error.to_string(), error.source());
    while let Some(cause) = source {
        chain = format!("{chain}: {cause}");
        source = cause.source();
    }
    chain
}
