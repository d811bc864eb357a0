"""Judges of a drill: what passes, what fails and in which words, what decides nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from atalaia.checks.catalogue import DRILL, by_id
from atalaia.checks.check import Inconclusive, NotDeclared, Verdict
from atalaia.checks.drill import arriving
from atalaia.environment import Effect, Environment
from atalaia.environment.monitoring_files import MonitoringFiles, SourceFile
from atalaia.exchange.failure import Failure, Reason
from atalaia.run.case import Cases
from atalaia.run.results import SkipKind
from atalaia.systems.drill.model import Channel, Delivery, DrillMeasurement, DrillSeen, Leg, Part

STACK: dict[str, Any] = {
    "name": "drilled",
    "safety": "sandbox",
    "prometheus": {"url": "http://prometheus.test:9090"},
    "alertmanager": {"url": "http://alertmanager.test:9093"},
    "pushgateway": {"url": "http://pushgateway.test:9091"},
    "drill": {"receiver": "drill", "within": "15s", "deliveries": "http://told.test/deliveries"},
}
SLACK, MAIL = Channel(kind="slack", to="#ops-drill"), Channel(kind="email", to="ops@x.test")
CONFIGURATION = """
receivers:
  - name: drill
    slack_configs: [{channel: "#ops-drill", send_resolved: true}]
    email_configs: [{to: ops@x.test, send_resolved: true}, {to: cto@x.test, send_resolved: false}]
