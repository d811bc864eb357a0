"""Who the client is, and what the upstream is told about it."""

from __future__ import annotations

import pytest

from atalaia.systems.kong.forwarding import TrustedIps, client_address, forward, host_name

BALANCER = TrustedIps(["10.0.0.0/8", "::1"])


@pytest.mark.parametrize(
    ("peer", "came", "recursive", "client"),
    [
        ("192.0.2.1", ["203.0.113.9"], False, "192.0.2.1"),
        ("10.0.0.1", [], False, "10.0.0.1"),
        ("10.0.0.1", ["203.0.113.9"], False, "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9, 198.51.100.4"], False, "198.51.100.4"),
        ("10.0.0.1", ["203.0.113.9", "10.0.0.2"], False, "10.0.0.2"),
        ("10.0.0.1", ["203.0.113.9, 10.0.0.2"], True, "203.0.113.9"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], True, "10.0.0.3"),
        ("10.0.0.1", ["rubbish"], False, "10.0.0.1"),
        ("::1", ["2001:db8::1"], False, "2001:db8::1"),
        ("no address", ["203.0.113.9"], False, "no address"),
    ],
)
def test_only_a_trusted_peer_says_who_the_client_is(
    peer: str, came: list[str], recursive: bool, client: str
) -> None:
    assert client_address(peer, came, BALANCER, recursive=recursive) == client


def test_nobody_is_trusted_unless_it_is_said() -> None:
    assert "127.0.0.1" not in TrustedIps()


def test_an_untrusted_client_tells_nothing_about_itself() -> None:
    headers = {"host": ["Api.Example:8000"], "x-forwarded-proto": ["https"], "x-forwarded-port": ["443"]}
    told = forward("192.0.2.1", headers, "/a?b", port=8000, prefix="/a", trusted=BALANCER)
    assert dict(told.headers()) == {
        "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "api.example",
        "X-Forwarded-Port": "8000", "X-Forwarded-Path": "/a", "X-Forwarded-Prefix": "/a",
        "X-Real-IP": "192.0.2.1",
    }  # fmt: skip


def test_a_trusted_balancer_is_believed_and_named_itself() -> None:
    headers = {
        "host": ["h"], "x-forwarded-for": ["203.0.113.9"], "x-forwarded-proto": ["https"],
        "x-forwarded-host": ["api.example"], "x-forwarded-port": ["443"],
    }  # fmt: skip
    told = forward("10.0.0.1", headers, "/a", port=8000, prefix=None, trusted=BALANCER)
    assert (told.by, told.client) == ("203.0.113.9, 10.0.0.1", "203.0.113.9")
    assert (told.proto, told.host, told.port) == ("https", "api.example", "443")


@pytest.mark.parametrize(("host", "name"), [("H:80", "h"), ("h", "h"), ("[::1]:80", "[::1]"), ("h:x", "h:x")])
def test_a_host_is_lower_case_and_without_its_port(host: str, name: str) -> None:
    assert host_name(host) == name
