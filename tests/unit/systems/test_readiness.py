"""How the monitoring systems say that they are ready."""

from __future__ import annotations

import pytest

from atalaia.systems.readiness import READY_PATHS, not_ready

READY = {
    "prometheus": b"Prometheus Server is Ready.\n",
    "alertmanager": b"OK",
    "pushgateway": b"OK",
    "grafana": b'{"commit": "abc", "database": "ok", "version": "10.4.2"}',
}


@pytest.mark.parametrize("system", READY_PATHS)
def test_a_systems_own_word_is_accepted(system):
    assert not_ready(system, 200, READY[system]) is None


@pytest.mark.parametrize("system", READY_PATHS)
@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html><title>OK is Ready</title>"), (200, b""), (503, b"Service Unavailable"), (302, b"Found"),
     (200, b"[]"), (404, b"404 page not found")],
)  # fmt: skip
def test_anything_else_is_not(system, status, body):
    assert not_ready(system, status, body)


def test_grafana_without_its_database_says_so():
    assert not_ready("grafana", 503, b'{"database": "failing"}') == "503 and “database: failing”"
    assert not_ready("grafana", 200, b"<html>") == "200 with HTML instead of JSON"
