"""Metrics of a load test that is under way: pushed and taken away again, and served."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from atalaia.environment.loader import load
from atalaia.errors import UsageError
from loadtests.measured import Live
from loadtests.metrics import pushing
from loadtests.metrics.exposition import live
from loadtests.metrics.pushing import Pusher, pushgateway_of
from loadtests.metrics.serving import Server
from tests.support.pushgateway import pushgateway
from tests.support.standins import ask, free_ports

LABELS = {"environment": "shop", "scenario": "steady"}
PATIENCE = 60.0
"""Seconds; a deadline, no measure."""


def page(sent: int) -> str:
    now = Live(
        at=1, lasts=9, stage="s", rate=10, sent_rate=10, intended=sent, sent=sent, good=sent, failed=0,
        dropped=0, in_flight=0, p95=None, lag_p99=None, workers=1,
    )  # fmt: skip
    return live(LABELS, now)


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def pusher(directory: Path, port: int) -> Pusher:
    path = directory / "shop.yml"
    path.write_text(f"name: shop\npushgateway: {{url: 'http://127.0.0.1:{port}'}}\n")
    environment = load(path, {})
    to = pushgateway_of(environment)
    assert to is not None
    return Pusher(LABELS, to, environment)


def test_the_latest_second_is_pushed_and_gone_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "EVERY", 0.05)
    with pushgateway(tmp_path) as port:

        def lies(text: str) -> bool:
            return text in ask(port, "GET", "/metrics").body.decode()

        with pusher(tmp_path, port) as pushed:
            for sent in (7, 8):
                pushed.tell(lambda sent=sent: page(sent))  # type: ignore[misc]
                until(lambda sent=sent: lies(f'scenario="steady",state="sent"}} {sent}\n'))  # type: ignore[misc]
            assert lies('job="atalaia-load-live"')
        until(lambda: not lies("atalaia_load_live"))
    assert pushed.failure == ""


def test_a_pushgateway_that_is_not_there_disturbs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "EVERY", 0.05)
    (nobody,) = free_ports(1)
    with pusher(tmp_path, nobody) as pushed:
        pushed.tell(lambda: page(7))
        until(lambda: pushed.failure != "")
    assert "refused" in pushed.failure


def test_a_run_that_is_over_at_once_pushes_nothing(tmp_path: Path) -> None:
    (nobody,) = free_ports(1)
    with pusher(tmp_path, nobody) as pushed:
        pass
    assert pushed.failure == ""


def test_the_latest_second_is_served() -> None:
    with Server(("127.0.0.1", 0)) as server:
        assert ask(server.port, "GET", "/metrics").status == 503
        for sent in (7, 8):
            server.tell(page(sent))
            assert ask(server.port, "GET", "/metrics").body.decode() == page(sent)


def test_nobody_else_may_listen_there() -> None:
    with Server(("127.0.0.1", 0)) as first:
        second = Server(("127.0.0.1", first.port))
        with pytest.raises(UsageError, match="/metrics cannot be served here"):
            second.__enter__()
