"""The detection matrix: scraping."""

MATRIX: dict[str, set[str]] = {
    "scrape-targets-guarded": {"scrape.targets-unreadable@prometheus"},
    "scrape-target-down": {"scrape.target-down@auth-service"},
    "job-missing": {"scrape.job-missing@user-service"},
    "scrape-target-missing": {"scrape.job-missing@kong"},
    "scrape-target-unexpected": {"scrape.target-unexpected@prometheus"},
    "scrape-target-stale": {"scrape.target-stale@pushgateway"},
    "store-scraped-as-http": {"scrape.store-without-exporter@postgres"},
    "job-configured-otherwise": {"scrape.job-differs@pushgateway"},
    "two-jobs-configured-otherwise": {
        "scrape.target-down@whatsapp-service",
        "scrape.job-differs@pushgateway",
    },
    "prometheus-configuration-differs": {"scrape.configuration-differs@global"},
    "job-reads-another-service": {"scrape.other-server@health-service"},
    "job-with-anothers-label": {"scrape.wrong-label@clinic-service"},
    "job-reads-through-an-old-address": {"loop.prometheus-tells-otherwise@user-service"},
    "service-in-two-jobs": {"scrape.server-twice@prometheus"},
    "retention-fifteen-days": {"scrape.retention-wrong@prometheus"},
    "up-contradicts-probe": {"tcp.unreachable@auth-service", "scrape.up-contradicts-probe@auth-service"},
    "haproxy-unchecked-shown-up": {"scrape.haproxy-contradicts-exporter@haproxy-exporter"},
    "service-counts-nothing": {"loop.service-counts-otherwise@user-service"},
    "kong-counts-nothing": {"loop.gateway-counts-otherwise@gateway"},
    "haproxy-counts-elsewhere": {"loop.load-balancer-counts-otherwise@load-balancer"},
    "prometheus-drops-counter": {"loop.prometheus-tells-otherwise@user-service"},
    "recording-rule-behind": {"loop.recording-rule-behind@service:http_requests:rate5m"},
    "grafana-caches": {"loop.grafana-tells-otherwise@Prometheus"},
    "kong-health-contradicts": {"scrape.kong-health-contradicts@kong-2"},
}
"""Fault → exactly the check@target that must fail."""
