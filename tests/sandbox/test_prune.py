"""Pruning a real Pushgateway: obsolete groups go, all others stay."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from atalaia.environment.url import parse_url
from atalaia.errors import DeliveryError, NotMeasured
from atalaia.exchange.network import Network
from probes.prune import Watched, look, remove
from probes.vantage import Vantage
from tests.support.pushgateway import pushgateway
from tests.support.standins import ask, free_ports

NETWORK = Network()
WATCHED = {"atendeai": Watched("atendeai", frozenset({"gru"}), timedelta(minutes=1))}
GROUPS = (
    Vantage("atendeai", "gru").path,
    Vantage("atendeai", "são paulo").path,
    Vantage("retired", "", "1/2").path,
    "/metrics/job/backup/instance/db",
)


def lying(port: int) -> set[str]:
    """What lies there, by its environment or its job, and its location."""
    groups = ask(port, "GET", "/api/v1/metrics").json()["data"]
    told = (group["labels"] for group in groups)
    return {f"{one.get('environment', one['job'])} {one.get('location', '')}".strip() for one in told}


def test_obsolete_groups_go_and_others_stay(tmp_path: Path) -> None:
    with pushgateway(tmp_path) as port:
        for path in GROUPS:
            assert ask(port, "PUT", path, body=b"probe_success 1\n").status == 200
        url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
        found = asyncio.run(look(url, NETWORK, WATCHED, now=time.time()))
        assert {one.why for one in found} == {
            "atendeai is not probed from são paulo", "no environment is named retired",
        }  # fmt: skip
        assert lying(port) == {"atendeai gru", "atendeai são paulo", "retired", "backup"}
        asyncio.run(remove(url, NETWORK, found))
        assert lying(port) == {"atendeai gru", "backup"}


def test_a_group_that_was_pushed_meanwhile_stays(tmp_path: Path) -> None:
    with pushgateway(tmp_path) as port:
        assert ask(port, "PUT", GROUPS[1], body=b"probe_success 1\n").status == 200
        url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
        found = asyncio.run(look(url, NETWORK, WATCHED, now=time.time()))
        assert len(found) == 1
        assert ask(port, "PUT", GROUPS[1], body=b"probe_success 0\n").status == 200
        asyncio.run(remove(url, NETWORK, found))
        assert lying(port) == {"atendeai são paulo"}


def test_a_pushgateway_that_is_down_is_a_message() -> None:
    (nobody,) = free_ports(1)
    url = parse_url(f"http://127.0.0.1:{nobody}", frozenset({"http"}))
    with pytest.raises(NotMeasured, match="refused"):
        asyncio.run(look(url, NETWORK, WATCHED, now=time.time()))
    with pytest.raises(DeliveryError, match="refused"):
        asyncio.run(remove(url, NETWORK, ()))
