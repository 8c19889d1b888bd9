//! `cargo run -p booking-pages`: booking pages, open for business.

use std::process::ExitCode;

use booking_pages::{Service, Settings};

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::from_command_line();
    booking_pages::log_to_stderr(settings.log_as_json);
    match run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            booking_pages::log_failure(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn run(settings: Settings) -> Result<(), Box<dyn std::error::Error>> {
    let service = Service::start(settings).await?;
    service.announce();
    Ok(service.until_stopped().await?)
}
