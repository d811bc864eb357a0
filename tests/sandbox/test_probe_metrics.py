"""What real probes of real servers measure is in the catalogue, and makes a page that may be pushed."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atalaia.environment.probes import ProbeKind
from atalaia.environment.url import Url, parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from atalaia.systems.postgres.session import PostgresAccount
from atalaia.systems.prometheus.exposition import read
from atalaia.systems.redis.session import RedisAccount
from probes.expected import Expected
from probes.exposition import expose
from probes.kinds.dns import Dns
from probes.kinds.http import Http
from probes.kinds.postgres import Postgres
from probes.kinds.redis import Redis
from probes.kinds.tcp import Tcp
from probes.kinds.tls import Tls
from probes.metrics import ALL, BY_NAME
from probes.model import Planned
from probes.page import problems
from probes.runner import run_all
from tests.support.certificates import Authorities, issue
from tests.support.hostile import BEHAVIOURS, HostileServer
from tests.support.probe_examples import example
from tests.support.probe_runs import VANTAGE, run
from tests.support.standins import free_ports
from tests.support.stores import PASSWORD, postgres_server, redis_server
from tests.support.tls import TlsServers

HOST = "front.test"


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


def page(*parameters: Any, network: Network | None = None, timeout: float = 2) -> tuple[str, set[str]]:
    """The page of a run of these, and what of it is not about the run itself."""
    planned = [
        Planned(
            name=f"probe {number}",
            kind=type(each).__name__.lower(),
            instance=f"target {number}",
            hop=Hop.SERVICE,
            interval=timedelta(seconds=60),
            timeout=timedelta(seconds=timeout),
            parameters=each,
        )
        for number, each in enumerate(parameters)
    ]
    results = asyncio.run(run_all(planned, network or Network()))
    text = expose(run(*results), None)
    assert list(problems(text, VANTAGE)) == []
    families = read(text.encode())
    assert families.flaws == ()
    kind = planned[0].kind
    of_probes = {name for name in families.families if BY_NAME[name].kinds}
    assert [name for name in of_probes if kind not in BY_NAME[name].kinds] == []
    return text, of_probes


def http(url: str, **other: Any) -> Http:
    parsed = parse_url(url, frozenset({"http", "https"}))
    return Http(Request(url=parsed, target=parsed.path or "/"), **other)


def url(scheme: str, port: int, host: str = HOST) -> Url:
    return parse_url(f"{scheme}://{host}:{port}", frozenset({scheme}))


def test_whatever_a_server_does_the_page_may_be_pushed(hostile: HostileServer) -> None:
    every = [http(f"{hostile.url}/{behaviour}") for behaviour in BEHAVIOURS]
    _, names = page(*every, timeout=0.6)
    assert {"probe_http_status_code", "atalaia_probe_failure_info", "probe_http_duration_seconds"} <= names


def test_over_http_and_every_address(hostile: HostileServer) -> None:
    network = Network(hosts={HOST: "127.0.0.1"})
    target = f"{hostile.url}/ok".replace("127.0.0.1", HOST)
    _, names = page(http(target, expected=Expected(body="UP"), fan_out=True), network=network)
    assert {"atalaia_probe_addresses", "probe_failed_due_to_regex", "probe_ip_protocol"} <= names


def test_a_refused_connection_measures_nothing_beyond_it() -> None:
    (nobody,) = free_ports(1)
    text, names = page(http(f"http://127.0.0.1:{nobody}/"))
    assert not {"probe_http_status_code", "probe_ssl_earliest_cert_expiry"} & names
    assert "phase=" not in text


def test_of_connections_and_names(hostile: HostileServer) -> None:
    port = parse_url(hostile.url, frozenset({"http"})).port
    _, names = page(Tcp(url("http", port, "127.0.0.1")), Tcp(url("http", port, "localhost"), fan_out=True))
    assert "probe_ip_addr_hash" in names
    _, names = page(Dns("localhost"), Dns("nowhere.invalid"))
    assert {"probe_dns_answer_rrs", "probe_dns_query_succeeded"} <= names


def test_of_certificates_good_and_bad(tmp_path: Path) -> None:
    authorities = Authorities(tmp_path)
    network = Network(hosts={HOST: "127.0.0.1"}, ca=authorities.ca)
    late = issue("Hasty Intermediate", issuer=authorities.root, authority=True, days=(-1, 5))
    chain = {
        "probe_ssl_earliest_cert_expiry", "probe_ssl_last_chain_info", "probe_tls_version_info",
        "probe_tls_cipher_info",
    }  # fmt: skip
    with TlsServers() as servers:
        good = servers.start(authorities.leaf(authorities.middle))
        hasty = servers.start(authorities.leaf(late, issuer=late))
        incomplete = servers.start(authorities.leaf())
        ports = (good, hasty, incomplete, *free_ports(1))
        _, names = page(*(Tls(url("https", port), fan_out=port == good) for port in ports), network=network)
        assert chain <= names
        _, names = page(*(http(f"https://{HOST}:{port}/") for port in ports), network=network)
        assert chain <= names


def test_of_stores() -> None:
    with postgres_server() as port:
        dsn = parse_url(f"postgresql://app:{PASSWORD}@127.0.0.1:{port}/app", frozenset({"postgresql"}))
        login = PostgresAccount(dsn)
        text, names = page(Postgres(login, query="SELECT 1", value=1), Postgres(login, role="replica"))
    assert "atalaia_probe_phase_duration_seconds" in names
    assert 'phase="login"' in text
    assert PASSWORD not in text
    with redis_server("--requirepass", PASSWORD) as port:
        dsn = parse_url(f"redis://:{PASSWORD}@127.0.0.1:{port}", frozenset({"redis"}))
        text, _ = page(Redis(RedisAccount(dsn)))
    assert PASSWORD not in text


@pytest.mark.parametrize("kind", ALL)
def test_prometheus_own_tool_finds_nothing_wrong_with_a_page(kind: ProbeKind) -> None:
    page = expose(*example(kind))
    told = subprocess.run(
        ["promtool", "check", "metrics"], input=page, check=False, capture_output=True, text=True
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