"""


def environment(**changed: Any) -> Environment:
    sections = {key: value for key, value in {**STACK, **changed}.items() if value is not None}
    return Environment.model_validate_json(json.dumps(sections))


def with_configuration() -> Environment:
    found = environment()
    found._monitoring_files = MonitoringFiles(alertmanager=SourceFile(CONFIGURATION, "alertmanager.yml"))
    return found


def leg(part: Part, observed: str = "", seconds: float = 1.0) -> Leg:
    return Leg(name=part, seconds=seconds, reached=not observed, observed=observed)


def drilled(*late: Leg, without: tuple[Part, ...] = (), **seen: Any) -> DrillSeen:
    """A drill on which all went well, but for these."""
    by_part = {part: leg(part) for part in Part if part not in without} | {each.name: each for each in late}
    came = tuple(
        Delivery(at=1.0, channel=channel.kind, to=channel.to, status=status, receiver="drill")
        for channel in (SLACK, MAIL)
        for status in ("firing", "resolved")
    )
    settings = {
        "drill": "run-x", "within": 15, "receivers": ("drill",), "channels": (SLACK, MAIL),
        "legs": tuple(by_part.values()), "deliveries": came,
    }  # fmt: skip
    return DrillSeen(**{**settings, **seen})


def judge(check_id: str, seen: DrillSeen, target: str = "drill", stack: Environment | None = None) -> Verdict:
    check = by_id(f"drill.{check_id}")
    return check.judge((seen,), check.expects(stack or environment(), target))


def observed(verdict: Verdict) -> list[str]:
    assert isinstance(verdict, list), verdict
    return [finding.observed for finding in verdict]


EVERY = [
    (check.id.removeprefix("drill."), target)
    for check in DRILL
    for target in check.targets(environment())  # type: ignore[union-attr]
]


@pytest.mark.parametrize(("check", "target"), EVERY)
def test_a_drill_on_which_all_went_well_passes(check: str, target: str) -> None:
    assert judge(check, drilled(), target) == []


@pytest.mark.parametrize(("check", "target"), EVERY)
@pytest.mark.parametrize(
    "seen",
    [
        DrillSeen(drill="x", within=15, refused="another drill is under way: y"),
        drilled(failure=Failure(reason=Reason.STALLED, detail="held up for 3.0 s")),
    ],
    ids=["refused", "stalled"],
)
def test_a_drill_that_was_not_begun_or_not_measured_decides_nothing(
    check: str, target: str, seen: DrillSeen
) -> None:
    verdict = judge(check, seen, target)
    assert isinstance(verdict, Inconclusive)
    assert "another drill is under way" in verdict.reason or "held up" in verdict.reason


@pytest.mark.parametrize(
    ("check", "part", "target"),
    [
        ("not-fired", Part.PUSHED, "AtalaiaDrill"),
        ("not-fired", Part.FIRES, "AtalaiaDrill"),
        ("not-fired", Part.FIRES_TOO, "AtalaiaDrillInhibited"),
        ("not-handed-over", Part.HANDED_OVER, "drill"),
        ("not-inhibited", Part.INHIBITS, "drill"),
        ("not-silenced", Part.SILENCED, "drill"),
        ("not-silenced", Part.HEARD_AGAIN, "drill"),
        ("not-resolved", Part.RESOLVED, "drill"),
    ],
)
def test_a_part_that_is_not_come_to_the_end_of_is_told_with_what_was_seen_instead(
    check: str, part: Part, target: str
) -> None:
    seen = drilled(leg(part, "Prometheus says no", 15.1))
    assert observed(judge(check, seen, target)) == ["after 15.1 s: Prometheus says no"]
    assert observed(judge(check, drilled(leg(part, "refused: 403", 0.0)), target)) == ["refused: 403"]
    if part not in (Part.PUSHED,):
        assert observed(judge(check, drilled(without=(part,)), target)) == ["the drill did not come so far"]


@pytest.mark.parametrize(
    ("receivers", "told"),
    [
        ((), "it routes it to no receiver"),
        (("ops",), "it routes it to ops"),
        (("drill", "ops"), "it routes it to drill, ops"),
    ],
)
def test_another_receiver_or_a_further_one_is_told(receivers: tuple[str, ...], told: str) -> None:
    assert observed(judge("not-routed", drilled(receivers=receivers))) == [told]


def test_every_stray_message_is_told_once() -> None:
    stray = Delivery(at=2.0, channel="email", to="all@x.test", status="firing", receiver="drill")
    resolved = stray.model_copy(update={"status": "resolved"})
    other = Delivery(at=2.0, channel="slack", to="#ops-drill", status="firing", receiver="ops")
    seen = drilled(deliveries=(*drilled().deliveries, stray, resolved, other))
    assert observed(judge("delivered-elsewhere", seen)) == [
        "it arrived by email to all@x.test by receiver drill, too",
        "it arrived by slack to #ops-drill by receiver ops, too",
    ]


def test_what_should_be_inhibited_and_arrives_is_told_though_the_alertmanager_calls_it_suppressed() -> None:
    message = Delivery(at=2.0, channel="slack", to="#a", status="firing", alert="AtalaiaDrillInhibited")
    verdict = judge("not-inhibited", drilled(deliveries=(message,)))
    assert observed(verdict) == ["it arrived by slack to #a"]


class TestChannels:
    def test_without_a_declared_configuration_the_receiver_stands_for_all_of_them(self) -> None:
        assert arriving.channel_targets(environment()) == ("drill",)
        seen = drilled(leg(Part.ARRIVES, "nothing", 15.0), missing=(SLACK, MAIL))
        assert len(observed(judge("not-delivered", seen))) == 2

    def test_with_one_each_channel_is_a_target_of_its_own(self) -> None:
        stack = with_configuration()
        assert arriving.channel_targets(stack) == ("slack", "email-1", "email-2")
        seen = drilled(leg(Part.ARRIVES, "nothing", 15.0), missing=(MAIL,))
        assert judge("not-delivered", seen, "slack", stack) == []
        assert observed(judge("not-delivered", seen, "email-1", stack)) == ["nothing arrived there in 15.0 s"]

    def test_a_silence_of_somebody_is_named(self) -> None:
        seen = drilled(leg(Part.ARRIVES, "x", 15.0), missing=(MAIL,), silenced_before=("2f1e",))
        assert observed(judge("not-delivered", seen)) == [
            "nothing arrived there in 15.0 s; somebody's silence keeps it back: 2f1e"
        ]

    @pytest.mark.parametrize("check", ["not-delivered", "resolution-not-delivered", "delivered-elsewhere"])
    def test_what_cannot_be_read_decides_nothing(self, check: str) -> None:
        assert isinstance(judge(check, drilled(unread="HTML instead of JSON")), Inconclusive)

    def test_that_it_is_over_must_arrive_where_it_is_to_be_told(self) -> None:
        stack = with_configuration()
        seen = drilled(leg(Part.TOLD_RESOLVED, "nothing", 15.0), unresolved=(MAIL,))
        told = judge("resolution-not-delivered", seen, "email-1", stack)
        assert observed(told) == ["nothing arrived there in 15.0 s"]
        assert judge("resolution-not-delivered", seen, "slack", stack) == []
        nobody = drilled(without=(Part.TOLD_RESOLVED,))
        assert judge("resolution-not-delivered", nobody, "email-2", stack) == []
        assert isinstance(judge("resolution-not-delivered", nobody, "email-1", stack), Inconclusive)

    def test_a_drill_that_did_not_come_so_far_decides_nothing(self) -> None:
        assert isinstance(judge("not-delivered", drilled(without=(Part.ARRIVES,))), Inconclusive)


def test_what_is_left_behind_is_told_one_by_one() -> None:
    seen = drilled(left=("what was pushed, in the Pushgateway", "the silence 2f1e"))
    assert observed(judge("left-behind", seen)) == [
        "there is still what was pushed, in the Pushgateway", "there is still the silence 2f1e",
    ]  # fmt: skip


@pytest.mark.parametrize("section", ["prometheus", "alertmanager", "pushgateway", "drill"])
def test_without_one_of_its_parts_nothing_is_drilled(section: str) -> None:
    for check in DRILL:
        found = check.targets(environment(**{section: None}))
        assert isinstance(found, NotDeclared)
        assert found.what.startswith(section)


def test_where_no_receiver_tells_it_is_not_known_what_arrived_elsewhere() -> None:
    found = by_id("drill.delivered-elsewhere").targets(environment(drill={"receiver": "drill"}))
    assert found == NotDeclared("drill.deliveries")


@pytest.mark.parametrize("safety", ["staging", "production"])
def test_it_pages_people_and_so_is_not_held_outside_the_sandbox_unless_that_is_allowed(safety: str) -> None:
    assert {check.effect for check in DRILL} == {Effect.PAGES}
    for check in DRILL:
        for case in Cases(environment(safety=safety)).of(check):
            assert case.skip
            assert case.skip.kind is SkipKind.NOT_ALLOWED
        for case in Cases(environment(safety=safety, allow={"effects": ["pages"]})).of(check):
            assert case.skip is None


def test_all_checks_look_at_one_and_the_same_drill() -> None:
    cases = [case for check in DRILL for case in Cases(environment()).of(check)]
    (wanted,) = {seen for case in cases for seen in case.observables}
    assert isinstance(wanted, DrillMeasurement)
    assert wanted.within == 15
