"""The dashboards and the lists of metrics, held against a real Prometheus that scrapes the whole sandbox."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from atalaia.systems.grafana import interpolate, values
from atalaia.systems.prometheus.metric_list import MetricList
from sandbox import launcher
from sandbox.running import Sandbox
from sandbox.services import CLINICS, SERVICES, account_of
from tests.support.deployed import Deployed, dashboards, metric_lists, queries
from tests.support.sandboxes import state_directory
from tests.support.standins import ask

ALL = dashboards()
LIVE = [deployed for deployed in ALL if deployed.folder == "atendeai" or deployed.name == "atalaia/slo"]
"""Those whose metrics the sandbox exports; probes are not run by it."""

_DRILL = """\
# TYPE atalaia_drill gauge
atalaia_drill 1
# TYPE atalaia_drill_started_timestamp_seconds gauge
"""
QUIET = {"Alerts that fire"}
"""What is empty where all is well."""
OF_RULES = {"ALERTS", "ALERTS_FOR_STATE"}
"""Their labels are those of whatever alerts there are."""


def test_promtool_takes_every_query_of_every_dashboard(tmp_path: Path) -> None:
    named = [(f"{one.name}: {panel.title}", text) for one in ALL for panel, _, text in queries(one)]
    assert len(named) > 150
    rules = [{"record": "r", "expr": text, "labels": {"n": str(n)}} for n, (_, text) in enumerate(named)]
    file = tmp_path / "rules.yml"
    file.write_text(json.dumps({"groups": [{"name": "dashboards", "rules": rules}]}))
    ended = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"{len(named)} rules found" in ended.stdout


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that had something to do: every kind of request, a pushed group, an alert."""
    with state_directory(), launcher.running("quick", windows="short") as sandbox:
        asyncio.run(sandbox.wait_until_scraped())
        _use(sandbox)
        # A counter's first sample is no growth: what is counted from now on is.
        _until(lambda: _count(sandbox, 'http_requests_total{route="/webhook/whatsapp"}') > 0)
        _use(sandbox)
        for _ in range(8):  # more than the limiter of logins allows
            _send(f"http://127.0.0.1:{sandbox.ports.haproxy_http}/api/v1/auth/login", {})
        yield sandbox


def _use(sandbox: Sandbox) -> None:
    front = f"http://127.0.0.1:{sandbox.ports.haproxy_http}"
    account = {"email": account_of(CLINICS[0]), "password": sandbox.secrets.account}
    token = _send(f"{front}/api/v1/auth/login", account)["accessToken"]
    _send(f"{front}/api/v1/auth/login", {**account, "password": "wrong"})
    for service in SERVICES:
        for prefix in service.prefixes:
            if prefix != "/api/v1/auth":
                _send(f"{front}{prefix}", None, token)
                _send(f"{front}{prefix}", {"text": "hello"}, token)
    _send(f"{front}/api/v1/dead-upstream", None)
    group = f"{_DRILL}atalaia_drill_started_timestamp_seconds {time.time()}\n".encode()
    push = f"http://127.0.0.1:{sandbox.ports.pushgateway}/metrics/job/drill"
    urllib.request.urlopen(urllib.request.Request(push, group, method="PUT"), timeout=5).close()


def _send(url: str, document: object, token: str = "") -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    body = None if document is None else json.dumps(document).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refused:
        refused.close()
        return None


def _until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.2)


def _count(sandbox: Sandbox, selector: str) -> int:
    return len(prometheus(sandbox, f"query?{urlencode({'query': selector})}")["result"])


def prometheus(sandbox: Sandbox, path: str) -> Any:
    answer = ask(sandbox.ports.prometheus, "GET", f"/api/v1/{path}")
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def grafana(sandbox: Sandbox, expressions: list[str]) -> list[list[dict[str, Any]]]:
    """The frames of each expression, asked of Grafana as a panel asks: now, over what it shows."""
    asked = [
        {
            "refId": str(n),
            "datasource": {"uid": "prometheus"},
            "expr": text,
            "instant": True,
            "intervalMs": 1000,
        }
        for n, text in enumerate(expressions)
    ]
    credentials = base64.b64encode(f"admin:{sandbox.secrets.grafana}".encode()).decode()
    headers = [("Authorization", f"Basic {credentials}"), ("Content-Type", "application/json")]
    body = json.dumps({"from": "now-5m", "to": "now", "queries": asked}).encode()
    answer = ask(sandbox.ports.grafana, "POST", "/api/ds/query", headers, body)
    assert answer.status == 200, answer.body
    results = answer.json()["results"]
    return [
        [frame for frame in results[str(n)]["frames"] if frame["schema"]["fields"]]
        for n in range(len(expressions))
    ]


def test_every_listed_metric_is_scraped_with_the_listed_kind_and_labels(sandbox: Sandbox) -> None:
    (listed,) = metric_lists("atendeai")
    wrong: list[str] = []

    def all_right() -> bool:
        wrong[:] = _wrong(sandbox, listed)
        return not wrong

    with contextlib.suppress(AssertionError):
        _until(all_right)
    assert wrong == []


def _wrong(sandbox: Sandbox, listed: MetricList) -> list[str]:
    found = []
    metadata = prometheus(sandbox, "metadata")
    for name, metric in listed.metrics.items():
        if not metric.sandbox:
            continue
        sample = f"{name}_bucket" if metric.kind == "histogram" else name
        series = prometheus(sandbox, f"series?{urlencode({'match[]': sample})}")
        labels = {label for one in series for label in one} - {"__name__"}
        kinds = {one["type"] for one in metadata.get(name, ())}
        known = listed.labels(sample)
        if not series:
            found.append(f"{name}: not there")
        elif not labels <= known and name not in OF_RULES:
            found.append(f"{name}: has {sorted(labels - known)}, too")
        elif kinds and kinds != {metric.kind}:
            found.append(f"{name}: a {metric.kind}, is {kinds}")
    return found


@pytest.mark.parametrize("deployed", LIVE, ids=lambda deployed: deployed.name)
def test_no_panel_is_dead(sandbox: Sandbox, deployed: Deployed) -> None:
    """Asked through Grafana, every query has an answer once there was traffic, with what its legend names."""
    chosen = values(deployed.dashboard)
    own = {name: value for name, value in chosen.items() if not name.startswith("__")}
    if deployed.name == "atendeai/clinic":
        own["clinic_id"] = CLINICS[0]
    asked = [(panel, query) for panel in deployed.dashboard.panels for query in panel.queries]
    texts = [interpolate(query.expression, own) for _, query in asked]
    empty: list[str] = []
    frames: list[list[dict[str, Any]]] = []

    def all_answer() -> bool:
        frames[:] = grafana(sandbox, texts)
        empty[:] = [
            f"{panel.title}: {text}"
            for (panel, _), text, found in zip(asked, texts, frames, strict=True)
            if not found and panel.title not in QUIET
        ]
        return not empty

    with contextlib.suppress(AssertionError):
        _until(all_answer)
    assert empty == []
    for (panel, query), found in zip(asked, frames, strict=True):
        named = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", query.legend))
        for frame in found:
            assert named <= frame["schema"]["fields"][1].get("labels", {}).keys(), panel.title
