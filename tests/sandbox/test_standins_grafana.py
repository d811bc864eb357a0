"""Grafana's stand-in, after Grafana's documented HTTP API, with the sandbox's own provisioning files."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

from sandbox.render import CONFIG
from sandbox.standins.config import GrafanaConfig, StandIns
from sandbox.standins.control import ClearFault, SetFault, send_now
from tests.support.scripted_upstream import scripted_upstream
from tests.support.standins import PASSWORD, Answer, ask, free_ports, running

(PORT,) = free_ports(1)
CREDENTIALS = ("Authorization", "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode())


@pytest.fixture(scope="module")
def prometheus() -> Iterator[dict[str, bytes]]:
    """What the data source answers, by the key `answer`; its port by `port`."""
    said = {"answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}
    with scripted_upstream(lambda connection, head: connection.sendall(said["answer"])) as port:
        said["port"] = str(port).encode()
        yield said


@pytest.fixture(scope="module")
def control(tmp_path_factory: pytest.TempPathFactory, prometheus: dict[str, bytes]) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("grafana")
    for source in (CONFIG / "grafana").rglob("*.*"):
        target = directory / source.relative_to(CONFIG / "grafana")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text()
        address = f"127.0.0.1:{prometheus['port'].decode()}"
        target.write_text(text if source.suffix == ".json" else Template(text).substitute(prometheus=address))
    grafana = GrafanaConfig(port=PORT, password=PASSWORD, provisioning=directory / "provisioning")
    config = StandIns(control=directory / "c.sock", grafana=grafana)
    with running(config):
        yield config.control


def get(path: str) -> Answer:
    return ask(PORT, "GET", path, [CREDENTIALS])


@pytest.mark.usefixtures("control")
class TestApi:
    def test_health_needs_no_credentials_and_says_what_answers(self) -> None:
        answer = ask(PORT, "GET", "/api/health")
        assert (answer.status, answer.json()["database"]) == (200, "ok")
        assert answer.json()["version"] == "10.4.2-atalaia-stand-in"

    @pytest.mark.parametrize(
        "authorization",
        ["", "Basic !", "Basic YWRtaW46Z3Vlc3M=", "Bearer x"],
        ids=["none", "no base64", "a wrong password", "another scheme"],
    )
    @pytest.mark.parametrize("path", ["datasources", "search", "dashboards/uid/atendeai-overview"])
    def test_everything_else_does(self, path: str, authorization: str) -> None:
        headers = [("Authorization", authorization)] if authorization else []
        assert ask(PORT, "GET", f"/api/{path}", headers).status == 401

    def test_the_data_source_is_the_provisioned_one(self) -> None:
        (source,) = get("/api/datasources").json()
        assert (source["uid"], source["type"], source["isDefault"]) == ("prometheus", "prometheus", True)
        assert get("/api/datasources/uid/prometheus").json() == source
        assert get("/api/datasources/uid/none").status == 404

    def test_a_data_sources_health_is_asked_of_it(self, prometheus: dict[str, bytes]) -> None:
        path = "/api/datasources/uid/prometheus/health"
        assert get(path).json()["status"] == "OK"
        well, prometheus["answer"] = prometheus["answer"], b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"
        assert (get(path).status, get(path).json()["status"]) == (400, "ERROR")
        prometheus["answer"] = well

    def test_the_dashboard_is_found_by_search_and_by_uid(self) -> None:
        (hit,) = get("/api/search?type=dash-db&query=overview").json()
        assert hit["title"] == "AtendeAI Overview"
        found = get(f"/api/dashboards/uid/{hit['uid']}").json()
        assert found["meta"]["provisioned"] is True
        assert found["dashboard"]["title"] == "AtendeAI Overview"
        assert {panel["datasource"]["uid"] for panel in found["dashboard"]["panels"]} == {"prometheus"}
        assert get("/api/search?query=nothing-like-it").json() == []
        assert get("/api/dashboards/uid/none").status == 404


def test_a_failing_database_is_said_with_503(control: Path) -> None:
    send_now(control, SetFault(target="grafana", fault="database-failing"))
    answer = ask(PORT, "GET", "/api/health")
    assert (answer.status, answer.json()["database"]) == (503, "failing")
    send_now(control, ClearFault(target="grafana"))
    assert ask(PORT, "GET", "/api/health").status == 200
