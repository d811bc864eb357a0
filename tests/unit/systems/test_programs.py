"""Which of the monitoring's programs answers."""

from __future__ import annotations

import pytest

from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.response import Response
from atalaia.systems.programs import program_of


def answer(body: bytes, status: int = 200) -> Exchange:
    """An answer."""
    response = Response(status=status, body=body)
    return Exchange(method="GET", url="http://it", request_id="1", response=response, elapsed=0.01)


@pytest.mark.parametrize(
    ("body", "program"),
    [
        (b"Prometheus Server is Ready.\n", "prometheus"),
        (b'{"database": "ok", "version": "10.4.2", "commit": "abc"}', "grafana"),
        (b'{"database": "failing", "version": "10.4.2"}', "grafana"),
        (b'{"cluster": {}, "config": {"original": ""}, "uptime": "", "versionInfo": {}}', "alertmanager"),
        (b'{"status": "success", "data": {"build_information": {}, "flags": {}}}', "pushgateway"),
        (b"OK", None),
        (b"404 page not found\n", None),
        (b'{"message": "no Route matched with those values"}', None),
        (b"<html>Prometheus Server is Ready.</html>", None),
        (b'{"status": "success", "data": []}', None),
        (b"[]", None),
    ],
)
def test_a_program_is_known_by_what_only_it_says(body, program):
    assert program_of(answer(body)) == program
    assert program_of(answer(body, 503)) == program


def test_who_does_not_answer_is_nobody():
    failure = Failure(reason=Reason.REFUSED, detail="connection refused")
    silent = Exchange(method="GET", url="http://it", request_id="1", failure=failure, elapsed=0.01)
    assert program_of(silent) is None
