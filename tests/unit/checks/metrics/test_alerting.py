"""The Alertmanager: judged on what version 0.25 said of itself in the sandbox, and on worse."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.checks.check import Inconclusive
from atalaia.checks.metrics.alerting import configuration, connection, muted, receivers, routes
from atalaia.checks.metrics.meant import Meant
from atalaia.environment.url import parse_url
from atalaia.systems.alertmanager.api import read_configuration
from atalaia.systems.lines import Lines
from tests.support.told import DATA, STALLED, recorded, silent, told

GIVEN = (DATA / "alertmanager" / "alertmanager.yml").read_text()
BAD = {
    "truncated": told(b'{"config":{"orig'),
    "no configuration": told({"config": {}}),
    "not YAML": told({"config": {"original": "route: ["}}),
    "no route": told({"config": {"original": "global: {}"}}),
    "no answer": silent(),
    "error": told({"status": "error"}, 500),
    "html": told(b"<html></html>"),
}


def status(old: str = "", new: str = "") -> Any:
    """The recorded status, something in its configuration replaced."""
    document = recorded("alertmanager/status.json")
    text = document["config"]["original"]
    assert old in text
    document["config"]["original"] = text.replace(old, new, 1)
    return told(document)


class TestConfiguration:
    def meant(self, text: str = GIVEN) -> Meant:
        return Meant(read_configuration(text, "alertmanager.yml"), "alertmanager.yml", Lines(text))

    def test_it_runs_with_what_it_was_given(self) -> None:
        assert configuration.DIFFERS.judge((status(),), self.meant()) == []

    @pytest.mark.parametrize(
        ("old", "new", "path", "observed"),
        [
            ("resolve_timeout: 5m", "resolve_timeout: 1h", "global.resolve_timeout: 5m", "1h"),
            ("group_wait: 30s", "group_wait: 31s", "route.routes[2].group_wait: 30s", "31s"),
            ('- drill="true"', '- drill="yes"', 'route.routes[0].matchers: drill="true"', 'drill="yes"'),
            ("continue: true", "continue: false", "route.routes[1].continue: true", "false"),
            ("max_alerts: 5", "max_alerts: 6",
             "receivers[ops-whatsapp].webhook_configs[0].max_alerts: 5", "6"),
            ("- sli\n", "- slo\n", "inhibit_rules[2].equal: sli", "slo"),
            ("short_fields: false", "short_fields: true",
             "receivers[ops-slack].slack_configs[0].short_fields: nothing", "true"),
        ],
    )  # fmt: skip
    def test_what_differs_is_told_with_its_line(self, old: str, new: str, path: str, observed: str) -> None:
        (finding,) = configuration.DIFFERS.judge((status(old, new),), self.meant())
        assert finding.expected == path
        assert finding.observed == observed
        assert finding.cause.startswith("alertmanager.yml:")

    def test_a_route_more_is_told_as_one(self) -> None:
        more = status("  routes:\n", '  routes:\n  - receiver: drill\n    matchers:\n    - team="x"\n')
        (finding,) = configuration.DIFFERS.judge((more,), self.meant())
        assert finding.expected == "route.routes[0]: not there"
        assert finding.observed == 'matchers team="x"; receiver drill'
        assert finding.cause == f"alertmanager.yml:{GIVEN.splitlines().index('  routes:') + 1}"

    def test_a_route_less_is_told_as_one(self) -> None:
        drill = GIVEN[GIVEN.index("  - matchers:") :].split("  - matchers:")[1]
        less = GIVEN.replace(f"  - matchers:{drill}", "", 1)
        (finding,) = configuration.DIFFERS.judge((status(),), self.meant(less))
        assert (finding.expected, finding.observed.split(";")[0]) == (
            "route.routes[0]: not there",
            'matchers drill="true"',
        )

    def test_secrets_are_masked_and_decide_nothing(self) -> None:
        secret = GIVEN.replace(
            "slack_api_url_file: /etc/alertmanager/secrets/slack_api_url", "slack_api_url: http://s"
        )
        masked = status(
            "slack_api_url_file: /etc/alertmanager/secrets/slack_api_url", "slack_api_url: <secret>"
        )
        differences = configuration.DIFFERS.judge((masked,), self.meant(secret))
        assert [finding for finding in differences if "global" in finding.expected] == []

    def test_other_spellings_of_the_same(self) -> None:
        text = (
            GIVEN.replace("repeat_interval: 480s", "repeat_interval: 8m")
            .replace('- severity="critical"\n    - service!="whatsapp-service"',
                     "- '{service!=\"whatsapp-service\", severity=critical}'")
            .replace("/etc/alertmanager/secrets/", "secrets/")
        )  # fmt: skip
        assert text.count("whatsapp-service") == 1
        assert configuration.DIFFERS.judge((status(),), self.meant(text)) == []

    def test_a_declared_file_that_is_none(self) -> None:
        (finding,) = configuration.DIFFERS.judge((status(),), self.meant("route: ["))
        assert finding.observed == "alertmanager.yml is no YAML"

    @pytest.mark.parametrize("bad", BAD)
    def test_an_answer_that_tells_no_configuration_is_a_finding(self, bad: str) -> None:
        (finding,) = configuration.DIFFERS.judge((BAD[bad],), self.meant())
        assert finding.expected == "the Alertmanager runs with alertmanager.yml"

    def test_this_machines_own_stall_decides_nothing(self) -> None:
        assert isinstance(configuration.DIFFERS.judge((silent(STALLED),), self.meant()), Inconclusive)


class TestRoutes:
    def judge(self, exchange: Any, *names: str, severity: str = "critical") -> Any:
        return routes.WRONG_RECEIVER.judge((exchange,), routes.Expected(severity, names, "a.yml:12"))

    def test_an_alert_reaches_its_receivers_in_any_order(self) -> None:
        assert self.judge(status(), "ops-slack", "ops-email", "ops-whatsapp", "on-call") == []
        assert self.judge(status(), "ops-slack", severity="info") == []
        assert self.judge(status(), "ops-slack", severity="misspelt") == []

    def test_another_receiver(self) -> None:
        exchange = status("receiver: on-call", "receiver: ops-slack")
        (finding,) = self.judge(exchange, "ops-slack", "ops-email", "ops-whatsapp", "on-call")
        assert finding.expected == (
            "an alert with severity=critical reaches ops-slack, ops-email, ops-whatsapp, on-call"
        )
        assert finding.observed == "ops-slack, ops-whatsapp, ops-email"
        assert finding.cause == "a.yml:12"

    def test_a_route_before_that_takes_all(self) -> None:
        exchange = status("continue: true", "continue: false")
        (finding,) = self.judge(exchange, "ops-slack", "ops-email", "ops-whatsapp", "on-call")
        assert finding.observed == "on-call"

    def test_a_regular_expression_of_re2_only_decides_nothing(self) -> None:
        exchange = status('severity=~"critical|warning"', r'severity=~"\\pL+"')
        assert isinstance(self.judge(exchange, "on-call"), Inconclusive)

    @pytest.mark.parametrize("bad", BAD)
    def test_an_answer_that_tells_no_configuration_is_a_finding(self, bad: str) -> None:
        assert len(self.judge(BAD[bad], "on-call")) == 1


ALWAYS = "\ntime_intervals:\n- name: night\n  time_intervals: [{}]"
NIGHT = ALWAYS.replace("{}", "{times: [{start_time: '22:00', end_time: '24:00'}]}")


class TestMuted:
    def judge(self, exchange: Any, *, in_file: bool = False) -> Any:
        expected = muted.Expected("critical", ("on-call", "ops-slack"), in_file, "a.yml:12")
        return muted.MUTED.judge((exchange,), expected)

    def with_times(self, setting: str, intervals: str) -> Any:
        document = recorded("alertmanager/status.json")
        text = document["config"]["original"]
        head, name, tail = text.partition("- receiver: on-call\n")
        assert name
        document["config"]["original"] = f"{head}{name}    {setting}: [night]\n{tail}{intervals}"
        return told(document)

    def test_routes_that_are_never_muted(self) -> None:
        assert self.judge(status()) == []
        assert self.judge(self.with_times("active_time_intervals", ALWAYS)) == []

    @pytest.mark.parametrize("in_file", [True, False])
    def test_a_route_that_is_always_muted(self, in_file: bool) -> None:
        (finding,) = self.judge(self.with_times("mute_time_intervals", ALWAYS), in_file=in_file)
        assert finding.expected == "an alert with severity=critical reaches on-call at any time"
        assert finding.observed == "its route is muted always, by night ({})"
        assert finding.cause == "a.yml:12"

    @pytest.mark.parametrize(
        ("setting", "words"),
        [("mute_time_intervals", "muted in"), ("active_time_intervals", "active only in")],
    )
    def test_a_route_that_is_muted_at_times_is_told_where_no_file_says_so(
        self, setting: str, words: str
    ) -> None:
        exchange = self.with_times(setting, NIGHT)
        (finding,) = self.judge(exchange)
        assert finding.observed == (
            f"its route is {words} night ({{times: {{start_time: 22:00, end_time: 24:00}}}})"
        )
        assert self.judge(exchange, in_file=True) == []

    def test_a_regular_expression_of_re2_only_decides_nothing(self) -> None:
        exchange = status('severity=~"critical|warning"', r'severity=~"\\pL+"')
        assert isinstance(self.judge(exchange), Inconclusive)

    @pytest.mark.parametrize("bad", BAD)
    def test_an_answer_that_tells_no_configuration_is_a_finding(self, bad: str) -> None:
        assert len(self.judge(BAD[bad])) == 1


class TestReceivers:
    EXPECTED = receivers.Expected("on-call", "a.yml:90")

    def test_a_receiver_that_is_there_and_sends(self) -> None:
        answer = told(recorded("alertmanager/receivers.json"))
        assert receivers.RECEIVER_MISSING.judge((answer,), self.EXPECTED) == []
        assert receivers.RECEIVER_EMPTY.judge((status(),), self.EXPECTED) == []

    def test_a_receiver_that_is_not_there(self) -> None:
        (finding,) = receivers.RECEIVER_MISSING.judge((told([{"name": "ops-slack"}]),), self.EXPECTED)
        assert finding.observed == "its receivers are ops-slack"
        assert finding.cause == "a.yml:90"

    def test_a_receiver_that_is_only_a_name(self) -> None:
        exchange = status(
            "- name: on-call\n  pagerduty_configs:", "- name: on-call\n- name: x\n  pagerduty_configs:"
        )
        (finding,) = receivers.RECEIVER_EMPTY.judge((exchange,), self.EXPECTED)
        assert finding.observed == "it has no integration: it swallows every alert"

    @pytest.mark.parametrize("body", [b"[{", b"{}", b'[{"nom": "x"}]', b"[1]", b""])
    def test_an_answer_that_tells_no_receivers_is_a_finding(self, body: bytes) -> None:
        assert len(receivers.RECEIVER_MISSING.judge((told(body),), self.EXPECTED)) == 1

    def test_a_cut_answer_decides_nothing(self) -> None:
        answer = told([{"name": "x"}], truncated=True)
        assert isinstance(receivers.RECEIVER_MISSING.judge((answer,), self.EXPECTED), Inconclusive)


class TestConnection:
    def judge(self, document: Any, url: str = "http://127.0.0.1:29021") -> Any:
        expected = connection.Expected(parse_url(url, frozenset({"http"})), "prometheus.yml:20")
        return connection.NOT_CONNECTED.judge((told(document),), expected)

    def test_the_declared_one(self) -> None:
        assert self.judge(recorded("prometheus/alertmanagers.json")) == []

    @pytest.mark.parametrize(
        ("url", "known"),
        [
            ("http://localhost:29021", True),
            ("http://alertmanager:29021", True),
            ("http://127.0.0.1:9093", False),
            ("http://10.0.0.7:29021", False),
        ],
    )
    def test_names_differ_between_networks_and_ports_do_not(self, url: str, known: bool) -> None:
        assert (self.judge(recorded("prometheus/alertmanagers.json"), url) == []) is known

    def test_nobody(self) -> None:
        data = {"activeAlertmanagers": [], "droppedAlertmanagers": []}
        (finding,) = self.judge({"status": "success", "data": data})
        assert (finding.observed, finding.cause) == ("to nobody", "prometheus.yml:20")

    def test_one_that_is_dropped(self) -> None:
        document = recorded("prometheus/alertmanagers.json")
        document["data"]["droppedAlertmanagers"] = [{"url": "http://b:9093/api/v2/alerts"}]
        (finding,) = self.judge(document)
        assert finding.observed.startswith("b:9093 dropped")

    @pytest.mark.parametrize(
        "document", [{"status": "success", "data": {}}, {"status": "error", "error": "x"}, [], {"data": []}]
    )
    def test_an_answer_that_tells_no_alertmanagers_is_a_finding(self, document: Any) -> None:
        assert len(self.judge(document)) == 1
