"""Queries to Grafana's stand-in, and the frames it makes of Prometheus' answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.grafana_standin import DEAD, StandIn, post, query, repointing, running_standin


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with running_standin(tmp_path_factory.mktemp("grafana"), tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.fixture
def repointed(standin: StandIn) -> Iterator[Any]:
    with repointing(standin) as repoint:
        yield repoint


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
