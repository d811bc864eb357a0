"""Grafana lets its reader in, and its data sources are the declared ones and work (MT09)."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.addresses import Needs, all_of
from atalaia.checks.answers import describe, not_measured, undecided
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.metrics.asking import from_prometheus, ready
from atalaia.checks.metrics.dashboards.walked import answer_for, sources_of, the_walk, with_grafana
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import Observable
from atalaia.systems.document import Unreadable
from atalaia.systems.grafana.api import read_health
from atalaia.systems.grafana.walk import Walked
from atalaia.systems.prometheus.runtime import PATH, read_start

_HOP = Hop.MONITORING.value


def _judge_refused(seen: tuple[Walked], expected: str | None) -> Verdict:
    (walked,) = seen
    who = f"the user {expected}" if expected else "anybody"
    promise = f"Grafana lets {who} search for dashboards"
    response = walked.search.response
    if response and response.status in (401, 403):
        return [Finding(expected=promise, observed=describe(walked.search), hop=_HOP)]
    return answer_for(walked.search, promise)


def _user(environment: Environment, target: str) -> str | None:
    return environment.grafana.username if environment.grafana else None


REFUSED = Check(
    id="dashboards.refused",
    severity=Severity.MAJOR,
    catches="A user or a password that Grafana does not know: nothing else of it can be looked at.",
    remedy="Compare grafana.username and the variable of grafana.password with Grafana's users; a "
    "password that is set by GF_SECURITY_ADMIN_PASSWORD counts only at the first start of its database.",
    source="MT09; Grafana's HTTP API, authentication",
    targets=with_grafana,
    observes=lambda environment, target: (the_walk(environment),),
    expects=_user,
    requires=lambda environment, target: ready("grafana"),
    judge=_judge_refused,
)


def let_in(environment: Environment, target: str) -> Needs:
    """That Grafana answers the declared user."""
    return ((REFUSED, "grafana"),)


def _declared(environment: Environment) -> tuple[str, ...] | NotDeclared:
    names = environment.grafana.datasources if environment.grafana else ()
    return tuple(dict.fromkeys(names)) or NotDeclared("grafana.datasources")


def _judge_missing(seen: tuple[Walked], expected: str) -> Verdict:
    found = sources_of(seen[0])
    if isinstance(found, (list, Inconclusive)):
        return found
    if any(source.name == expected for source in found):
        return []
    others = ", ".join(source.name for source in found) or "none"
    told = f"Grafana has a data source {expected}"
    return [Finding(expected=told, observed=f"its data sources are {others}", hop=_HOP)]


SOURCE_MISSING = Check(
    id="dashboards.datasource-missing",
    severity=Severity.CRITICAL,
    catches="A data source that panels need and that Grafana does not have.",
    remedy="Provision it (provisioning/datasources/), or correct its `name` there or in grafana.datasources.",
    source="MT09; Grafana's HTTP API, /api/datasources",
    targets=_declared,
    observes=lambda environment, target: (the_walk(environment),),
    expects=lambda environment, target: target,
    requires=let_in,
    judge=_judge_missing,
)


@dataclass(frozen=True)
class Wanted:
    """A data source, and the server that it must lead to."""

    name: str
    prometheus: str
    """Its address; empty where none is declared."""


def _observes(environment: Environment, target: str) -> tuple[Observable, ...]:
    own = (from_prometheus(environment, PATH),) if environment.prometheus else ()
    return (the_walk(environment), *own)


def _wanted(environment: Environment, target: str) -> Wanted:
    prometheus = environment.prometheus
    return Wanted(target, f"{prometheus.url.host}:{prometheus.url.port}" if prometheus else "")


def _needs(environment: Environment, target: str) -> Needs:
    own = ready("prometheus") if environment.prometheus else ()
    return all_of(((SOURCE_MISSING, target),), own)


def _judge_broken(seen: tuple[Walked, *tuple[Exchange, ...]], expected: Wanted) -> Verdict:
    walked, *own = seen
    promise = f"the data source {expected.name} works"
    sources = sources_of(walked)
    if isinstance(sources, (list, Inconclusive)):
        return sources
    source = next((one for one in sources if one.name == expected.name), None)
    health = dict(walked.health).get(expected.name)
    if source is None or health is None or health.response is None:
        return (health and not_measured(health.failure)) or Inconclusive(f"not asked for: {promise}")
    wrong = read_health(health.response.body)
    if isinstance(wrong, Unreadable) or wrong:
        observed = f"of {source.url}: {wrong or health.response.status}"
        return [Finding(expected=promise, observed=observed, hop=_HOP)]
    if own and source.type == "prometheus":
        return _same_server(dict(walked.runtime).get(expected.name), own[0], source.url, expected)
    return []


def _same_server(through: Exchange | None, direct: Exchange, url: str, expected: Wanted) -> Verdict:
    """Whether what a data source leads to is the declared Prometheus.

    Its url is of Grafana's network, where the server may have another name; but when a server was started it
    tells itself, and no two tell the same nanosecond.
    """
    if through is None or through.response is None or direct.response is None:
        return Inconclusive("Prometheus did not tell when it was started")
    if reason := undecided(through, direct):
        return reason
    started = [read_start(each.response.body) for each in (through, direct) if each.response]
    if any(isinstance(one, Unreadable) for one in started):
        return Inconclusive("Prometheus did not tell when it was started")
    first, second = started
    if first == second:
        return []
    told = f"the data source {expected.name} is the Prometheus at {expected.prometheus}"
    return [Finding(expected=told, observed=f"{url} is another server", hop=_HOP)]


SOURCE_BROKEN = Check(
    id="dashboards.datasource-broken",
    severity=Severity.CRITICAL,
    catches="A data source whose address is wrong, as Grafana sees it: every panel is empty; or that is "
    "another Prometheus than the stack's: every panel shows another stack.",
    remedy="Correct the data source's `url` (provisioning/datasources/): in a network of containers it is "
    "the service's name, http://prometheus:9090, not localhost.",
    source="MT09; Grafana's HTTP API, /api/datasources/uid/UID/health",
    targets=_declared,
    observes=_observes,
    expects=_wanted,
    requires=_needs,
    judge=_judge_broken,
)

CHECKS: tuple[Check, ...] = (REFUSED, SOURCE_MISSING, SOURCE_BROKEN)


def working_source(environment: Environment) -> Needs:
    """That the declared data sources work."""
    names = _declared(environment)
    return tuple((SOURCE_BROKEN, name) for name in names) if isinstance(names, tuple) else ()
