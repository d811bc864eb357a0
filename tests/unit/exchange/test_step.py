"""What a redirect asks for."""

from __future__ import annotations

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from atalaia.exchange.step import Step

SCHEMES = frozenset({"http", "https"})


def _step(method: str = "GET", url: str = "https://front.test:8443", target: str = "/a/b?c=1") -> Step:
    request = Request(
        method=method,
        url=parse_url(url, SCHEMES),
        target=target,
        headers=(("Authorization", "Bearer x"), ("Cookie", "y"), ("Origin", "https://app.test")),
    )
    return Step.first(request, Network())


@pytest.mark.parametrize(
    ("location", "onward"),
    [
        ("/d", "https://front.test:8443/d"),
        ("d?e=%20#part", "https://front.test:8443/a/d?e=%20"),
        ("?f=2", "https://front.test:8443/a/b?f=2"),
        ("//other.test/g", "https://other.test/g"),
        ("http://user:pass@other.test:8080", "http://other.test:8080/"),
        ("https://front.test:8443/with space", "https://front.test:8443/with%20space"),
        ("http://[::1]:81/h", "http://[::1]:81/h"),
    ],
)
def test_where_it_leads(location: str, onward: str) -> None:
    step = _step().redirected(302, location)
    assert step is not None
    assert str(step) == onward
    assert step.header("Host") == step.url.authority


@pytest.mark.parametrize(
    "location", ["ftp://x/", "javascript:alert(1)", "http://", "http://[x/", "http://h:99999/"]
)
def test_what_leads_nowhere(location: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the reason
        _step().redirected(302, location)


@pytest.mark.parametrize(("status", "location"), [(200, "/x"), (304, "/x"), (300, "/x"), (302, None)])
def test_what_is_no_redirect(status: int, location: str | None) -> None:
    assert _step().redirected(status, location) is None


@pytest.mark.parametrize(
    ("status", "method", "onward"),
    [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"),
        (307, "POST", "POST"), (308, "PUT", "PUT"), (302, "PUT", "PUT"), (303, "HEAD", "HEAD"),
    ],
)  # fmt: skip
def test_the_method_is_the_one_that_browsers_use(status: int, method: str, onward: str) -> None:
    step = _step(method).redirected(status, "/x")
    assert step is not None
    assert step.method == onward


@pytest.mark.parametrize(
    ("location", "kept"),
    [("/x", True), ("https://front.test:8443/x", True), ("http://front.test:8443/x", False),
     ("https://front.test/x", False), ("https://front.test.evil.test:8443/x", False)],
)  # fmt: skip
def test_credentials_stay_with_their_origin(location: str, kept: bool) -> None:
    step = _step().redirected(302, location)
    assert step is not None
    assert bool(step.header("Authorization")) is kept
    assert bool(step.header("Cookie")) is kept
    assert step.header("Origin") == "https://app.test"
    assert step.header("X-Request-ID")


def test_a_host_that_is_not_ascii_is_sent_encoded() -> None:
    step = _step(url="http://bücher.test:8080")
    request = step.http("127.0.0.1", 1.0, None)  # type: ignore[arg-type]
    assert dict(request.headers)[b"Host"] == b"xn--bcher-kva.test:8080"
    assert request.extensions["sni_hostname"] == "xn--bcher-kva.test"


def test_what_must_not_be_sent_is_left_out() -> None:
    request = Request(
        url=parse_url("http://kong.test:8000", SCHEMES),
        target="/",
        without=("x-request-id",),
    )
    step = Step.first(request, Network())
    assert step.header("X-Request-ID") == ""
    assert step.header("User-Agent")
