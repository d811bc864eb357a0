"""Each flaw that a stand-in can give its page is one that is noticed, and the only one."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from atalaia.systems.prometheus.exposition import FlawKind, read
from atalaia.systems.prometheus.exposition.secrets import secret_under
from atalaia.systems.prometheus.growth import fallen
from atalaia.systems.prometheus.lint import Rule, lint
from sandbox.standins.http.message import Response
from sandbox.standins.services.pages import PageFlaw, spoil

GOOD = (Path(__file__).parents[2] / "data" / "metrics-pages" / "auth-service.txt").read_bytes()
NOTICED: dict[PageFlaw, FlawKind] = {
    "crlf": FlawKind.REFUSED,
    "not-utf-8": FlawKind.REFUSED,
    "second-type": FlawKind.MALFORMED,
    "series-twice": FlawKind.DUPLICATE,
    "no-infinity": FlawKind.HISTOGRAM,
    "decreasing": FlawKind.HISTOGRAM,
    "negative": FlawKind.VALUE,
    "token-unread": FlawKind.REFUSED,
    "bucket-twice": FlawKind.HISTOGRAM,
    "byte-order-mark": FlawKind.REFUSED,
    "nul": FlawKind.ODD_SIGNS,
}
OTHERS: set[PageFlaw] = {
    "falling", "many-series", "no-metric", "other-label", "camel-case", "token", "old-timestamp",
}  # fmt: skip
NO_PAGE: set[PageFlaw] = {"absent", "elsewhere", "html", "content-type"}


def spoiled(flaw: PageFlaw) -> Response:
    response = Response(200, [("X-Service", "auth-service"), ("Content-Type", "text/plain")], GOOD)
    spoil(flaw, response)
    return response


def test_every_flaw_is_known_here() -> None:
    assert NOTICED.keys() | OTHERS | NO_PAGE == set(get_args(PageFlaw))


@pytest.mark.parametrize("flaw", NOTICED)
def test_a_flaw_of_the_form_is_the_only_one(flaw: PageFlaw) -> None:
    assert {found.kind for found in read(bytes(spoiled(flaw).body)).flaws} == {NOTICED[flaw]}


@pytest.mark.parametrize("flaw", sorted(OTHERS))
def test_what_a_page_says_wrongly_is_said_in_good_form(flaw: PageFlaw) -> None:
    assert read(bytes(spoiled(flaw).body)).flaws == ()


def test_what_a_page_says_wrongly() -> None:
    pages = {flaw: read(bytes(spoiled(flaw).body)) for flaw in OTHERS}
    assert len(pages["many-series"].samples) > 5000
    assert "http_requests_in_flight" not in pages["no-metric"].families
    assert all("route" not in names for names in pages["other-label"].labels["http_requests_total"])
    assert [problem.rule for problem in lint(pages["camel-case"])] == [Rule.CAMEL_CASE]
    (value,) = (value for each in pages["token"].samples for label, value in each.labels if label == "token")
    assert secret_under("token", value) == "a JSON web token"
    assert [each.at for each in pages["old-timestamp"].samples if each.at is not None] == [1.0]
    assert fallen(pages["falling"], read(bytes(spoiled("falling").body)))


def test_what_is_no_page_is_another_answer() -> None:
    assert (spoiled("absent").status, spoiled("absent").body) == (404, b"")
    assert (spoiled("elsewhere").status, spoiled("elsewhere").body) == (302, b"")
    assert dict(spoiled("elsewhere").headers)["Location"].startswith("http://127.0.0.1:")
    assert dict(spoiled("html").headers)["Content-Type"] == "text/html; charset=utf-8"
    assert dict(spoiled("content-type").headers)["Content-Type"] == "application/octet-stream"
