"""Faults of what Prometheus scrapes, and of what it keeps."""

from sandbox.faults.prometheus_means import prometheus, prometheus_flag

FAULTS = (
    prometheus(
        "scrape-target-down",
        "the address of the auth-service in Prometheus' configuration has another port: nobody listens there",
        ("prometheus.yml", r"(?s)(- job_name: auth-service\n.*?- 127\.0\.0\.1:)\d+", r"\g<1>9"),
    ),
    prometheus(
        "job-missing",
        "two blocks of Prometheus' configuration were merged into one: the user-service is not scraped",
        ("prometheus.yml", r"(?s)^- job_name: user-service\n.*?(?=^- job_name)", ""),
    ),
    prometheus_flag(
        "retention-fifteen-days",
        "Prometheus keeps its default of 15 days",
        "--storage.tsdb.retention.time",
        "15d",
    ),
)
