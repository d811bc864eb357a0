"""The format of Kong's own answers follows Accept."""

from __future__ import annotations

import pytest

from atalaia.systems.kong.errors import HTML, JSON, PLAIN, XML, body, nginx_body


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, JSON), ("", JSON), ("*/*", JSON), ("text/html", HTML), ("text/plain", PLAIN),
        ("text/*", PLAIN),
        ("application/xml", XML), ("application/*", JSON), ("image/png", JSON), ("rubbish", JSON),
        ("text/html;q=0.5, application/xml;q=0.9", XML), ("text/html;q=0, text/plain;q=0.1", PLAIN),
        ("text/html; charset=utf-8", HTML), ("TEXT/HTML", HTML),
        ("image/png, text/html;q=0.8", JSON),
    ],
)  # fmt: skip
def test_accept_chooses_the_format(accept: str | None, content_type: str) -> None:
    assert body("m", accept)[0] == content_type


def test_nginx_falls_back_to_the_requests_own_type_and_then_to_plain_text() -> None:
    assert nginx_body(502, None, None)[0] == PLAIN
    assert nginx_body(502, None, "application/json")[0] == JSON
    assert nginx_body(502, "text/html", "application/json")[0] == HTML
    assert nginx_body(599, None, None)[1] == b"The upstream server responded with 599\n"
