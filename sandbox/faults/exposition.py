"""Faults of pages of metrics."""

from __future__ import annotations

from sandbox.faults.fault import Fault
from sandbox.faults.means import haproxy, intent, kong, standin
from sandbox.faults.settled import settled
from sandbox.running import Sandbox
from sandbox.standins.services.pages import PageFlaw

_NODES = ("kong-1", "kong-2")
_AGAIN = 90.0
"""Seconds at most until Prometheus has everything up again, on a machine that is busy, too."""


def _mended(broken: Fault) -> Fault:
    """The same, mended only once Prometheus has everything up again."""

    async def revert(sandbox: Sandbox) -> None:
        await broken.revert(sandbox)
        await sandbox.wait_until_scraped(_AGAIN)

    return Fault(broken.name, broken.changes, broken.description, broken.apply, revert)


def _started_anew(broken: Fault) -> Fault:
    """The same, of nodes that were started with it: a node keeps what it has counted when it loads a file."""

    async def apply(sandbox: Sandbox) -> None:
        await broken.apply(sandbox)
        for node in _NODES:
            await sandbox.restart(node)
        await settled(sandbox)

    return Fault(broken.name, broken.changes, broken.description, apply, broken.revert)


def _page(name: str, flaw: PageFlaw, description: str) -> Fault:
    """The user service's page with one flaw."""
    return _mended(standin(name, "standins", "user-service", "page", description, flaw=flaw))


FAULTS = (
    _page("metrics-missing", "absent", "the user service answers 404 to /metrics"),
    _page(
        "metrics-redirected",
        "elsewhere",
        "the user service sends whoever asks for /metrics on to another server's page for logging in",
    ),
    _page("metrics-html", "html", "the user service answers its front page in HTML, with 200, to /metrics"),
    _page(
        "metrics-content-type",
        "content-type",
        "the user service sends its page of metrics as application/octet-stream",
    ),
    _page("metrics-crlf", "crlf", "the lines of the user service's page of metrics end with CR LF"),
    _page(
        "metrics-not-utf-8",
        "not-utf-8",
        "a value of a label on the user service's page of metrics is Latin-1",
    ),
    _page("metrics-second-type", "second-type", "a metric of the user service has two TYPE lines"),
    _page("series-duplicated", "series-twice", "a series is on the user service's page of metrics twice"),
    _page("histogram-without-infinity", "no-infinity", "the user service's histogram has no bucket +Inf"),
    _page(
        "histogram-decreasing",
        "decreasing",
        "the last finite bucket of the user service's histogram is less than those below",
    ),
    _page("counter-negative", "negative", "a counter of the user service is -1"),
    _page("counter-fell", "falling", "a counter of the user service goes down"),
    _page(
        "cardinality-explosion",
        "many-series",
        "a metric of the user service has a series for each of 6000 users",
    ),
    _page("required-metric-missing", "no-metric", "the user service does not export http_requests_in_flight"),
    _page("label-renamed", "other-label", "the user service's label `route` is called `path`"),
    _page("metric-camel-case", "camel-case", "a metric of the user service is called queueDepth"),
    _page(
        "token-in-label", "token", "a label on the user service's page of metrics has a token as its value"
    ),
    _page(
        "token-on-unreadable-page",
        "token-unread",
        "a label on the user service's page of metrics has a token as its value, and that line no number",
    ),
    _page("metrics-old-timestamp", "old-timestamp", "a sample of the user service is of 1970"),
    _page("histogram-bucket-twice", "bucket-twice", 'a histogram has the buckets le="10" and le="10.0"'),
    _page("metrics-byte-order-mark", "byte-order-mark", "the user service's page begins with EF BB BF"),
    _page("metrics-nul", "nul", "a NUL byte is at the end of the user service's page of metrics"),
    _mended(
        standin(
            "metrics-slow",
            "standins",
            "user-service",
            "page-slow",
            "the user service's page of metrics takes 400 ms",
            seconds=0.4,
        )
    ),
    _mended(
        haproxy(
            "metrics-of-another",
            "HAProxy hands the port of its exporter to the health service: /metrics is that service's",
            (
                r"^    http-request use-service prometheus-exporter .*\n    http-request deny .*\n",
                "    default_backend health_service\n",
            ),
        )
    ),
    intent(
        "exporter-is-the-store",
        "the environment gives PostgreSQL's own port for its exporter's page",
        (r'(dsn: "postgresql://[^@]*@)([^/]+)((?s:.*?)postgres-exporter: \{url: "http://)[^/]+', r"\1\2\3\2"),
    ),
    intent(
        "exporters-swapped",
        "the environment gives the node exporter's page for that of Redis",
        (
            r'(redis-exporter: \{url: "http://)[^/]+((?s:.*?)node-exporter: \{url: "http://)([^/]+)',
            r"\1\3\2\3",
        ),
    ),
    _mended(
        _started_anew(
            kong(
                "status-codes-uncounted",
                _NODES,
                "kong.yml's prometheus plugin has status_code_metrics off, and both nodes began with it",
                (r"status_code_metrics: true", "status_code_metrics: false"),
            )
        )
    ),
)
