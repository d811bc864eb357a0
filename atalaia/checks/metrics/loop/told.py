"""What was counted is what Prometheus tells, its rules make of it, and Grafana shows (MT02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, succeeded, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.dashboards.sources import working_source
from atalaia.checks.metrics.loop.counted import alone, counted
from atalaia.checks.metrics.loop.legs import legs, measurement, recording_rule, sources
from atalaia.checks.metrics.rules.loaded import DIFFERS as RULES_DIFFER
from atalaia.checks.metrics.rules.loaded import all_loaded
from atalaia.checks.metrics.scraping.scraped import declared_job
from atalaia.checks.metrics.scraping.stale import STALE
from atalaia.environment import Environment
from atalaia.exchange.hop import Hop
from atalaia.systems.document import Unreadable
from atalaia.systems.prometheus.answers import read_value, read_vector
from atalaia.systems.prometheus.counts import follows, goal_of, most_of, newest_of, value_of
from atalaia.systems.prometheus.loop import Leg, LoopSeen
from atalaia.systems.prometheus.rules import Rule

_HOP = Hop.MONITORING.value


def _scraped(environment: Environment) -> tuple[str, ...] | NotDeclared:
    found = tuple(name for name, leg in legs(environment).items() if leg.query)
    return found or NotDeclared("prometheus.jobs that scrape a service, the gateway or the load balancer")


@dataclass(frozen=True)
class Scraped:
    """A leg, and where its job is declared."""

    leg: Leg
    cause: str
    alone: bool = False
    """Nobody else moves the leg's figure."""


def _leg(environment: Environment, target: str) -> Scraped:
    leg = legs(environment)[target]
    return Scraped(leg, declared_job(environment, leg.job).cause, alone(environment, target))


def _judge_told(seen: tuple[Any, ...], expected: Scraped) -> Verdict:
    loop: LoopSeen = seen[0]
    leg = loop.leg(expected.leg.name)
    if leg.told is None or leg.told_before is None:
        return Inconclusive(f"the counter of {leg.name} did not grow, so that Prometheus was not asked")
    if reason := undecided(leg.told_before, leg.told):
        return reason
    promise = f"within two scrape intervals Prometheus tells what {leg.name} counted"
    value = read_value(leg.told.response.body if leg.told.response else b"")
    if not succeeded(leg.told) or isinstance(value, Unreadable):
        return Inconclusive(f"Prometheus did not answer a query: {describe(leg.told)}")
    goal, most = goal_of(expected.leg, leg), most_of(expected.leg, leg)
    if value is None:
        observed = f"it has no such series in job {expected.leg.job}"
    elif goal <= value <= most and not (value > goal and leg.whole and expected.alone):
        return []
    else:
        observed = f"after {leg.waited:.1f} s it tells {value:g}"
        told = goal if not value > most else most
        observed += f", and the page told {told:g}" if leg.whole else f", less than {goal:g}"
    return [Finding(expected=promise, observed=observed, hop=_HOP, cause=expected.cause)]


def _told_needs(environment: Environment, target: str) -> Needs:
    return all_of(counted(environment, target), ((STALE, legs(environment)[target].job),))


PROMETHEUS = Check(
    id="loop.prometheus-tells-otherwise",
    severity=Severity.MAJOR,
    catches="Prometheus scrapes another server than the one that clients reach, drops or renames its series, "
    "or comes too late.",
    remedy="Compare the job's address with the server's; look at metric_relabel_configs and honor_labels.",
    source="MT02",
    targets=_scraped,
    observes=lambda environment, target: (measurement(environment),),
    expects=_leg,
    requires=_told_needs,
    judge=_judge_told,
)


def _all_told(environment: Environment) -> Needs:
    names = _scraped(environment)
    return tuple((PROMETHEUS, name) for name in names) if isinstance(names, tuple) else ()


def _rules(environment: Environment) -> tuple[str, ...] | NotDeclared:
    rule = recording_rule(environment)
    if rule is None or not _all_told(environment):
        return NotDeclared("prometheus.config with a recording rule over services[].requests_metric")
    return (rule.name,)


def _rule(environment: Environment, target: str) -> Rule:
    rule = recording_rule(environment)
    assert rule is not None, "the check's target is its name"
    return rule


