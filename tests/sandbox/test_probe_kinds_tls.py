"""Probes of connections and certificates against real servers, good and bad in one way each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from atalaia.environment.url import Url, parse_url
from atalaia.errors import UsageError
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from probes.expected import Expected
from probes.kinds.http import Http
from probes.kinds.tcp import Tcp
from probes.kinds.tls import Tls
from probes.model import Attempt, Planned, Reason
from probes.runner import run_all
from tests.support.certificates import Authorities, issue
from tests.support.hostile import HostileServer
from tests.support.standins import free_ports
from tests.support.tls import TlsServers

HOST = "front.test"
DAY = 86400


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def servers() -> Iterator[TlsServers]:
    with TlsServers() as running:
        yield running


@pytest.fixture
def network(authorities: Authorities) -> Network:
    return Network(connect=timedelta(seconds=1), hosts={HOST: "127.0.0.1"}, ca=authorities.ca)


def _url(port: int, host: str = HOST) -> Url:
    return parse_url(f"https://{host}:{port}", frozenset({"https"}))


def _attempt(parameters: Any, network: Network, timeout: float = 2) -> Attempt:
    planned = Planned(
        name="front",
        kind=type(parameters).__name__.lower(),
        instance="front",
        hop=Hop.LOAD_BALANCER,
        interval=timedelta(seconds=60),
        timeout=timedelta(seconds=timeout),
        parameters=parameters,
    )
    (result,) = asyncio.run(run_all([planned], network))
    return result.last


def _http(port: int, **more: Any) -> Http:
    request = Request(url=_url(port), target="/")
    return Http(request, **more)


def test_a_port_takes_a_connection(servers: TlsServers, authorities: Authorities, network: Network) -> None:
    attempt = _attempt(Tcp(_url(servers.start(authorities.leaf(authorities.middle)))), network)
    assert attempt.success
    assert attempt.phases.keys() == {"connect"}  # the name was declared, and nothing is asked over TLS
    assert attempt.facts["probe_ip_protocol"] == 4


def test_a_port_that_nobody_listens_on_is_refused(network: Network) -> None:
    attempt = _attempt(Tcp(_url(free_ports(1)[0])), network)
    assert (attempt.reason, attempt.phases) == (Reason.REFUSED, {})


def test_a_good_certificate_tells_when_it_ends(
    servers: TlsServers, authorities: Authorities, network: Network
) -> None:
    port = servers.start(authorities.leaf(authorities.middle))
    attempt = _attempt(Tls(_url(port), certificate=timedelta(days=30)), network)
    assert attempt.success, attempt.detail
    assert attempt.phases.keys() == {"connect", "tls"}
    assert 89 * DAY < attempt.facts["probe_ssl_earliest_cert_expiry"] - time.time() <= 90 * DAY
    assert attempt.information["probe_tls_version_info"] == {"version": "TLS 1.3"}
    about = attempt.information["probe_ssl_last_chain_info"]
    assert (about["subject"], about["issuer"]) == ("CN=leaf", "CN=Test Intermediate")
    assert about["subjectalternative"] == HOST
    assert len(about["fingerprint_sha256"]) == 64


def test_an_intermediate_that_ends_first_is_the_one_that_counts(
    servers: TlsServers, authorities: Authorities, network: Network
) -> None:
    middle = issue("Hasty Intermediate", issuer=authorities.root, authority=True, days=(-1, 5))
    port = servers.start(authorities.leaf(middle, issuer=middle))
    attempt = _attempt(Tls(_url(port)), network)
    assert attempt.success
    for name in ("probe_ssl_earliest_cert_expiry", "probe_ssl_last_chain_expiry_timestamp_seconds"):
        assert attempt.facts[name] - time.time() < 5 * DAY


@pytest.mark.parametrize("kind", [Tls, _http])
@pytest.mark.parametrize(
    ("different", "words"),
    [
        ({"days": (-90, -1)}, "expired"),
        ({"hosts": ("elsewhere.test",)}, "mismatch"),
        ({"issuer": None}, "self-signed"),
    ],
    ids=["expired", "wrong name", "self-signed"],
)
def test_a_refused_certificate_tells_why_and_when_it_ends_all_the_same(
    servers: TlsServers, authorities: Authorities, network: Network, kind: Any, different: Any, words: str
) -> None:
    port = servers.start(authorities.leaf(authorities.middle, **different))
    attempt = _attempt(kind(_url(port)) if kind is Tls else kind(port), network)
    assert attempt.reason is Reason.CERTIFICATE
    assert words in attempt.detail.lower()
    ends = attempt.facts["probe_ssl_earliest_cert_expiry"] - time.time()
    assert (ends < 0) is (words == "expired")


@pytest.mark.parametrize("kind", [Tls, _http])
def test_a_certificate_that_ends_soon_fails(
    servers: TlsServers, authorities: Authorities, network: Network, kind: Any
) -> None:
    port = servers.start(authorities.leaf(authorities.middle, days=(-1, 10)))
    within = timedelta(days=30)
    soon = Tls(_url(port), within) if kind is Tls else kind(port, expected=Expected(certificate=within))
    attempt = _attempt(soon, network)
    assert attempt.reason is Reason.CERTIFICATE
    assert "at least 30d wanted" in attempt.detail


def test_http_over_tls_measures_the_handshake(
    servers: TlsServers, authorities: Authorities, network: Network
) -> None:
    attempt = _attempt(_http(servers.start(authorities.leaf(authorities.middle))), network)
    assert attempt.success, attempt.detail
    assert attempt.phases.keys() == {"connect", "tls", "processing", "transfer"}
    assert attempt.facts["probe_http_ssl"] == 1


@pytest.mark.parametrize("kind", [Tls, _http])
@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\x15\x03\x01\x00\x02\x02\x28"]
)
def test_no_handshake_at_all_is_told_as_that(
    servers: TlsServers, network: Network, kind: Any, answer: bytes
) -> None:
    port = servers.start_broken(answer)
    attempt = _attempt(kind(_url(port)) if kind is Tls else kind(port), network)
    assert attempt.reason is Reason.TLS, attempt
    assert "tls" not in attempt.phases


def test_a_server_that_never_shakes_hands_ends_in_time(network: Network) -> None:
    with HostileServer() as hostile:
        port = parse_url(hostile.mute_url, frozenset({"http"})).port
        attempt = _attempt(Tls(_url(port)), network, timeout=0.5)
    assert attempt.reason is Reason.TIMEOUT
    assert attempt.phases.keys() == {"connect"}
    assert attempt.duration < 1


def test_authorities_that_cannot_be_read_are_the_users_to_mend(network: Network, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"tls\.ca"):
        _attempt(Tls(_url(1)), replace(network, ca=tmp_path / "missing.pem"))
