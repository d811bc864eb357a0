"""What the services' stand-ins tell Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.service_standins import APPOINTMENTS, USERS, login, running_services, sample, users
from tests.support.standins import ask


@pytest.fixture(scope="module", autouse=True)
def control(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_services(tmp_path_factory.mktemp("services")) as there:
        yield there


def test_an_answer_is_counted_once_with_its_route_not_its_path() -> None:
    token = login()["accessToken"]
    series = 'http_requests_total{method="GET",route="/api/v1/users/:id",service="user-service",status="404"}'
    before = sample(USERS, series)
    users(token, path="/one")
    users(token, path="/another")
    assert sample(USERS, series) == before + 2


def test_the_series_of_the_documents_are_there() -> None:
    ask(APPOINTMENTS, "GET", "/health")
    page = ask(APPOINTMENTS, "GET", "/metrics")
    assert (page.header("Content-Type") or "").startswith("text/plain")
    names = {line.split("{")[0].split(" ")[0] for line in page.body.decode().splitlines() if line[0] != "#"}
    assert names >= {
        "http_requests_total", "http_request_duration_seconds_bucket", "http_requests_in_flight",
        "process_cpu_seconds_total", "process_resident_memory_bytes",
        "system_cpu_usage_percent", "system_memory_usage_bytes", "appointments_total",
    }  # fmt: skip
    assert 'service_info{service="appointment-service",version="3.1.4-atalaia-stand-in"} 1.0' in (
        page.body.decode()
    )


def test_an_appointment_made_is_counted_for_its_clinic() -> None:
    series = 'appointments_total{clinic_id="clinic-b",status="confirmed"}'
    before = sample(APPOINTMENTS, series)
    bearer = ("Authorization", f"Bearer {login('clinic-b')['accessToken']}")
    assert (
        ask(APPOINTMENTS, "POST", "/api/v1/appointments", [bearer], b'{"status":"confirmed"}').status == 201
    )
    assert sample(APPOINTMENTS, series) == before + 1
