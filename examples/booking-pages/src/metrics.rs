//! Figures for `/metrics`, as OpenMetrics text.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use slotlink::{RunReport, WebhookCounts};

/// Bounds of the histogram, in seconds: 20 ms is what a page of slots may take.
const BOUNDS: [f64; 10] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0];

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq, EncodeLabelSet)]
struct KindLabels {
    kind: String,
}

#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    booked: Counter,
    errors: Family<KindLabels, Counter>,
    steps: Counter,
    failed_steps: Counter,
    failed_runs: Counter,
    webhooks: Family<KindLabels, Gauge>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("booking");
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        let metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            booked: Counter::default(),
            errors: Family::default(),
            steps: Counter::default(),
            failed_steps: Counter::default(),
            failed_runs: Counter::default(),
            webhooks: Family::default(),
            registry: Registry::default(),
        };
        registry.register("requests", "Requests that were answered", metrics.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time until the answer",
            Unit::Seconds,
            metrics.seconds.clone(),
        );
        registry.register("booked", "Appointments that visitors booked", metrics.booked.clone());
        registry.register("errors", "Calls that were refused or failed", metrics.errors.clone());
        registry.register("work_steps", "Steps of background work", metrics.steps.clone());
        let failed = "Steps of background work that failed and are tried again";
        registry.register("work_steps_failed", failed, metrics.failed_steps.clone());
        let failed = "Runs of background work that could not read what is due";
        registry.register("work_runs_failed", failed, metrics.failed_runs.clone());
        registry.register("webhooks", "Webhooks of Zoom, by outcome", metrics.webhooks.clone());
        Self { registry, ..metrics }
    }

    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.seconds
            .get_or_create(&RouteLabels { route: route.clone() })
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    pub(crate) fn booked(&self) {
        self.booked.inc();
    }

    /// By the stable name of the error.
    pub(crate) fn refused(&self, kind: &str) {
        self.errors.get_or_create(&KindLabels { kind: kind.to_owned() }).inc();
    }

    pub(crate) fn worked(&self, report: RunReport) {
        self.steps.inc_by(report.done.into());
        self.failed_steps.inc_by(report.failed.into());
    }

    pub(crate) fn could_not_work(&self) {
        self.failed_runs.inc();
    }

    /// The whole text. Counts that the crate keeps are read now.
    pub(crate) fn text(&self, webhooks: WebhookCounts) -> Result<String, std::fmt::Error> {
        let WebhookCounts { done, unknown, refused, failed, .. } = webhooks;
        let counts =
            [("done", done), ("unknown", unknown), ("refused", refused), ("failed", failed)];
        for (kind, count) in counts {
            let gauge = self.webhooks.get_or_create(&KindLabels { kind: kind.to_owned() });
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
