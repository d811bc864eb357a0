"""What a drill reads, on documents of real servers, and on those of servers that are not well."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.systems.document import Unreadable
from atalaia.systems.drill import channels as reading
from atalaia.systems.drill.alerts import fired, held
from atalaia.systems.drill.asking import Asking
from atalaia.systems.drill.channels import channels
from atalaia.systems.drill.deliveries import belongs, deliveries, reached
from atalaia.systems.drill.groups import Group, groups
from atalaia.systems.drill.model import (
    AHEAD,
    EXPIRES,
    STARTED,
    Channel,
    Delivery,
    DrillMeasurement,
    DrillSeen,
    Leg,
    Part,
)
from atalaia.systems.drill.rivals import rivals
from atalaia.systems.drill.sent import sent
from atalaia.systems.drill.why import why_not_fired

DATA = Path(__file__).parents[3] / "data" / "drill"
DEPLOYED = Path(__file__).parents[4] / "deploy" / "alertmanager" / "alertmanager.yml"
RULES = Path(__file__).parents[4] / "deploy" / "prometheus" / "rules" / "drill.yml"
ANY = parse_url("http://monitoring.test", frozenset({"http"}))
BAD = {
    "truncated": b'{"status":"success","data":[{"labels"',
    "html": b"<html>503</html>",
    "error": b'{"status":"error","errorType":"unavailable","error":"starting up"}',
    "other": b'{"status":"success","data":"x"}',
    "empty": b"",
    "numbers": b"[1, 2]",
}


def recorded(name: str) -> bytes:
    return (DATA / name).read_bytes()


class TestPrometheus:
    def test_its_alerts_are_told_by_the_drills_name(self) -> None:
        body = recorded("prometheus-alerts.json")
        assert fired(body, "run-x") == {"AtalaiaDrill": "firing", "AtalaiaDrillInhibited": "firing"}
        assert fired(body, "run-y") == {}

    def test_also_where_it_renames_what_was_pushed(self) -> None:
        body = recorded("prometheus-alerts.json").replace(b'"instance"', b'"exported_instance"')
        assert set(fired(body, "run-x") or ()) == {"AtalaiaDrill", "AtalaiaDrillInhibited"}

    @pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
    def test_what_is_no_list_of_alerts_is_unreadable(self, body: bytes) -> None:
        assert isinstance(fired(body, "run-x"), Unreadable)

    RULES = b'{"status":"success","data":{"groups":[{"rules":[{"name":"AtalaiaDrill"%s}]}]}}'

    @pytest.mark.parametrize(
        ("rules", "drill", "told"),
        [
            (RULES % b"", "run-y", "it does not scrape the Pushgateway"),
            (RULES % b"", "run-x", "a rule AtalaiaDrill, which does not fire"),
            (RULES % b',"lastError":"many-to-many"', "run-x", "says of it: many-to-many"),
            (RULES.replace(b"AtalaiaDrill", b"Other") % b"", "run-x", "no alerting rule AtalaiaDrill"),
            (b'{"status":"success","data":{}}', "run-x", "without groups of rules"),
            (BAD["error"], "run-x", "starting up"),
        ],
    )
    def test_it_tells_why_an_alert_does_not_fire(self, rules: bytes, drill: str, told: str) -> None:
        figure = recorded("prometheus-query.json")
        assert told in why_not_fired(figure, rules, "AtalaiaDrill", drill, self.AT)

    AT = 1795288719.0
    """When Prometheus was asked, by its clock."""

    @pytest.mark.parametrize(
        ("started", "told"),
        [(AT + 100, "begins in 100 s"), (AT - 301, "begins 301 s ago"), (AT + 59, "does not fire")],
    )
    def test_it_tells_of_clocks_that_differ(self, started: float, told: str) -> None:
        figure = recorded("prometheus-query.json")
        assert told in why_not_fired(figure, self.RULES % b"", "AtalaiaDrill", "run-x", started)

    def test_a_figure_without_a_time_is_told(self) -> None:
        figure = recorded("prometheus-query.json").replace(b"1795288719.087,", b"")
        for broken in (figure.replace(b'["1"]', b"[]"), figure.replace(b'["1"]', b'["x"]')):
            told = why_not_fired(broken, self.RULES % b"", "AtalaiaDrill", "run-x", self.AT)
            assert told == "a query's result without a time"

    @pytest.mark.parametrize("figure", [*BAD.values(), Unreadable("no answer")])
    def test_an_unreadable_figure_is_told(self, figure: bytes | Unreadable) -> None:
        assert why_not_fired(figure, self.RULES % b"", "AtalaiaDrill", "run-x", self.AT)


class TestAlertmanager:
    def test_its_alerts_say_where_they_go_and_what_keeps_them_back(self) -> None:
        found = held(recorded("alertmanager-alerts.json"), "run-x")
        assert not isinstance(found, Unreadable)
        assert found["AtalaiaDrill"].receivers == ("drill",)
        assert found["AtalaiaDrill"].inhibited_by == ()
        assert found["AtalaiaDrillInhibited"].inhibited_by == ("1dc0f20b58f46f5f",)
        assert held(recorded("alertmanager-alerts.json"), "run-y") == {}
        assert held(b"[]", "run-x") == {}

    def test_an_alert_without_a_status_is_one_all_the_same(self) -> None:
        found = held(b'[{"labels": {"alertname": "A", "instance": "i"}}, 7]', "i")
        assert not isinstance(found, Unreadable)
        assert found["A"].receivers == ()

    @pytest.mark.parametrize("name", sorted(BAD.keys() - {"numbers"}))
    def test_what_is_no_list_is_unreadable(self, name: str) -> None:
        assert isinstance(held(BAD[name], "run-x"), Unreadable)

    def test_its_counters_tell_what_went_well_of_every_integration(self) -> None:
        page = recorded("alertmanager-metrics.txt").decode()
        counted = sent(page, "drill")
        assert {kind for kind, number in counted.items() if number} == {
            "email",
            "pagerduty",
            "slack",
            "webhook",
        }

    def test_failed_requests_are_taken_off_and_other_receivers_left_out_where_they_are_told_apart(
        self,
    ) -> None:
        page = (
            'alertmanager_notification_requests_total{integration="slack",receiver_name="drill"} 5\n'
            'alertmanager_notification_requests_failed_total{integration="slack",receiver_name="drill"} 2\n'
            'alertmanager_notification_requests_total{integration="slack",receiver_name="ops"} 90\n'
            'alertmanager_notification_requests_total{integration="email"} NaN\n'
            'alertmanager_notification_requests_total{integration="email"} x\n'
        )
        assert sent(page, "drill") == Counter({"slack": 3})

    def test_the_channels_of_the_deployed_receiver(self) -> None:
        assert channels(DEPLOYED.read_text(), "drill") == (
            Channel(kind="slack", to="#ops-drill"),
            Channel(kind="email", to="ops-drill@atendeai.example"),
            Channel(kind="pagerduty"),
            Channel(kind="webhook", to="drill"),
        )

    def test_who_is_told_of_the_end_where_nobody_says(self) -> None:
        text = (
            "receivers: [{name: d, slack_configs: [{channel: a}], webhook_configs: [{url: x}], "
            "email_configs: [{to: 'a, b'}]}]"
        )
        found = channels(text, "d")
        assert not isinstance(found, Unreadable)
        assert [(each.kind, each.to, each.resolved) for each in found] == [
            ("slack", "a", False), ("webhook", "d", True), ("email", "a", False), ("email", "b", False),
        ]  # fmt: skip

    def test_whom_a_template_names_only_the_alertmanager_knows(self) -> None:
        text = "receivers: [{name: d, email_configs: [{to: '{{ .CommonLabels.mail }}'}]}]"
        assert channels(text, "d") == (Channel(kind="email", resolved=False),)

    @pytest.mark.parametrize("text", ["", "[", "receivers: 1", "receivers: [1, {name: e}]", "- a"])
    def test_a_configuration_without_the_receiver_is_unreadable(self, text: str) -> None:
        assert isinstance(channels(text, "d"), Unreadable)

    def test_the_running_configuration_is_told_by_the_status(self) -> None:
        assert reading.running(b'{"config": {"original": "x: 1"}}') == "x: 1"
        for body in (b"", b"[]", b'{"config": 1}', b'{"config": {}}'):
            assert isinstance(reading.running(body), Unreadable)


class TestPushgateway:
    def test_a_drill_is_told_by_its_job(self) -> None:
        found = groups(recorded("pushgateway-metrics.json"))
        assert not isinstance(found, Unreadable)
        (group,) = found
        assert (group.drill, group.on, group.started) == ("run-x", True, 1795287176.0)
        assert group.fires(group.started + 299)
        assert not group.fires(group.started + 300)
        assert group.told(group.started + 12.2) == "run-x, begun 12 s ago"

    def test_other_jobs_are_none(self) -> None:
        assert groups(recorded("pushgateway-metrics.json").replace(b"atalaia-drill", b"backup")) == ()

    def test_what_says_no_more_that_there_is_a_drill_is_over(self) -> None:
        body = recorded("pushgateway-metrics.json").replace(b'"value":"1"', b'"value":"0"')
        found = groups(body)
        assert not isinstance(found, Unreadable)
        assert not found[0].fires(found[0].started + 1)

    @pytest.mark.parametrize("pushed", [1000.0, 0.0], ids=["pushed", "without the time of its push"])
    def test_one_that_is_dated_in_the_future_is_no_drill_and_says_so(self, pushed: float) -> None:
        far = Group("x", (), True, started=1795289000000.0, pushed=pushed)
        assert not far.fires(1000.0)
        assert far.told(1000.0) == "x, pushed with a beginning 1795288999000 s ahead"
        assert Group("x", (), True, started=1060.0, pushed=pushed).fires(1000.0)
        assert not Group("x", (), True, started=1061.0, pushed=pushed).fires(1000.0)

    def test_a_drill_of_now_is_one_also_where_our_clock_is_late(self) -> None:
        assert Group("x", (), True, started=2000.0, pushed=2001.0).fires(1000.0)
        assert Group("x", (), True, started=2000.0, pushed=2001.0).ends == 2300.0

    def test_when_it_ends_and_how_somebody_ends_it_is_told(self) -> None:
        wanted = DrillMeasurement(
            key="drill", hop=Hop.MONITORING, prometheus=ANY, alertmanager=ANY, receiver="drill", within=15,
            pushgateway=parse_url("http://pushgateway.test:9091/base", frozenset({"http"})),
        )  # fmt: skip
        group = Group("killed", (("instance", "a b"), ("job", "atalaia-drill")), True, 1795287176.0, 0.0)
        assert Asking(wanted, Network(), "run-x").how_it_ends(group) == (
            ", over by itself at 18:57:56 UTC; DELETE "
            "http://pushgateway.test:9091/base/metrics/job/atalaia-drill/instance/a%20b ends it at once"
        )

    @pytest.mark.parametrize("name", sorted(BAD.keys()))
    def test_what_is_no_list_of_groups_is_unreadable(self, name: str) -> None:
        assert isinstance(groups(BAD[name]), Unreadable)

    def test_a_group_without_figures_is_over(self) -> None:
        body = json.dumps({"status": "success", "data": [{"labels": {"job": "atalaia-drill"}}, 1]}).encode()
        assert groups(body) == (Group("", (("job", "atalaia-drill"),), False, 0.0, 0.0),)


def test_the_rules_take_a_drill_for_one_as_long_as_it_is_taken_for_one_here() -> None:
    rules = RULES.read_text()
    for bound in (f"time() - {STARTED} < {EXPIRES:g} and", f"time() - {STARTED} >= -{AHEAD:g}\n"):
        assert rules.count(bound) == 2


class TestRivals:
    @staticmethod
    def group(drill: str, pushed: float, started: float = 1000.0) -> Group:
        return Group(drill, (), True, started, pushed)

    def test_who_is_alone_goes_on(self) -> None:
        assert rivals([self.group("a", 1001)], "a", 1002) == ""
        assert rivals([self.group("a", 1001), self.group("old", 5, started=5)], "a", 1002) == ""

    def test_who_pushed_later_gives_way_and_who_pushed_first_goes_on(self) -> None:
        both = [self.group("a", 1001.0), self.group("b", 1001.6)]
        assert rivals(both, "a", 1002) == ""
        assert "a, begun 2 s ago" in rivals(both, "b", 1002)

    def test_of_two_at_the_same_time_both_give_way(self) -> None:
        both = [self.group("a", 1001.0), self.group("b", 1001.4)]
        assert rivals(both, "a", 1002)
        assert rivals(both, "b", 1002)

    def test_who_was_taken_back_by_somebody_gives_way(self) -> None:
        assert "taken it back" in rivals([], "a", 1002)


class TestDeliveries:
    def test_each_channel_tells_status_recipient_and_receiver(self) -> None:
        found = deliveries(recorded("deliveries.json"), "run-x")
        assert not isinstance(found, Unreadable)
        assert {(each.channel, each.to, each.status) for each in found} == {
            (channel, to, status)
            for status in ("firing", "resolved")
            for channel, to in [
                ("slack", "#ops-drill"), ("email", "ops-drill@atendeai.example"), ("pagerduty", ""),
                ("webhook", "drill"),
            ]
        }  # fmt: skip
        named = {each.channel for each in found if each.receiver == "drill"}
        assert named >= {"slack", "pagerduty", "webhook"}
        assert {each.alert for each in found} == {"AtalaiaDrill"}
        assert deliveries(recorded("deliveries.json"), "run-y") == ()

    @pytest.mark.parametrize("name", sorted(BAD.keys()))
    def test_what_is_no_list_of_deliveries_is_unreadable(self, name: str) -> None:
        assert isinstance(deliveries(BAD[name], "run-x"), Unreadable)

    SLACK = Channel(kind="slack", to="#a")

    def test_a_channel_is_reached_by_its_own_message_only(self) -> None:
        message = Delivery(at=1.0, channel="slack", to="#a", status="firing")
        assert reached(self.SLACK, (message,))
        assert not reached(self.SLACK, (message,), "resolved")
        for other in ({"to": "#b"}, {"channel": "email"}, {"alert": "AtalaiaDrillInhibited"}, {"status": ""}):
            assert not reached(self.SLACK, (message.model_copy(update=other),))
        assert reached(Channel(kind="slack"), (message,))

    @pytest.mark.parametrize(
        ("other", "there"),
        [({}, True), ({"to": "#b"}, False), ({"receiver": "ops"}, False), ({"receiver": "drill"}, True),
         ({"channel": "email"}, False), ({"to": ""}, True)],
    )  # fmt: skip
    def test_a_message_belongs_to_the_channels_and_to_the_receiver(
        self, other: dict[str, str], there: bool
    ) -> None:
        message = Delivery(at=1.0, channel="slack", to="#a", status="firing").model_copy(update=other)
        assert belongs(message, (self.SLACK,), "drill") is there


def test_people_are_told_how_long_each_part_took() -> None:
    legs = (
        Leg(name=Part.FIRES, seconds=1.24, reached=True),
        Leg(name=Part.ARRIVES, seconds=15, reached=False),
    )
    seen = DrillSeen(drill="run-x", within=15, legs=legs, removed=("old, begun 400 s ago",))
    assert seen.told == (
        "drill run-x took 16.2 s\nfires                   1.2 s\narrives                15.0 s, in vain",
        "drill: removed old, begun 400 s ago",
    )
    assert DrillSeen(drill="x", within=15, refused="another").told == ()
