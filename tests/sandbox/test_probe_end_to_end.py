"""From the run to the alert: real Pushgateway, real Prometheus, the rules that are shipped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

import deploy
from tests.support.hostile import HostileServer
from tests.support.probing import Prober
from tests.support.prometheus import prometheus
from tests.support.pushgateway import pushgateway
from tests.support.standins import ask

RULES = Path(deploy.__file__).parent / "prometheus" / "rules" / "probes.yml"


class Watching:
    """What Prometheus says."""

    def __init__(self, port: int) -> None:
        self._port = port

    def series(self, query: str) -> dict[str, float]:
        """The label `probe` → the value."""
        answer = ask(self._port, "GET", f"/api/v1/query?query={quote(query)}").json()
        assert answer["status"] == "success", answer
        return {one["metric"].get("probe", ""): float(one["value"][1]) for one in answer["data"]["result"]}

    def firing(self) -> set[tuple[str, str]]:
        """Name and probe of the alerts that fire."""
        alerts = ask(self._port, "GET", "/api/v1/alerts").json()["data"]["alerts"]
        return {
            (one["labels"]["alertname"], one["labels"].get("probe", ""))
            for one in alerts
            if one["state"] == "firing"
        }


def until(there: Callable[[], Any], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.2)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[int, Watching]]:
    """The Pushgateway's port, and a Prometheus that scrapes it; alerts wait a second only."""
    rules = yaml.safe_load(RULES.read_text())
    for rule in rules["groups"][0]["rules"]:
        if "for" in rule:
            rule["for"] = "1s"
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(rules))
    with pushgateway(tmp_path) as port:
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [
                {
                    "job_name": "pushgateway", "honor_labels": True,
                    "static_configs": [{"targets": [f"127.0.0.1:{port}"], "labels": {"tier": "monitoring"}}],
                }
            ],
        }  # fmt: skip
        with prometheus(tmp_path, yaml.safe_dump(configuration)) as own:
            yield port, Watching(own)


def test_from_the_run_to_the_alert_and_out_of_the_environment(
    tmp_path: Path, watched: tuple[int, Watching]
) -> None:
    port, prometheus = watched
    with HostileServer() as stays:
        with HostileServer() as stops:
            prober = Prober(
                tmp_path,
                {
                    "name": "mine",
                    "services": {
                        "orders": {"url": stays.url, "health": "/ok"},
                        "invoices": {"url": stops.url, "health": "/ok"},
                    },
                    "probes": {
                        "interval": "30s",
                        "location": "gru",
                        "pushgateway": f"http://127.0.0.1:{port}",
                    },
                },
            )
            ended = prober("run")
            assert ended.returncode == 0, ended.stderr
            until(lambda: prometheus.series("probe:success:fresh").keys() >= {"orders", "invoices"})
            found = prometheus.series("probe:success:fresh")
            assert (found["orders"], found["invoices"]) == (1, 1)
            assert ("ProbeFailing", "invoices") not in prometheus.firing()
        # The service has stopped.
        for _ in range(2):
            assert prober("run").returncode == 0
        until(lambda: prometheus.series("atalaia_probe_failures_in_a_row").get("invoices") == 2)
        assert ("ProbeFailing", "invoices") not in prometheus.firing()
        assert prober("run").returncode == 0
        until(lambda: ("ProbeFailing", "invoices") in prometheus.firing())
        assert ("ProbeFailing", "orders") not in prometheus.firing()
        (reason,) = prometheus.series(
            'atalaia_probe_failure_info{probe="invoices", reason="refused"}'
        ).values()
        assert reason == 1
        # It leaves the environment: its series go, and its alert.
        del prober.document["services"]["invoices"]
        prober.write()
        assert prober("run").returncode == 0
        until(lambda: "invoices" not in prometheus.series("probe_success"))
        until(lambda: ("ProbeFailing", "invoices") not in prometheus.firing())
        assert prometheus.series("probe_success")["orders"] == 1


def test_a_runner_that_died_leaves_no_fresh_success(tmp_path: Path, watched: tuple[int, Watching]) -> None:
    port, prometheus = watched
    with HostileServer() as server:
        prober = Prober(
            tmp_path,
            {
                "name": "mine",
                "services": {"orders": {"url": server.url, "health": "/ok"}},
                "probes": {
                    "interval": "3s", "timeout": "1s", "location": "gru",
                    "pushgateway": f"http://127.0.0.1:{port}",
                },
            },
        )  # fmt: skip
        assert prober("run").returncode == 0
        until(lambda: prometheus.series("probe_success").get("orders") == 1)
        # No further run: what was pushed stays, and is believed no more.
        until(lambda: ("ProberStale", "") in prometheus.firing())
        assert prometheus.series("probe_success")["orders"] == 1
        assert prometheus.series("probe:success:fresh") == {}
