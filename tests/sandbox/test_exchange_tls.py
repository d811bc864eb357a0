"""TLS is verified as every client does it, and each thing wrong with a certificate is told for itself."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from atalaia.environment.url import Url, parse_url
from atalaia.errors import UsageError
from atalaia.exchange.exchange import Certificate, Exchange
from atalaia.exchange.failure import Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Handshake, HttpRequest
from atalaia.exchange.observe import observe
from tests.support.certificates import Authorities, issue
from tests.support.tls import TlsServers

HOST = "front.test"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    return Authorities(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def servers() -> Iterator[TlsServers]:
    with TlsServers() as running:
        yield running


@pytest.fixture
def network(authorities: Authorities) -> Network:
    return Network(
        connect=timedelta(seconds=1),
        total=timedelta(seconds=2),
        hosts={HOST: "127.0.0.1", "other.test": "127.0.0.1"},
        ca=authorities.ca,
    )


def _url(port: int, host: str = HOST) -> Url:
    return parse_url(f"https://{host}:{port}", frozenset({"https"}))


def _certificate(port: int, network: Network, host: str = HOST) -> Certificate:
    seen = asyncio.run(observe(Handshake(key="tls", hop=Hop.LOAD_BALANCER, url=_url(port, host)), network))
    assert isinstance(seen, Certificate)
    return seen


def _exchange(port: int, network: Network, host: str = HOST) -> Exchange:
    request = HttpRequest(key="http", hop=Hop.SERVICE, url=_url(port, host), target="/")
    seen = asyncio.run(observe(request, network))
    assert isinstance(seen, Exchange)
    return seen


def _wrong(seen: Certificate) -> set[str]:
    """Which of the fields say that something is wrong."""
    wrong = {name for name in ("chain_error", "name_error", "failure") if getattr(seen, name) is not None}
    if seen.not_before is not None and seen.not_before > time.time():
        wrong.add("not_before")
    if seen.not_after is not None and seen.not_after < time.time():
        wrong.add("not_after")
    return wrong


def test_a_good_certificate_takes_one_handshake(
    authorities: Authorities, servers: TlsServers, network: Network
) -> None:
    port = servers.start(authorities.leaf(authorities.middle))
    seen = _certificate(port, network)
    assert _wrong(seen) == set()
    assert (seen.subject, seen.names, seen.protocol) == ("CN=leaf", (HOST,), "TLSv1.3")
    assert seen.not_after is not None
    assert 89 * 86400 < seen.not_after - time.time() <= 90 * 86400
    assert servers.names[port] == [HOST]


@pytest.mark.parametrize(
    ("different", "with_chain", "wrong"),
    [
        ({"days": (-90, -1)}, True, {"not_after"}),
        ({"days": (1, 90)}, True, {"not_before"}),
        ({"hosts": ("elsewhere.test",)}, True, {"name_error"}),
        ({"hosts": ("*.front.test",)}, True, {"name_error"}),
        ({"hosts": ()}, True, {"name_error"}),
        ({}, False, {"chain_error"}),
        ({"issuer": None}, False, {"chain_error"}),
        ({"days": (-90, -1), "hosts": ("else.test",)}, True, {"not_after", "name_error"}),
        ({"days": (-90, -1), "hosts": ("else.test",)}, False, {"not_after", "name_error", "chain_error"}),
        ({"issuer": None, "hosts": ("elsewhere.test",)}, False, {"name_error", "chain_error"}),
    ],
    ids=[
        "expired", "not yet valid", "wrong name", "wildcard of the name", "no name", "without its chain",
        "self-signed", "expired and wrong name", "all at once", "self-signed for another name",
    ],
)  # fmt: skip
def test_each_fault_is_told_in_its_own_field(
    authorities: Authorities,
    servers: TlsServers,
    network: Network,
    different: dict[str, object],
    with_chain: bool,
    wrong: set[str],
) -> None:
    chain = (authorities.middle,) if with_chain else ()
    port = servers.start(authorities.leaf(*chain, **different))
    seen = _certificate(port, network)
    assert _wrong(seen) == wrong, seen
    assert seen.subject == "CN=leaf"


def test_an_address_is_verified_by_the_certificates_addresses(
    authorities: Authorities, servers: TlsServers, network: Network
) -> None:
    named = servers.start(authorities.leaf(authorities.middle, addresses=("127.0.0.1",)))
    assert _wrong(_certificate(named, network, "127.0.0.1")) == set()
    unnamed = servers.start(authorities.leaf(authorities.middle))
    assert _wrong(_certificate(unnamed, network, "127.0.0.1")) == {"name_error"}


def test_an_expired_intermediate_is_not_overlooked(
    authorities: Authorities, servers: TlsServers, network: Network
) -> None:
    """The leaf is in order, so nothing but the chain is left to blame."""
    old = issue("Old Intermediate", issuer=authorities.root, authority=True, days=(-90, -1))
    port = servers.start(authorities.leaf(old, issuer=old))
    seen = _certificate(port, network)
    assert _wrong(seen) == {"chain_error"}
    assert "expired" in (seen.chain_error or "")


def test_a_renewed_authority_is_read_again(
    authorities: Authorities, servers: TlsServers, network: Network, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_bytes(issue("Somebody Else", authority=True).pem)
    port = servers.start(authorities.leaf(authorities.middle))
    distrusting = Network(hosts=network.hosts, ca=ca)
    assert _wrong(_certificate(port, distrusting)) == {"chain_error"}
    ca.write_bytes(authorities.root.pem + b"\n")
    assert _wrong(_certificate(port, distrusting)) == set()


@pytest.mark.parametrize("content", [None, b"no certificate"], ids=["missing", "not PEM"])
def test_an_unusable_file_of_authorities_is_the_users_to_mend(
    servers: TlsServers, authorities: Authorities, tmp_path: Path, content: bytes | None
) -> None:
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_bytes(content)
    port = servers.start(authorities.leaf(authorities.middle))
    with pytest.raises(UsageError, match=r"tls\.ca"):
        _certificate(port, Network(hosts={HOST: "127.0.0.1"}, ca=ca))


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"\x15\x03\x01\x00\x02\x02\x28"],
    ids=["plain HTTP", "hang-up", "alert"],
)
def test_no_handshake_at_all_is_a_failure(servers: TlsServers, network: Network, answer: bytes) -> None:
    port = servers.start_broken(answer)
    seen = _certificate(port, network)
    assert _wrong(seen) == {"failure"}
    assert seen.failure is not None
    assert seen.failure.reason is Reason.TLS, seen.failure
    failure = _exchange(port, network).failure
    assert failure is not None
    assert failure.reason is Reason.TLS, failure


def test_an_exchange_is_verified_for_the_name_and_not_the_address(
    authorities: Authorities, servers: TlsServers, network: Network
) -> None:
    port = servers.start(authorities.leaf(authorities.middle))
    good = _exchange(port, network)
    assert good.failure is None
    assert good.response is not None
    assert good.response.body == b"ok"
    assert good.address == "127.0.0.1"
    assert good.phases.tls is not None
    assert servers.names[port] == [HOST]
    other = _exchange(port, network, "other.test")
    assert other.response is None
    assert other.failure is not None
    assert other.failure.reason is Reason.TLS
    assert "other.test" in other.failure.detail
    assert other.phases.connect is not None
    assert other.attempts == (), "verification is not tried again"


@pytest.mark.parametrize("different", [{"days": (-90, -1)}, {"issuer": None}], ids=["expired", "self-signed"])
def test_an_exchange_with_a_bad_certificate_is_no_exchange(
    authorities: Authorities, servers: TlsServers, network: Network, different: dict[str, object]
) -> None:
    port = servers.start(authorities.leaf(authorities.middle, **different))
    exchange = _exchange(port, network)
    assert exchange.response is None
    assert exchange.failure is not None
    assert exchange.failure.reason is Reason.TLS


def test_without_the_environments_authority_its_servers_are_not_trusted(
    authorities: Authorities, servers: TlsServers, network: Network
) -> None:
    port = servers.start(authorities.leaf(authorities.middle))
    assert _wrong(_certificate(port, Network(hosts=network.hosts))) == {"chain_error"}


def test_an_outdated_protocol_is_refused(
    authorities: Authorities, servers: TlsServers, network: Network
) -> None:
    path = authorities.leaf(authorities.middle)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        port = servers.start(path, maximum_version=ssl.TLSVersion.TLSv1_1)
    seen = _certificate(port, network)
    assert _wrong(seen) == {"failure"}
