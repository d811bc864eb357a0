"""What may be shown of texts and of the monitoring's files, and what is withheld everywhere."""

from __future__ import annotations

import pytest

from atalaia.environment.monitoring_files import MonitoringFiles, SourceFile
from atalaia.environment.monitoring_secrecy import of_alertmanager, of_prometheus
from atalaia.environment.secrecy import shown, to_origin
from atalaia.redaction import MARK

SECRET = "S3cretThatNobodyMaySee"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://user:word@host:1/path?k=v&flag#top", "http://[redacted]:[redacted]@host:1/path?k=[redacted]&[redacted]#top"),
        ("http://token@host/", "http://[redacted]@host/"),
        ("http://user:pa/ss@host/x", "http://[redacted]"),
        ("http://user:p?ss@host/", "http://[redacted]"),
        ("http://user:p#ss@host/", "http://[redacted]"),
        ("http://host:80/@me/a?e=a@b", "http://host:80/@me/a?e=[redacted]"),
        ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
        ("http://host/#access_token=x", "http://host/#access_token=[redacted]"),
        ('Get "http://host/m?token=x": refused', 'Get "http://host/m?token=[redacted] refused'),
        ("no address at all: a?b=c", "no address at all: a?b=c"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_credentials_and_query(text: str, told: str) -> None:
    assert shown(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://host:1/services/T0/B0?k=v", "http://host:1/[redacted]"),
        ("http://host:1/", "http://host:1"),
        ("http://u:p@host", "http://[redacted]@host"),
        ("http://u:p/p@host/x", "http://[redacted]"),
        ("see https://a/b and https://c", "see https://a/[redacted] and https://c"),
    ],
)
def test_a_webhook_is_shown_by_its_server(text: str, told: str) -> None:
    assert to_origin(text, lambda part, sure: MARK) == told


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (("scrape_configs", "params", "module"), "http_2xx"),
        (("scrape_configs", "metrics_path"), "/metrics"),
        (("scrape_configs", "static_configs", "targets"), "localhost:9090"),
        (("scrape_configs", "static_configs", "labels", "tier"), "service"),
        (("scrape_configs", "relabel_configs", "replacement"), "blackbox:9115"),
        (("scrape_configs", "relabel_configs", "replacement"), "${1}:9100"),
        (("scrape_configs", "relabel_configs", "regex"), r"(.+)-(\d+);(.*)"),
        (("scrape_configs", "authorization", "credentials_file"), "/etc/prometheus/secrets/token"),
        (("scrape_configs", "consul_sd_configs", "refresh_interval"), "30s"),
        (("global", "external_labels", "stack"), "atendeai"),
        (("rule_files",), "rules/*.yml"),
        (("tracing", "endpoint"), "localhost:4317"),
        (("storage", "tsdb", "out_of_order_time_window"), "30m"),
    ],
)
def test_what_is_known_to_be_harmless_is_shown_of_prometheus(place: tuple[str, ...], text: str) -> None:
    assert of_prometheus(text, place, lambda part, sure: MARK) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (("route", "routes", "matchers"), 'severity=~"critical|warning"'),
        (("route", "routes", "match", "severity"), "critical"),
        (("receivers", "slack_configs", "title"), "[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }}"),
        (("receivers", "email_configs", "headers", "bcc"), "spy@evil.example"),
        (("receivers", "pagerduty_configs", "details", "firing"), "{{ .Alerts.Firing | len }}"),
        (("receivers", "pagerduty_configs", "routing_key_file"), "/etc/alertmanager/secrets/key"),
        (("global", "pagerduty_url"), "https://events.pagerduty.com/v2/enqueue"),
        (("time_intervals", "time_intervals", "times", "start_time"), "09:00"),
        (("receivers", "webhook_configs", "url"), "http://bridge:9199"),
    ],
)
def test_what_is_known_to_be_harmless_is_shown_of_the_alertmanager(place: tuple[str, ...], text: str) -> None:
    assert of_alertmanager(text, place, lambda part, sure: MARK) == text


PROMETHEUS = f"""
scrape_configs:
- {{job_name: a, params: {{apikey: [{SECRET}1]}}, metrics_path: /m?x={SECRET}2}}
- {{job_name: b, proxy_url: "http://u:{SECRET}3@h", basic_auth: {{username: u, password: {SECRET}4}}}}
- {{job_name: c, static_configs: [{{targets: ["http://h/p?k={SECRET}5"], labels: {{__param_k: {SECRET}6}}}}]}}
remote_read: [{{url: "http://h/read?key={SECRET}7", headers: {{X-Scope: {SECRET}8}}}}]
broken: [{{bearer_token: {SECRET}9
"""
ALERTMANAGER = f"""
global: {{slack_api_url: "https://hooks.example/{SECRET}1"}}
receivers:
- name: a
  webhook_configs: [{{url: "http://u:{SECRET}2@h/webhook?apikey={SECRET}3"}}]
  pagerduty_configs: [{{routing_key: {SECRET}4}}]
"""


def test_secrets_of_the_files_are_withheld_also_where_they_are_broken() -> None:
    files = MonitoringFiles(
        prometheus=SourceFile(PROMETHEUS, "prometheus.yml"),
        alertmanager=SourceFile(ALERTMANAGER, "alertmanager.yml"),
    )
    found = set(files.secrets())
    assert {f"{SECRET}{number}" for number in range(1, 10)} <= found
    assert f"/{SECRET}1" in found or f"https://hooks.example/{SECRET}1" in found
    assert not found & {"a", "u", "h", "webhook", "scrape_configs", "http://h"}


def test_words_that_stand_elsewhere_too_are_not_withheld() -> None:
    plain = (
        "scrape_configs: [{job_name: a, params: {x: [y], auth: [public]}, basic_auth: {password: secret}}]"
    )
    hook = 'receivers: [{name: a, webhook_configs: [{url: "http://bridge:9199/alerts"}]}]'
    files = MonitoringFiles(SourceFile(plain, "p.yml"), alertmanager=SourceFile(hook, "a.yml"))
    assert set(files.secrets()) == set()
