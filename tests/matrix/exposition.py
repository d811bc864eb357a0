"""The detection matrix: exposition."""

MATRIX: dict[str, set[str]] = {
    "metrics-missing": {"metrics.missing@user-service"},
    "metrics-redirected": {"metrics.sent-elsewhere@user-service"},
    "metrics-html": {"metrics.missing@user-service"},
    "metrics-content-type": {"metrics.wrong-content-type@user-service"},
    "metrics-crlf": {"metrics.unreadable@user-service"},
    "metrics-not-utf-8": {"metrics.unreadable@user-service"},
    "metrics-second-type": {"metrics.malformed@user-service"},
    "series-duplicated": {"metrics.duplicate-series@user-service"},
    "histogram-without-infinity": {"metrics.broken-histogram@user-service"},
    "histogram-decreasing": {"metrics.broken-histogram@user-service"},
    "counter-negative": {"metrics.impossible-value@user-service"},
    "counter-fell": {"metrics.counter-fell@user-service"},
    "cardinality-explosion": {"metrics.too-many-series@user-service"},
    "required-metric-missing": {"metrics.missing-metric@user-service"},
    "label-renamed": {"metrics.missing-label@user-service"},
    "metric-camel-case": {"metrics.bad-name@user-service"},
    "token-in-label": {"metrics.secret-shown@user-service"},
    "token-on-unreadable-page": {
        # Two defects: whoever mends the number leaks the token still.
        "metrics.secret-shown@user-service",
        "metrics.unreadable@user-service",
    },
    "metrics-old-timestamp": {"metrics.wrong-timestamp@user-service"},
    "histogram-bucket-twice": {"metrics.broken-histogram@user-service"},
    "metrics-byte-order-mark": {"metrics.unreadable@user-service"},
    "metrics-nul": {"metrics.malformed@user-service"},
    "metrics-slow": {"metrics.slow@user-service"},
    "metrics-of-another": {"metrics.other-server@haproxy-exporter"},
    "exporter-is-the-store": {
        "metrics.missing@postgres-exporter",
        # What the environment declares is not what Prometheus scrapes, either.
        "scrape.up-contradicts-probe@postgres-exporter",
    },
    "exporters-swapped": {"metrics.other-server@redis-exporter"},
    "status-codes-uncounted": {
        "metrics.missing-metric@kong-1-status",
        "metrics.missing-metric@kong-2-status",
    },
}
"""Fault → exactly the check@target that must fail."""
