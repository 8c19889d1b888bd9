//! For those who run the service.

use super::super::service::{pat, text};
use super::Service;

#[tokio::test]
async fn the_service_is_well_while_the_store_can_be_read() {
    let service = Service::start().await;
    assert_eq!(service.page("/healthz", "").await.expect(200).text, "ok\n");
    service.disk.is_full(true);
    let ill = service.page("/healthz", "").await.expect(503);
    assert!(!ill.text.contains("secret"), "{}", ill.text);
    service.disk.is_full(false);
    service.page("/healthz", "").await.expect(200);
}

#[tokio::test]
async fn metrics_count_and_name_no_private_address() {
    let service = Service::start().await;
    let booked = service.booked("demo").await;
    let address = booked["address"].as_str().unwrap();
    service.page(&format!("/appointments/{address}"), "").await.expect(200);
    let past = pat("demo", "2020-01-01T00:00:00Z");
    service.book("another-key", &past).await.expect(409);
    let metrics = service.page("/metrics", "").await.expect(200);
    let kind = text(&metrics.headers, "content-type");
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let told = [
        "booking_booked_total 1\n",
        "booking_errors_total{kind=\"slot_unavailable\"} 1\n",
        "booking_requests_total{method=\"GET\",route=\"/appointments/{address}\",status=\"200\"} 1\n",
    ];
    for line in told {
        assert!(metrics.text.contains(line), "no {line} in {}", metrics.text);
    }
    assert!(metrics.text.ends_with("# EOF\n"));
    assert!(!metrics.text.contains(address));
}

#[tokio::test]
async fn metrics_are_there_when_the_store_is_not() {
    let service = Service::start().await;
    service.disk.is_full(true);
    service.page("/", "").await.expect(503);
    let metrics = service.page("/metrics", "").await.expect(200);
    let line = "booking_errors_total{kind=\"store_unavailable\"} 1\n";
    assert!(metrics.text.contains(line), "{}", metrics.text);
}
