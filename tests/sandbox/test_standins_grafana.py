"""Grafana's stand-in, after Grafana's documented HTTP API, over deploy/grafana and a real Prometheus."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.deployed import grafana_files
from sandbox.ports import SEED_PORTS
from sandbox.render import general
from sandbox.secrets import generate
from sandbox.standins.config import GrafanaConfig, StandIns
from sandbox.standins.control import ClearFault, SetFault, send_now
from tests.support.prometheus import prometheus as running_prometheus
from tests.support.scripted_upstream import scripted_upstream
from tests.support.standins import PASSWORD, Answer, ask, free_ports, running

PORT, DEAD = free_ports(2)
CREDENTIALS = ("Authorization", "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode())


@dataclass(frozen=True)
class StandIn:
    """The stand-in, and what it reads."""

    control: Path
    directory: Path
    prometheus: str
    """host:port"""

    def provision(self, prometheus: str) -> None:
        """Write its provisioning files with this address of Prometheus."""
        values = general(SEED_PORTS, generate(), lambda name: "127.0.0.1") | {"prometheus": prometheus}
        for name, text in grafana_files(values).items():
            (self.directory / name).parent.mkdir(parents=True, exist_ok=True)
            (self.directory / name).write_text(text)


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    directory = tmp_path_factory.mktemp("grafana")
    with running_prometheus(tmp_path_factory.mktemp("prometheus")) as port:
        found = StandIn(directory / "c.sock", directory, f"127.0.0.1:{port}")
        found.provision(found.prometheus)
        grafana = GrafanaConfig(
            port=PORT,
            password=PASSWORD,
            provisioning=directory / "provisioning",
            variables={"DASHBOARDS": str(directory / "dashboards")},
        )
        with running(StandIns(control=found.control, grafana=grafana)):
            yield found


@pytest.fixture
def repointed(standin: StandIn) -> Iterator[Any]:
    """Let the data source lead to another address; afterwards it leads to Prometheus again."""

    def repoint(address: str) -> None:
        standin.provision(address)
        assert post("/api/admin/provisioning/datasources/reload").status == 200

    yield repoint
    repoint(standin.prometheus)


def get(path: str) -> Answer:
    return ask(PORT, "GET", path, [CREDENTIALS])


def post(path: str, body: object = None, kind: str = "application/json") -> Answer:
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return ask(PORT, "POST", path, [CREDENTIALS, ("Content-Type", kind)], data)


def query(**others: object) -> dict[str, Any]:
    """A request for one query to the provisioned data source, over the last five minutes."""
    one = {"refId": "A", "datasource": {"uid": "prometheus"}, "intervalMs": 15000, "maxDataPoints": 100}
    return {"from": "now-5m", "to": "now", "queries": [one | others]}


@pytest.mark.usefixtures("standin")
class TestApi:
    def test_health_needs_no_credentials_and_says_what_answers(self) -> None:
        answer = ask(PORT, "GET", "/api/health")
        assert (answer.status, answer.json()["database"]) == (200, "ok")
        assert answer.json()["version"] == "10.4.2-atalaia-stand-in"

    @pytest.mark.parametrize(
        ("authorization", "says"),
        [
            ("", "auth.unauthorized"),
            ("Bearer x", "auth.unauthorized"),
            ("Basic !", "password-auth.failed"),
            ("Basic YWRtaW46Z3Vlc3M=", "password-auth.failed"),
        ],
        ids=["none", "another scheme", "no base64", "a wrong password"],
    )
    @pytest.mark.parametrize(
        "path",
        [
            "datasources", "search", "dashboards/uid/atendeai-overview", "datasources/uid/prometheus/health",
            "datasources/proxy/uid/prometheus/api/v1/query?query=1", "ds/query",
            "admin/provisioning/dashboards/reload", "nothing",
        ],
    )  # fmt: skip
    def test_everything_else_does(self, path: str, authorization: str, says: str) -> None:
        headers = [("Authorization", authorization)] if authorization else []
        for method in ("GET", "POST"):
            answer = ask(PORT, method, f"/api/{path}", headers)
            assert answer.status == 401
            assert answer.json()["messageId"] == says

    def test_the_data_source_is_the_provisioned_one(self, standin: StandIn) -> None:
        (source,) = get("/api/datasources").json()
        assert (source["uid"], source["type"], source["isDefault"]) == ("prometheus", "prometheus", True)
        assert source["url"] == f"http://{standin.prometheus}"
        for path in ("uid/prometheus", "name/Prometheus", str(source["id"])):
            assert get(f"/api/datasources/{path}").json() == source
        assert get("/api/datasources/uid/none").status == 404

    def test_dashboards_are_found_by_search_and_by_uid(self) -> None:
        hits = get("/api/search?type=dash-db&query=overview").json()
        assert [(hit["title"], hit["folderTitle"]) for hit in hits] == [("AtendeAI Overview", "AtendeAI")]
        found = get(f"/api/dashboards/uid/{hits[0]['uid']}").json()
        assert found["meta"]["provisioned"] is True
        assert found["meta"]["provisionedExternalId"] == "overview.json"
        assert found["dashboard"]["title"] == "AtendeAI Overview"
        assert get("/api/search?query=nothing-like-it").json() == []
        assert get("/api/dashboards/uid/none").status == 404

    def test_all_dashboards_of_the_sandboxs_stack_are_there(self) -> None:
        titles = [hit["title"] for hit in get("/api/search?type=dash-db&limit=5000").json()]
        assert titles == [
            "AtendeAI - Clínica", "AtendeAI Overview", "Business Metrics", "Load tests",
            "Performance Metrics", "SLO and error budget", "Service Health", "Synthetic probes",
        ]  # fmt: skip

    def test_what_is_not_there_is_404_and_other_methods_405(self) -> None:
        assert get("/api/nothing").status == 404
        assert post("/api/dashboards/db", {}).status == 404
        assert ask(PORT, "DELETE", "/api/datasources/uid/prometheus", [CREDENTIALS]).status == 405


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


@pytest.mark.usefixtures("standin")
class TestQuery:
    def test_an_instant_query_is_a_frame_for_each_series(self) -> None:
        expr = 'label_replace(vector(42), "service", "auth", "", "") or vector(7)'
        answer = post("/api/ds/query", query(expr=expr, instant=True, legendFormat="of {{service}}"))
        assert answer.status == 200
        first, second = answer.json()["results"]["A"]["frames"]
        time, value = first["schema"]["fields"]
        assert (time["name"], time["type"], value["type"]) == ("Time", "time", "number")
        assert value["labels"] == {"service": "auth"}
        assert value["config"]["displayNameFromDS"] == "of auth"
        assert first["schema"]["meta"]["type"] == "numeric-multi"
        assert first["schema"]["meta"]["custom"] == {"resultType": "vector"}
        assert first["schema"]["meta"]["executedQueryString"] == f"Expr: {expr}\nStep: 15s"
        assert [frame["data"]["values"][1] for frame in (first, second)] == [[42], [7]]

    def test_a_range_has_a_point_a_step_aligned_to_it(self) -> None:
        answer = post("/api/ds/query", query(expr="time()", range=True) | {"from": 0, "to": 300_000})
        (frame,) = answer.json()["results"]["A"]["frames"]
        times, values = frame["data"]["values"]
        assert times == [1000 * at for at in range(0, 301, 15)]
        assert values == [at / 1000 for at in times]
        assert frame["schema"]["meta"]["type"] == "timeseries-multi"
        assert frame["schema"]["fields"][0]["config"] == {"interval": 15000}

    def test_few_points_make_long_steps_and_an_old_query_is_one_over_a_range(self) -> None:
        asked = query(expr="vector(1)", maxDataPoints=3) | {"from": "0", "to": "300000"}
        (frame,) = post("/api/ds/query", asked).json()["results"]["A"]["frames"]
        assert frame["data"]["values"][0] == [0, 100_000, 200_000, 300_000]

    def test_what_json_has_no_number_for_is_told_beside(self) -> None:
        answer = post("/api/ds/query", query(expr="vector(0)/0", instant=True))
        (frame,) = answer.json()["results"]["A"]["frames"]
        assert frame["data"]["values"][1] == [None]
        assert frame["data"]["entities"] == [None, {"NaN": [0]}]

    def test_grafanas_own_variables_are_written_in(self) -> None:
        expr = "count_over_time(vector(1)[$__range:$__interval]) + 0 * $__range_s"
        answer = post("/api/ds/query", query(expr=expr, instant=True))
        assert answer.json()["results"]["A"]["frames"][0]["data"]["values"][1] == [20]
        executed = post("/api/ds/query", query(expr="rate(up[$__rate_interval])", instant=True)).json()
        told = executed["results"]["A"]["frames"][0]["schema"]["meta"]["executedQueryString"]
        assert told.startswith("Expr: rate(up[16s])")  # a step of 15 s and a scrape interval of 1 s

    def test_nothing_found_is_one_empty_frame(self) -> None:
        answer = post("/api/ds/query", query(expr="no_such_metric", instant=True))
        (frame,) = answer.json()["results"]["A"]["frames"]
        assert (answer.status, frame["schema"]["fields"], frame["data"]["values"]) == (200, [], [])

    def test_a_wrong_query_is_400_with_what_prometheus_said(self) -> None:
        answer = post("/api/ds/query", query(expr="rate(up[${DS_PROMETHEUS}])", instant=True))
        result = answer.json()["results"]["A"]
        assert (answer.status, result["status"]) == (400, 400)
        assert "bad_data" in result["error"]

    def test_an_unreachable_source_is_said(self, repointed: Any) -> None:
        repointed(f"127.0.0.1:{DEAD}")
        answer = post("/api/ds/query", query(expr="1", instant=True))
        assert (answer.status, answer.json()["results"]["A"]["error"]) == (400, "connection refused")

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            (b"{", "bad request data"),
            (b"[]", "bad request data"),
            (b'{"queries": [{}], "from": "yesterday", "to": "now"}', "bad request data"),
            (b'{"queries": [], "from": "now-5m", "to": "now"}', "No queries found"),
            (b'{"queries": [{"refId": "A"}], "from": "now-5m", "to": "now"}',
             "Query does not contain a valid data source identifier"),
        ],
    )  # fmt: skip
    def test_a_request_that_is_none_is_refused(self, body: bytes, says: str) -> None:
        answer = post("/api/ds/query", body)
        assert (answer.status, answer.json()["message"]) == (400, says)

    def test_a_source_that_nobody_provisioned_is_404(self) -> None:
        answer = post("/api/ds/query", query(expr="1", datasource={"uid": "none"}))
        assert (answer.status, answer.json()["message"]) == (404, "Data source not found")


class TestProvisioning:
    def test_dashboards_are_read_anew_when_told_to(self, standin: StandIn) -> None:
        file = standin.directory / "dashboards" / "atendeai" / "overview.json"
        text = file.read_text()
        file.unlink()
        assert get("/api/dashboards/uid/atendeai-overview").status == 200
        answer = post("/api/admin/provisioning/dashboards/reload")
        assert (answer.status, answer.json()) == (200, {"message": "Dashboards config reloaded"})
        assert get("/api/dashboards/uid/atendeai-overview").status == 404
        file.write_text(text)
        post("/api/admin/provisioning/dashboards/reload")
        assert get("/api/dashboards/uid/atendeai-overview").status == 200

    def test_a_file_that_is_no_dashboard_leaves_the_former_ones(self, standin: StandIn) -> None:
        bad = standin.directory / "dashboards" / "atendeai" / "bad.json"
        bad.write_text("{")
        assert post("/api/admin/provisioning/dashboards/reload").status == 500
        assert get("/api/dashboards/uid/atendeai-overview").status == 200
        bad.unlink()


class TestFaults:
    def test_a_failing_database_is_said_with_503(self, standin: StandIn) -> None:
        send_now(standin.control, SetFault(target="grafana", fault="database-failing"))
        answer = ask(PORT, "GET", "/api/health")
        assert (answer.status, answer.json()["database"]) == (503, "failing")
        send_now(standin.control, ClearFault(target="grafana"))
        assert ask(PORT, "GET", "/api/health").status == 200

    def test_credentials_can_be_refused_while_it_is_healthy(self, standin: StandIn) -> None:
        send_now(standin.control, SetFault(target="grafana", fault="credentials-refused"))
        assert get("/api/datasources").status == 401
        assert ask(PORT, "GET", "/api/health").status == 200
        send_now(standin.control, ClearFault(target="grafana"))
        assert get("/api/datasources").status == 200

    def test_a_dashboard_can_have_been_imported_by_hand(self, standin: StandIn) -> None:
        hit, other = get("/api/search").json()[:2]
        options = {"title": hit["title"]}
        send_now(standin.control, SetFault(target="grafana", fault="imported-by-hand", options=options))
        meta = get(f"/api/dashboards/uid/{hit['uid']}").json()["meta"]
        assert (meta["provisioned"], meta["provisionedExternalId"]) == (False, "")
        assert get(f"/api/dashboards/uid/{other['uid']}").json()["meta"]["provisioned"] is True
        send_now(standin.control, ClearFault(target="grafana"))
        assert get(f"/api/dashboards/uid/{hit['uid']}").json()["meta"]["provisioned"] is True
