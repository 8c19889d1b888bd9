//! The processes that are measured: our own program, started again.

use std::path::Path;
use std::process::Stdio;

use booking_pages::{Service, Settings};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::Failure;

/// A process that serves, and ends with this.
pub(crate) struct Process {
    _child: Child,
    pub(crate) url: String,
    /// The key of the staff's part of the API.
    pub(crate) key: &'static str,
}

/// As long as the service asks for.
const API_KEY: &str = "page-load page-load page-load page-load";
/// 32 bytes of zeros: nothing here is kept.
const SECRET_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

impl Process {
    pub(crate) async fn service(database: &Path, hosts: u16) -> Result<Self, Failure> {
        Self::start("service", database, &["--hosts", &hosts.to_string()]).await
    }

    pub(crate) async fn bare(database: &Path) -> Result<Self, Failure> {
        Self::start("bare", database, &[]).await
    }

    /// The first line that it prints is its address.
    async fn start(role: &str, database: &Path, more: &[&str]) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(role)
            .arg("--database")
            .arg(database)
            .args(more)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let printed = child.stdout.take().ok_or("its output cannot be read")?;
        let line = BufReader::new(printed).lines().next_line().await?;
        let url = line.ok_or("it has ended before it was ready")?;
        Ok(Self { _child: child, url, key: API_KEY })
    }
}

pub(crate) async fn serve(database: &Path, hosts: u16) -> Result<(), Failure> {
    booking_pages::log_to_stderr(false);
    let mut settings = Settings::demonstration(([127, 0, 0, 1], 0).into());
    settings.database = Some(database.display().to_string());
    settings.secret_key = Some(SECRET_KEY.to_owned());
    settings.api_key = Some(API_KEY.to_owned());
    settings.attempts_per_minute = 0;
    settings.demo_data = true;
    settings.demo_hosts = hosts;
    let service = Service::start(settings).await?;
    println!("http://{}", service.address());
    Ok(service.until_stopped().await?)
}
