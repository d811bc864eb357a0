"""What Kong's stand-in tells Prometheus: a real Kong's families, where the plugin's settings ask for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.standins.config import KongConfig, StandIns
from sandbox.standins.control import Reload, send_now
from tests.support.echo_upstream import echo_upstream
from tests.support.kong_recordings import DATA
from tests.support.standins import ask, free_ports, running

FILE = """
_format_version: "3.0"
consumers: [{{username: alice, keyauth_credentials: [{{key: k}}]}}]
upstreams: [{{name: pool.up, targets: [{{target: "127.0.0.1:{port}"}}]}}]
services:
- name: s
  host: pool.up
  routes:
  - {{name: r, paths: [/r]}}
  - {{name: keyed, paths: [/keyed], plugins: [{{name: key-auth}}]}}
plugins: [{{name: prometheus, config: {{{flags}}}}}]
"""
FLAGS = ("status_code_metrics", "latency_metrics", "bandwidth_metrics", "upstream_health_metrics")
SERIES = re.compile(r"(\w+)(?:\{(.*)\})? \S+")
LABEL = re.compile(r'(\w+)="')


class Node:
    """A running node and its upstream."""

    def __init__(self, control: Path, proxy: int, status: int, upstream: int) -> None:
        self.control, self.proxy, self.status, self.upstream = control, proxy, status, upstream

    def page(self, *flags: str) -> list[str]:
        """The lines of /metrics, after the file was loaded with these flags and asked for a few times."""
        text = FILE.format(port=self.upstream, flags=", ".join(f"{flag}: true" for flag in flags))
        send_now(self.control, Reload(target="kong-1", declarative=text))
        for path, headers in (
            ("/r/status/500", []),
            ("/keyed", []),
            ("/keyed", [("apikey", "k")]),
            ("/", []),
        ):
            ask(self.proxy, "GET", path, headers)
        return ask(self.status, "GET", "/metrics").body.decode().splitlines()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    proxy, admin, status, upstream = free_ports(4)
    kong = KongConfig(node="kong-1", proxy_port=proxy, admin_port=admin, status_port=status)
    standins = StandIns(control=tmp_path / "c.sock", kong=kong)
    with echo_upstream(upstream), running(standins):
        yield Node(standins.control, proxy, status, upstream)


def families(lines: list[str]) -> dict[str, tuple[str, set[tuple[str, ...]]]]:
    """Family → (HELP and TYPE, the label names of its series, in order)."""
    found: dict[str, tuple[str, set[tuple[str, ...]]]] = {}
    told = ""
    for line in lines:
        if line.startswith("# HELP"):
            told = line
        elif line.startswith("# TYPE"):
            name = line.split()[2]
            found[name] = (f"{told}\n{line}", set())
        elif line and (series := SERIES.fullmatch(line)):
            family = series[1] if series[1] in found else re.sub(r"_(bucket|count|sum)$", "", series[1])
            found[family][1].add(tuple(LABEL.findall(series[2] or "")))
    return found


def test_families_and_labels_are_those_of_a_real_kong(node: Node) -> None:
    recorded = families((DATA / "metrics-excerpt.txt").read_text().splitlines())
    assert families(node.page(*FLAGS)) == recorded


def test_without_a_flag_its_families_are_not_there(node: Node) -> None:
    asked_for = {
        "kong_http_requests_total", "kong_bandwidth_bytes", "kong_kong_latency_ms",
        "kong_request_latency_ms", "kong_upstream_latency_ms", "kong_upstream_target_health",
    }  # fmt: skip
    assert families(node.page()).keys().isdisjoint(asked_for)
    counted = families(node.page("status_code_metrics")).keys() & asked_for
    assert counted == {"kong_http_requests_total"}


def test_answers_are_counted_by_who_gave_them_and_never_without_a_service(node: Node) -> None:
    lines = node.page("status_code_metrics", "per_consumer", "latency_metrics", "bandwidth_metrics")
    assert [line for line in lines if line.startswith("kong_http_requests_total")] == [
        'kong_http_requests_total{service="s",route="keyed",code="200",source="service",consumer="alice"} 1',
        'kong_http_requests_total{service="s",route="keyed",code="401",source="kong",consumer=""} 1',
        'kong_http_requests_total{service="s",route="r",code="500",source="service",consumer=""} 1',
    ]
    assert 'kong_upstream_latency_ms_count{service="s",route="keyed"} 1' in lines
    assert 'kong_request_latency_ms_count{service="s",route="keyed"} 2' in lines
    assert 'kong_request_latency_ms_bucket{service="s",route="keyed",le="+Inf"} 2' in lines
    ingress = len(f"GET /r/status/500 HTTP/1.1\r\nHost: 127.0.0.1:{node.proxy}\r\n\r\n")
    counted = f'kong_bandwidth_bytes{{service="s",route="r",direction="ingress",consumer=""}} {ingress}'
    assert counted in lines


def test_the_consumer_is_told_only_where_asked_for(node: Node) -> None:
    lines = node.page("status_code_metrics")
    answered = 'kong_http_requests_total{service="s",route="keyed",code="200",source="service",consumer=""} 1'
    assert answered in lines
