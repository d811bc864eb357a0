"""Which Content-Types of pages of metrics are right."""

from __future__ import annotations

import pytest

from atalaia.systems.prometheus.exposition import content_type


@pytest.mark.parametrize(
    ("value", "openmetrics"),
    [
        ("text/plain; version=0.0.4; charset=utf-8", False),
        ("text/plain; version=1.0.0; escaping=underscores", False),
        ("text/plain; charset=UTF-8", False),
        ("TEXT/PLAIN", False),
        ('application/openmetrics-text; version=1.0.0; charset="utf-8"', True),
        ("application/openmetrics-text;version=0.0.1;", True),
    ],
)
def test_formats_that_prometheus_knows(value, openmetrics):
    said = content_type((value,))
    assert (said.openmetrics, said.wrong) == (openmetrics, "")


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ((), "no Content-Type"),
        (("text/plain", "text/plain"), "2 Content-Type headers"),
        (("application/json",), "application/json"),
        (("text/html; charset=utf-8",), "text/html"),
        (("text/plain; version=2",), "unknown version"),
        (("application/openmetrics-text; version=0.0.4",), "unknown version"),
        (("text/plain; charset=iso-8859-1",), "charset"),
        (("text/plain; charset",), "cannot be read"),
        (("\x1b[31m" * 100,), "·[31m"),
    ],
)
def test_what_is_wrong_with_others(values, why):
    assert why in content_type(values).wrong
    assert len(content_type(values).wrong) < 120