def _judge_recording(seen: tuple[Any, ...], expected: Rule) -> Verdict:
    loop: LoopSeen = seen[0]
    recording = loop.recording
    if recording is None:
        return Inconclusive(
            "Prometheus did not tell all that was counted, so that its rules were not followed"
        )
    answers = [each for each in (recording.stamp, recording.recorded, recording.computed) if each]
    if reason := undecided(*answers):
        return reason
    if failed := [each for each in answers if not succeeded(each)]:
        return Inconclusive(f"Prometheus did not answer a query: {describe(failed[0])}")
    if follows(recording):
        return []
    if recording.recorded is None or recording.computed is None:
        old = newest_of(recording.stamp) is not None
        observed = f"no new sample within {recording.waited:.1f} s" if old else "it has no sample"
    else:
        observed = "its newest sample is not what its expression is worth at that time: " + _difference(
            recording.recorded.response.body if recording.recorded.response else b"",
            recording.computed.response.body if recording.computed.response else b"",
        )
    return [
        Finding(
            expected=f"{expected.told} follows what is counted",
            observed=observed,
            hop=_HOP,
            cause=expected.where,
        )
    ]


def _difference(recorded: bytes, computed: bytes) -> str:
    one, other = read_vector(recorded), read_vector(computed)
    if isinstance(one, Unreadable) or isinstance(other, Unreadable):
        return str(one if isinstance(one, Unreadable) else other)
    for labels in sorted({*one, *other}):
        if one.get(labels) != other.get(labels):
            told = ", ".join(f'{name}="{value}"' for name, value in labels)
            return f"{{{told}}} is {one.get(labels, 'absent')}, and should be {other.get(labels, 'absent')}"
    return "series with other labels"


RECORDING = Check(
    id="loop.recording-rule-behind",
    severity=Severity.MAJOR,
    catches="A recording rule that is there, and does not follow: its group is evaluated too rarely, or "
    "cannot keep up.",
    remedy="Compare the group's interval with evaluation_interval; look at "
    "prometheus_rule_group_iterations_missed_total.",
    source="MT02",
    targets=_rules,
    observes=lambda environment, target: (measurement(environment),),
    expects=_rule,
    requires=lambda environment, target: all_of(
        all_loaded(environment), ((RULES_DIFFER, "prometheus"),), _all_told(environment)
    ),
    judge=_judge_recording,
)


def _sources(environment: Environment) -> tuple[str, ...] | NotDeclared:
    return sources(environment) or NotDeclared("grafana.datasources")


def _judge_source(seen: tuple[Any, ...], expected: str) -> Verdict:
    loop: LoopSeen = seen[0]
    source = next((each for each in loop.sources if each.name == expected), None)
    if source is None:
        return Inconclusive("Prometheus did not tell all that was counted, so that Grafana was not asked")
    if source.through is None or len(source.own) < 2:
        return Inconclusive(f"Grafana did not tell its data source {expected}: {describe(source.found)}")
    if reason := undecided(*source.own, source.through):
        return reason
    promise = f"through its data source {expected} Grafana tells what Prometheus does"
    if not succeeded(source.through):
        return [Finding(expected=promise, observed=describe(source.through), hop=_HOP)]
    told = read_value(source.through.response.body if source.through.response else b"")
    own = [value_of(each) for each in source.own]
    if told in own:
        return []
    if own[0] != own[1]:
        return Inconclusive("Prometheus itself did not tell the same of one moment twice")
    shown = told if isinstance(told, Unreadable) else "nothing" if told is None else f"{told:g}"
    asked = "nothing" if own[0] is None else f"{own[0]:g}"
    return [Finding(expected=promise, observed=f"Grafana: {shown}; Prometheus: {asked}", hop=_HOP)]


GRAFANA = Check(
    id="loop.grafana-tells-otherwise",
    severity=Severity.MAJOR,
    catches="Dashboards that show other figures than Prometheus has: a cache between them, a proxy that "
    "changes queries.",
    remedy="Ask the data source's address by hand for the same query and time, from where Grafana runs.",
    source="MT02; Grafana's HTTP API, “Data source proxy calls by UID”",
    targets=_sources,
    observes=lambda environment, target: (measurement(environment),),
    expects=lambda environment, target: target,
    requires=lambda environment, target: all_of(working_source(environment), _all_told(environment)),
    judge=_judge_source,
)

CHECKS: tuple[Check, ...] = (PROMETHEUS, RECORDING, GRAFANA)
