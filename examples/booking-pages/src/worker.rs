//! Background work: links, retries, lapses, tidying up. The crate says what and when.

use std::time::Duration;

use chrono::{DateTime, Utc};
use slotlink::ports::{Clock as _, SystemClock};

use crate::app::Shared;

/// Workers of one instance. A call of Zoom that takes long holds up one of them, not all.
pub(crate) const WORKERS: usize = 4;
/// Steps of one run.
const STEPS: u32 = 100;
const BREATH: Duration = Duration::from_millis(50);
/// What other instances have left behind is looked for at least so often.
const AT_LEAST: Duration = Duration::from_secs(30);

/// Works until the service stops, and ends what it has begun.
pub(crate) async fn work(app: Shared) {
    while !app.stop.is_cancelled() {
        let wait = run(&app).await;
        app.attempts.tidy();
        tokio::select! {
            () = app.stop.cancelled() => {}
            () = app.work.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Does what is due, and says how long there is nothing more.
async fn run(app: &Shared) -> Duration {
    match app.scheduler.run_due(STEPS).await {
        Ok(report) => {
            app.metrics.worked(report);
            if report.failed > 0 {
                tracing::warn!(done = report.done, failed = report.failed, "some steps failed");
            } else if report.done > 0 {
                tracing::debug!(done = report.done, "background work");
            }
            until(report.next)
        }
        Err(error) => {
            app.metrics.could_not_work();
            crate::web::problem::log(app, &error);
            Duration::from_secs(5)
        }
    }
}

fn until(next: Option<DateTime<Utc>>) -> Duration {
    let Some(next) = next else { return AT_LEAST };
    // What is due already is done at once, but not in a loop without a breath.
    let wait = (next - SystemClock.now()).to_std().unwrap_or(BREATH);
    wait.clamp(BREATH, AT_LEAST)
}
