"""The model of Kong says what a real Kong 3.4.2 did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atalaia.systems.kong import errors
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.forwarding import TrustedIps, forward
from atalaia.systems.kong.problems import DeclarativeError
from atalaia.systems.kong.routing import Match, Router
from atalaia.systems.kong.upstream_url import prefix, upstream_host, upstream_target
from tests.support.kong_recordings import DATA, DECLARATIVE, PROXY_PORT, Recorded, recordings, refusals

ROUTING = recordings("routing")
ROUTER = Router(load(DECLARATIVE))

NOT_REPRODUCED: dict[int, str] = {}
"""n of an exchange → why the model does not say the same. At most ten."""

REFUSALS_NOT_REPRODUCED = {
    "a list": "Kong itself fails (500); the model refuses the file",
    "route bad regex": "another engine: PCRE's words after 'PCRE returned:'",
    "plugin of unknown route": "Kong itself fails (500); the model refuses the file",
}
"""Note of a declarative file → why the model does not answer the same, word for word."""


def matched(recorded: Recorded) -> Match | None:
    headers = recorded.by_name
    return ROUTER.match(recorded.method, recorded.target, headers["host"][0], headers)


def test_little_is_left_out() -> None:
    assert len(ROUTING) == 46
    assert len(NOT_REPRODUCED) <= 10
    assert len(refusals()) == 94
    assert {entry["note"] for entry in refusals()} >= REFUSALS_NOT_REPRODUCED.keys()


@pytest.mark.parametrize("recorded", [r for r in ROUTING if r.echo], ids=str)
def test_the_upstream_sees_what_it_saw(recorded: Recorded) -> None:
    """The winning route's target, Host and X-Forwarded-* headers, in Kong's order."""
    match = matched(recorded)
    assert match is not None
    assert match.service is not None
    assert recorded.echo is not None
    seen = [(name, value) for name, value in recorded.echo["headers"]]
    assert upstream_target(match, recorded.target) == recorded.echo["target"]
    service = match.service
    host = recorded.by_name["host"][0]
    told = forward(
        "127.0.0.1", recorded.by_name, recorded.target,
        port=PROXY_PORT, prefix=prefix(match), trusted=TrustedIps(),
    )  # fmt: skip
    assert seen[0] == ("Host", upstream_host(match.route, service, host, service.host, service.port))
    names = ("X-Forwarded-", "X-Real-IP")
    assert [(name, value) for name, value in seen if name.startswith(names)] == told.headers()


@pytest.mark.parametrize("recorded", [r for r in ROUTING if r.status == 404], ids=str)
def test_no_route_takes_what_got_404(recorded: Recorded) -> None:
    """The body and its type follow Accept, byte for byte."""
    assert matched(recorded) is None
    accept = recorded.by_name.get("accept", [None])[0]
    content_type, body = errors.body(errors.NO_ROUTE, accept)
    assert ("Content-Type", content_type) in recorded.headers
    assert ("Content-Length", str(len(body))) in recorded.headers
    assert recorded.body == ("" if recorded.method == "HEAD" else body.decode())


@pytest.mark.parametrize("recorded", [r for r in ROUTING if r.status in (426, 301)], ids=str)
def test_an_https_route_is_found_over_http_and_says_what_to_do(recorded: Recorded) -> None:
    match = matched(recorded)
    assert match is not None
    assert "http" not in match.route.protocols
    assert match.route.https_redirect_status_code == recorded.status
    if recorded.status == 426:
        assert recorded.body.encode() == errors.body(errors.HTTPS_ONLY, None)[1]


def test_every_exchange_of_the_group_is_compared() -> None:
    compared = [r for r in ROUTING if r.echo or r.status in (404, 426, 301)]
    left = {r.n: r.note for r in ROUTING if r not in compared}
    assert left == {
        40: "HEAD",  # the echo's answer has no body; the stand-in replays it over a socket
        46: "no Host header -> 400 from nginx",  # compared below
    }


def test_without_a_host_header_nginx_answers() -> None:
    (recorded,) = [r for r in ROUTING if r.n == 46]
    assert errors.nginx_body(400, None, None) == ("text/plain; charset=utf-8", recorded.body.encode())


@pytest.mark.parametrize(
    "recorded",
    [r for r in recordings("upstream-down") if (r.status or 0) > 500 and r.method != "HEAD"],
    ids=str,
)
def test_a_dead_upstream_is_told_in_the_format_that_accept_asks_for(recorded: Recorded) -> None:
    accept = recorded.by_name.get("accept", [None])[0]
    assert recorded.status is not None
    own = {errors.body(message, accept) for message in (errors.NAME_RESOLUTION, errors.NO_PEER)}
    content_type = dict(recorded.headers)["Content-Type"]
    answers = own if recorded.status == 503 else {errors.nginx_body(recorded.status, accept, None)}
    assert (content_type, recorded.body.encode()) in answers
    assert recorded.phrase == errors.PHRASES.get(recorded.status, "Bad Gateway")


def formats() -> list[Any]:
    table = json.loads((DATA / "formats.json").read_text())["results"]
    return [pytest.param(row, id=f"{row['format']} {row['path']}") for row in table]


@pytest.mark.parametrize("row", formats())
def test_a_path_means_what_its_format_says(row: dict[str, Any]) -> None:
    """A path with a character of regular expressions is one in 1.1 and 2.1; 3.0 asks for `~`."""
    newest = row["format"] == "3.0"
    match = Router(
        load(f"""
_format_version: "{row["format"]}"
services:
- name: s
  url: http://127.0.0.1:19080/base
  routes:
  - {{name: rx, paths: ['/rx/\\d+$'], strip_path: false}}
  - {{name: rx2, paths: ['{"~/tl/" + chr(92) + "d+$" if newest else "/tl/(?<n>" + chr(92) + "d+)/x"}'],
     strip_path: {"false" if newest else "true"}}}
  - {{name: plain, paths: [/plain]}}
  - {{name: dot, paths: [/v1.0/a]}}
""")
    ).match("GET", row["path"], "localhost", {})
    assert (upstream_target(match, row["path"]) if match else None) == row["upstream_target"]


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry["note"]) for entry in refusals()])
def test_a_declarative_file_is_refused_or_taken_as_kong_does(entry: dict[str, Any]) -> None:
    """Word for word, but for those that are listed with their reason."""
    expected = entry["plain"]["status"], entry["plain"]["body"]
    try:
        loaded = load(entry["config"])
        kinds = {"services", "routes", "plugins", "consumers", "upstreams", "targets"}
        entities = {kind for kind in kinds if getattr(loaded, kind)} | {it.kind for it in loaded.credentials}
        answer: tuple[int, Any] = 201, {"entities": sorted(entities)}
    except DeclarativeError as refused:
        answer = 400, refused.document
    if entry["note"] in REFUSALS_NOT_REPRODUCED:
        assert answer != expected, "it is reproduced now: take it off the list"
    else:
        assert answer == expected
