"""Whom else a request may reach: proxies, and where a redirect leads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atalaia.errors import UsageError
from atalaia.exchange.network import Network
from tests.support.exchanging import exchanged, free_port, http_request, port_of, sent
from tests.support.hostile import HostileServer


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as running:
        yield running


def test_proxies_of_the_process_environment_are_ignored(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert exchanged(http_request(server.url)).failure is None


def test_proxies_are_used_where_somebody_asks(server: HostileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.setenv("no_proxy", "direct.test")
    asked = Network(proxies=True, hosts={"direct.test": "127.0.0.1"})
    line, _ = sent("http://far.invalid", network=asked)
    assert line == "GET http://far.invalid/echo HTTP/1.1"
    line, _ = sent(f"http://direct.test:{port_of(server)}", network=asked)
    assert line == "GET /echo HTTP/1.1"
    monkeypatch.setenv("http_proxy", "socks5://someone:MARKED@127.0.0.1:1")
    with pytest.raises(UsageError, match="HTTP_PROXY") as told:
        sent("http://far.invalid", network=asked)
    assert "MARKED" not in str(told.value)


def test_credentials_do_not_follow_a_redirect_to_another_server(server: HostileServer) -> None:
    with HostileServer() as other:
        login = {"username": "someone", "password": "MARKED", "headers": (("Cookie", "session=MARKED"),)}
        onward = f"/redirect-to?{other.url.replace('http://', 'http://them:THEIRS@')}/echo"
        exchange = exchanged(http_request(server.url, onward, follow_redirects=True, **login))
        assert exchange.redirects == (f"{other.url}/echo",)
        assert exchange.response is not None
        text = exchange.response.text()
        assert text.startswith("GET /echo HTTP/1.1")
        assert f"Host: {other.url.removeprefix('http://')}\r\n" in text
        assert "Authorization" not in text
        assert "MARKED" not in text
        assert "THEIRS" not in text
        assert f"X-Request-ID: {exchange.request_id}" in text
        same = exchanged(http_request(server.url, "/redirect-to?/echo", follow_redirects=True, **login))
        assert same.response is not None
        assert "Authorization: Basic " in same.response.text()


def test_a_redirect_to_another_server_is_not_followed_where_none_is_wanted(server: HostileServer) -> None:
    with HostileServer() as other:
        within = {"follow_redirects": True, "within_origin": True}
        onward = exchanged(http_request(server.url, f"/redirect-to?{other.url}/echo", **within))
        assert onward.response is not None
        assert (onward.response.status, onward.redirects) == (302, ())
        assert onward.response.header("Location") == f"{other.url}/echo"
        same = exchanged(http_request(server.url, "/redirect-to?/echo", **within))
        assert same.response is not None
        assert (same.response.status, same.redirects) == (200, (f"{server.url}/echo",))
