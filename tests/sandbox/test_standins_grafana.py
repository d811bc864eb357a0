"""Grafana's stand-in, after Grafana's documented HTTP API: what it provisions and tells, and its faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.standins.control import ClearFault, SetFault, send_now
from tests.support.grafana_standin import CREDENTIALS, PORT, StandIn, get, post, running_standin
from tests.support.standins import ask


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with running_standin(tmp_path_factory.mktemp("grafana"), tmp_path_factory.mktemp("prometheus")) as found:
        yield found


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
