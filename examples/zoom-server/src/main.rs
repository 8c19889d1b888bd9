//! A simulated Zoom for programs that are to meet it as they meet Zoom.
//!
//! ```text
//! cargo run -p zoom-server -- --address 127.0.0.1:8090 --events http://127.0.0.1:8080/zoom/events
//! ```
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it says where it is")]

use std::process::ExitCode;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};
use slotlink::testkit::SimulatedZoom;
use zoom_server::{ZoomServer, ZoomServerConfig};

const USAGE: &str = "usage: zoom-server [--address 127.0.0.1:8090] [--events URL] \
     [--retry-seconds 300,1200,3600]";

#[tokio::main]
async fn main() -> ExitCode {
    let config = match read() {
        Ok(config) => config,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: ZoomServerConfig) -> std::io::Result<()> {
    let server = ZoomServer::start(config).await?;
    println!("The simulated Zoom, with its switchboard, is at {}", server.url());
    println!("Webhooks are signed with the secret token {}", SimulatedZoom::WEBHOOK_SECRET);
    println!("Any client id and client secret will do. Ctrl-C ends it.");
    tokio::signal::ctrl_c().await?;
    server.stop().await;
    Ok(())
}

fn read() -> Result<ZoomServerConfig, lexopt::Error> {
    let mut config = ZoomServerConfig::default();
    config.address.set_port(8090);
    let mut parser = Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("address") => config.address = parser.value()?.parse()?,
            Arg::Long("events") => config.events = Some(parser.value()?.parse()?),
            Arg::Long("retry-seconds") => config.retry_waits = waits(&parser.value()?.string()?)?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(config)
}

fn waits(seconds: &str) -> Result<Vec<Duration>, lexopt::Error> {
    let each = |text: &str| text.trim().parse().map(Duration::from_secs);
    seconds.split(',').map(each).collect::<Result<_, _>>().map_err(|_| "waits are seconds".into())
}
