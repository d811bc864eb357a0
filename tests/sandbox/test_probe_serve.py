"""The daemon: its own schedule, nothing piled up, and an end that tells what is known."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.hostile import HostileServer
from tests.support.probing import Prober, lying
from tests.support.pushgateway import pushgateway
from tests.support.standins import ask, free_ports

RUNS = "atalaia_probe_runs_total"


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with pushgateway(tmp_path) as port:
        yield port


@pytest.fixture
def prober(tmp_path: Path, server: HostileServer, port: int) -> Prober:
    targets = [{"name": f"good-{number}", "kind": "http", "url": f"{server.url}/ok"} for number in range(20)]
    hanging = {
        "name": "hanging",
        "kind": "http",
        "url": f"{server.url}/silent",
        "timeout": "2s",
        "attempts": 3,
    }
    return Prober(
        tmp_path,
        {
            "name": "mine",
            "probes": {
                "interval": "2s", "timeout": "1s", "location": "gru",
                "pushgateway": f"http://127.0.0.1:{port}",
                "add": [*targets, hanging],
            },
        },
    )  # fmt: skip


def until_pushed(port: int, runs: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while lying(port, RUNS).get("good-0", 0) < runs:
        assert time.monotonic() < end, "not pushed in time"
        time.sleep(0.1)


def test_each_target_has_its_own_moment_and_one_that_hangs_is_in_nobodys_way(
    prober: Prober, port: int, tmp_path: Path
) -> None:
    lines = tmp_path / "results.jsonl"
    with prober.begun("serve", "--json-lines", str(lines)) as process:
        until_pushed(port, 4)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 0, told
    seen = [json.loads(line) for line in lines.read_text().splitlines()]
    moments: dict[str, list[float]] = {}
    for one in seen:
        moments.setdefault(one["probe"], []).append(one["started"])
    for number in range(20):
        gaps = [after - before for before, after in pairwise(sorted(moments[f"good-{number}"]))]
        assert gaps
        # An interval each, or two where a busy machine missed a turn; never a burst to catch up.
        assert all(gap > 1.0 for gap in gaps), gaps
    first = [moments[f"good-{number}"][0] % 2 for number in range(20)]
    assert max(first) - min(first) > 0.5, "they begin spread over the interval"
    assert all(after - before > 1.5 for before, after in pairwise(sorted(moments["hanging"])))


def test_told_to_end_it_pushes_what_it_knows(prober: Prober, port: int, tmp_path: Path) -> None:
    lines = tmp_path / "results.jsonl"
    with prober.begun("serve", "--json-lines", str(lines)) as process:
        until_pushed(port, 1)
        process.terminate()
        assert process.wait(30) == 0
    told = [json.loads(line)["probe"] for line in lines.read_text().splitlines()]
    assert lying(port, RUNS)["good-0"] == told.count("good-0")


def test_metrics_are_served_on_loopback_only(prober: Prober, port: int) -> None:
    (own,) = free_ports(1)
    with prober.begun("serve", "--no-push", "--listen", str(own)):
        end = time.monotonic() + 60
        while True:
            try:
                if (answer := ask(own, "GET", "/metrics")).status == 200:
                    break
            except OSError:
                pass
            assert time.monotonic() < end
            time.sleep(0.1)
        assert b'probe_success{environment="mine",location="gru"' in answer.body
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", own), timeout=5)
    assert lying(port, "probe_success") == {}


def test_a_run_beside_the_daemon_is_refused(prober: Prober, port: int) -> None:
    with prober.begun("serve"):
        until_pushed(port, 1)
        ended = prober("run")
    assert ended.returncode == 2
    assert "under way" in ended.stderr
