"""The data source of Grafana's stand-in: its health, and what goes through to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.grafana_standin import DEAD, StandIn, get, post, repointing, running_standin
from tests.support.scripted_upstream import scripted_upstream
from tests.support.standins import ask


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with running_standin(tmp_path_factory.mktemp("grafana"), tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.fixture
def repointed(standin: StandIn) -> Iterator[Any]:
    with repointing(standin) as repoint:
        yield repoint


class TestHealthOfTheDataSource:
    @pytest.mark.usefixtures("standin")
    def test_is_asked_of_prometheus(self) -> None:
        for path in ("uid/prometheus", "1"):
            answer = get(f"/api/datasources/{path}/health")
            assert answer.status == 200
            assert answer.json() == {"status": "OK", "message": "Successfully queried the Prometheus API."}
        assert get("/api/datasources/uid/none/health").status == 404

    def test_is_an_error_where_nobody_listens(self, repointed: Any) -> None:
        repointed(f"127.0.0.1:{DEAD}")
        answer = get("/api/datasources/uid/prometheus/health")
        assert (answer.status, answer.json()["status"]) == (400, "ERROR")
        assert "refused" in answer.json()["message"]

    @pytest.mark.parametrize(
        "said",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
            b'HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"status":"error"}',
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        ],
        ids=["another server", "503", "an error", "other JSON"],
    )
    def test_is_an_error_where_something_else_answers(self, repointed: Any, said: bytes) -> None:
        with scripted_upstream(lambda connection, head: connection.sendall(said)) as port:
            repointed(f"127.0.0.1:{port}")
            answer = get("/api/datasources/uid/prometheus/health")
        assert (answer.status, answer.json()["status"]) == (400, "ERROR")


@pytest.mark.usefixtures("standin")
class TestProxy:
    @pytest.mark.parametrize("source", ["uid/prometheus", "1"])
    def test_gives_prometheus_own_answer(self, standin: StandIn, source: str) -> None:
        port = int(standin.prometheus.partition(":")[2])
        path = f"/api/v1/query?query={quote('vector(1)+2')}&time=1000"
        through, direct = get(f"/api/datasources/proxy/{source}{path}"), ask(port, "GET", path)
        assert through.status == direct.status == 200
        assert through.json() == direct.json()
        assert through.header("content-type") == direct.header("content-type")

    def test_lets_through_a_query_by_post_and_an_error_as_it_is(self) -> None:
        kind = "application/x-www-form-urlencoded"
        path = "/api/datasources/proxy/uid/prometheus/api/v1/query_range"
        answer = post(path, b"query=vector(1)&start=0&end=30&step=15", kind)
        assert len(answer.json()["data"]["result"][0]["values"]) == 3
        bad = post(path, b"query=vector(&start=0&end=30&step=15", kind)
        assert (bad.status, bad.json()["errorType"]) == (400, "bad_data")

    def test_takes_no_other_post_and_knows_no_other_source(self) -> None:
        refused = post("/api/datasources/proxy/uid/prometheus/-/reload")
        assert (refused.status, "POSTs not allowed" in refused.json()["message"]) == (403, True)
        unknown = get("/api/datasources/proxy/uid/none/api/v1/query?query=1")
        assert (unknown.status, unknown.json()["message"]) == (404, "Unable to find datasource")

    def test_says_bad_gateway_where_nobody_listens(self, repointed: Any) -> None:
        repointed(f"127.0.0.1:{DEAD}")
        assert get("/api/datasources/proxy/uid/prometheus/api/v1/query?query=1").status == 502

    def test_turns_a_401_of_the_source_into_400(self, repointed: Any) -> None:
        said = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
        with scripted_upstream(lambda connection, head: connection.sendall(said)) as port:
            repointed(f"127.0.0.1:{port}")
            answer = get("/api/datasources/proxy/uid/prometheus/api/v1/query?query=1")
        assert (answer.status, answer.body) == (400, b"Authentication to data source failed")
