"""Faults of what Prometheus scrapes, keeps and runs with, and of views that contradict each other."""

from __future__ import annotations

from atalaia.errors import NotMeasured
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.guarded import guarded
from sandbox.faults.means import haproxy, standin, together
from sandbox.faults.places import address_of, scrapes, scrapes_old_address
from sandbox.faults.prometheus_means import prometheus, prometheus_file, prometheus_flag
from sandbox.readiness import answers, get, until
from sandbox.running import Sandbox

_FILE = "prometheus.yml"


async def _count_once(sandbox: Sandbox) -> None:
    """Let both nodes of Kong have counted something: their counter is on their pages only then."""
    for port in (sandbox.ports.kong_1_proxy, sandbox.ports.kong_2_proxy):
        await get(port, "/api/v1/health")
    pages = (sandbox.ports.kong_1_status, sandbox.ports.kong_2_status)

    async def there() -> bool:
        return all(
            [await answers(port, "/metrics", containing=b"kong_http_requests_total{") for port in pages]
        )

    if not await until(there, 30):
        raise NotMeasured("Kong's nodes did not count a request", where=sandbox.id)


async def _nothing(sandbox: Sandbox) -> None:
    """What was counted stays."""


FAULTS = (
    guarded(
        "scrape-targets-guarded",
        "prometheus",
        "path_beg /api/v1/targets",
        "the environment names a proxy before Prometheus, which does not let /api/v1/targets through",
    ),
    prometheus(
        "scrape-target-down",
        "the address of the auth-service in Prometheus' configuration has another port: nobody listens there",
        (_FILE, address_of("auth-service"), r"\g<1>127.0.0.1:9"),
    ),
    prometheus(
        "job-missing",
        "two blocks of Prometheus' configuration were merged into one: the user-service is not scraped",
        (_FILE, r"(?s)^- job_name: user-service\n.*?(?=^- job_name)", ""),
    ),
    prometheus(
        "scrape-target-missing",
        "Prometheus' configuration has one of Kong's two nodes",
        (_FILE, r"(?s)(- job_name: kong\n.*?    - 127\.0\.0\.1:\d+\n)    - 127\.0\.0\.1:\d+\n", r"\1"),
    ),
    prometheus(
        "scrape-target-unexpected",
        "Prometheus scrapes a job that nobody declared, left over from a service that is no more",
        (
            _FILE,
            r"(?s)(- job_name: prometheus\n.*?- )(127\.0\.0\.1:\d+)(.*)",
            r"\1\2\3- job_name: billing-service\n  static_configs:\n  - targets: ['\2']\n",
        ),
    ),
    prometheus(
        "scrape-target-stale",
        "the pushgateway's job has a scrape interval of an hour of its own",
        (_FILE, r"^(- job_name: pushgateway\n)", r"\1  scrape_interval: 1h\n"),
    ),
    scrapes(
        "store-scraped-as-http",
        "Prometheus scrapes PostgreSQL's own port, as if it spoke HTTP",
        "postgres",
        "postgres",
    ),
    prometheus(
        "job-configured-otherwise",
        "Prometheus runs with a pushgateway job without honor_labels: what is pushed loses its job",
        (_FILE, r"^  honor_labels: true\n", ""),
    ),
    prometheus(
        "two-jobs-configured-otherwise",
        "Prometheus runs with a whatsapp-service job that speaks TLS, so that it is down, and with the "
        "pushgateway's without honor_labels",
        (_FILE, r"^(- job_name: whatsapp-service\n)", r"\1  scheme: https\n"),
        (_FILE, r"^  honor_labels: true\n", ""),
    ),
    prometheus(
        "prometheus-configuration-differs",
        "Prometheus runs with another name of the stack, which goes with every alert",
        (_FILE, r"^(    stack: )atendeai$", r"\1atendai"),
    ),
    prometheus_flag(
        "retention-fifteen-days",
        "Prometheus keeps its default of 15 days",
        "--storage.tsdb.retention.time",
        "15d",
    ),
    together(
        "up-contradicts-probe",
        Changes.LIVE,
        "the auth-service does not answer, and Prometheus says that it is up: it scrapes the user-service at "
        "an address that nobody knows",
        scrapes_old_address("", "auth-service", "user_service"),
        standin("", "standins", "auth-service", "stopped", ""),
    ),
    haproxy(
        "haproxy-unchecked-shown-up",
        "HAProxy has a backend that nobody declared, with a server that does not run and has no `check`",
        (
            r"^(# No server: HAProxy's own 503)",
            r"backend legacy\n    server legacy-1 127.0.0.1:9\n\n\1",
        ),
    ),
    standin(
        "kong-health-contradicts",
        "kong-2",
        "kong-2",
        "metrics-health",
        "the second Kong node takes an upstream target for healthy, and tells otherwise in its metrics",
    ),
    standin(
        "service-counts-nothing",
        "standins",
        "user-service",
        "counts-nothing",
        "the user-service answers, and its counters stand still",
    ),
    together(
        "kong-counts-nothing",
        Changes.LIVE,
        "the second Kong node passes requests on, and its counters stand still",
        Fault("", Changes.LIVE, "", _count_once, _nothing),
        standin("", "kong-2", "kong-2", "counts-nothing", ""),
    ),
    haproxy(
        "haproxy-counts-elsewhere",
        "HAProxy sends the user service's paths to Kong by another backend than the declared one",
        (r"(?s)^backend api_gateway(\n.*?)(?=^backend )", r"backend api_gateway\1backend users\1"),
        (
            r"^( *)(use_backend health_service .*)",
            r"\1\2\n\1use_backend users if { path -m beg /api/v1/users }",
        ),
    ),
    prometheus_file(
        "prometheus-drops-counter",
        "metric_relabel_configs of the user-service's job drop its counter of requests",
        (
            _FILE,
            r"^(- job_name: user-service\n)",
            r"\1  metric_relabel_configs:\n  - source_labels: [__name__]\n    regex: http_requests_total\n"
            r"    action: drop\n",
        ),
    ),
    prometheus_file(
        "recording-rule-behind",
        "the rules of the golden signals are evaluated once an hour",
        ("rules/golden-signals.yml", r"^(  - name: golden-signals\n)", r"\1    interval: 1h\n"),
    ),
    standin(
        "grafana-caches",
        "standins",
        "grafana",
        "caches",
        "a cache before Grafana's data source answers what was so a minute ago",
    ),
)
