//! Background work: links, retries, lapses, tidying up. The crate says what and when.

use std::time::Duration;

use chrono::{DateTime, Utc};
use slotlink::ports::{Clock as _, SystemClock};

use crate::app::{App, Shared};

/// Workers of one instance. A call of Zoom that takes long holds up one of them, not all.
pub(crate) const WORKERS: usize = 4;
/// Steps of one run: between runs it is looked whether the service stops.
const STEPS: u32 = 8;
/// What other instances have left behind is looked for at least so often.
const AT_LEAST: Duration = Duration::from_secs(30);
const BREATH: Duration = Duration::from_millis(50);

/// Works until the service stops, and ends what it has begun.
pub(crate) async fn work(app: Shared) {
    while !app.stop.is_cancelled() {
        let wait = run(&app).await;
        tokio::select! {
            () = app.stop.cancelled() => {}
            () = app.work.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Forgets who has not tried anything lately.
pub(crate) async fn tidy(app: Shared) {
    while !app.stop.is_cancelled() {
        tokio::select! {
            () = app.stop.cancelled() => {}
            () = tokio::time::sleep(Duration::from_secs(60)) => {
                app.attempts.tidy();
                app.sign_ins.tidy();
            }
        }
    }
}

/// Does some of what is due, and says how long there is nothing more.
async fn run(app: &Shared) -> Duration {
    match app.scheduler.run_due(STEPS).await {
        Ok(report) => {
            app.metrics.worked(report);
            if report.failed > 0 {
                tracing::warn!(done = report.done, failed = report.failed, "some steps failed");
            } else if report.done > 0 {
                tracing::debug!(done = report.done, "background work");
            }
            if report.done < STEPS { until(app, report.next) } else { Duration::ZERO }
        }
        Err(error) => {
            app.metrics.could_not_work();
            crate::web::problem::log(app, &error);
            Duration::from_secs(5)
        }
    }
}

fn until(app: &App, next: Option<DateTime<Utc>>) -> Duration {
    let Some(next) = next else { return AT_LEAST };
    // What is due already is done at once, but not in a loop without a breath.
    let wait = next - (SystemClock.now() + app.ahead);
    wait.to_std().unwrap_or(BREATH).clamp(BREATH, AT_LEAST)
}
