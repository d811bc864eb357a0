"""What the public front must not show: Kong's Admin API, HAProxy's statistics, Prometheus and metrics.

The three checks look at the same answers, so each path costs one request of the front's limiter.
"""

from __future__ import annotations

from collections.abc import Callable

from atalaia.checks.addresses import Needs
from atalaia.checks.answers import undecided
from atalaia.checks.balancing import TLS_FRONT_DIFFERS
from atalaia.checks.certificates import reachable
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.observables import through_front
from atalaia.environment import Environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.exchange.observable import HttpRequest
from atalaia.exchange.response import Response
from atalaia.systems.haproxy.rules import is_statistics_page
from atalaia.systems.kong.marks import is_admin_api, is_manager
from atalaia.systems.prometheus import is_metrics_page, is_prometheus

WELL_KNOWN = ("/", "/admin", "/stats", "/haproxy?stats", "/metrics", "/prometheus")
"""Where administration is commonly put, beside what is declared: few, as each costs a request."""


_PLAIN, _TLS = "load-balancer", "load-balancer-tls"


def _front(environment: Environment) -> tuple[str, ...] | NotDeclared:
    balancer = environment.load_balancer
    if balancer is None:
        return NotDeclared("load_balancer")
    # The two may be frontends of their own, with rules of their own.
    return (_PLAIN, _TLS) if balancer.tls_url else (_PLAIN,)


def _needs(plain: Callable[[], Check]) -> Callable[[Environment, str], Needs]:
    """Of what both fronts show, the plain one's finding stands for both."""

    def needs(environment: Environment, target: str) -> Needs:
        if target == _PLAIN:
            return reachable(environment, target)
        return ((TLS_FRONT_DIFFERS, _TLS), (plain(), _PLAIN))

    return needs


def candidates(environment: Environment) -> tuple[str, ...]:
    """Paths of the front on which administration might answer.

    Paths of the gateway and of services are left out: load-balancer.path-misrouted sees where they lead.
    """
    balancer = environment.load_balancer
    assert balancer is not None, "the check's targets have one"
    known = {*environment.gateway_nodes(), *environment.services}
    declared = [
        path
        for backend in balancer.backends.values()
        if not known.issuperset(backend.servers)
        for path in backend.paths
    ]
    return tuple(dict.fromkeys([*declared, *balancer.private_paths, *WELL_KNOWN]))


def _all_candidates(environment: Environment, target: str) -> tuple[HttpRequest, ...]:
    return tuple(through_front(environment, path, target) for path in candidates(environment))


def _over_tls(exchange: Exchange) -> bool:
    return exchange.url.startswith("https:")


def _judge(
    found: Callable[[Response], str | None], what: str
) -> Callable[[tuple[Exchange, ...], tuple[str, ...]], Verdict]:
    """A judge that looks for one kind of answer under all paths."""

    def judge_paths(seen: tuple[Exchange, ...], expected: tuple[str, ...]) -> Verdict:
        findings: list[Finding] = []
        unseen: Inconclusive | None = None
        for path, exchange in zip(expected, seen, strict=True):
            if exchange.response is None:
                unseen = unseen or Inconclusive(f"{path} gave no answer: {exchange.failure}")
            elif said := found(exchange.response):
                findings.append(
                    Finding(
                        expected=f"no {what} through the public front",
                        observed=f"{path} gives {said}" + (" over TLS" if _over_tls(exchange) else ""),
                        hop=Hop.LOAD_BALANCER.value,
                    )
                )
        return findings or undecided(*seen) or unseen or []

    return judge_paths


def _admin(response: Response) -> str | None:
    if is_admin_api(response):
        return f"Kong's Admin API or Status API ({response.status})"
    return f"Kong Manager ({response.status})" if is_manager(response) else None


ADMIN_API_EXPOSED: Check = Check(
    id="exposure.admin-api",
    severity=Severity.CRITICAL,
    catches="Kong's Admin API behind the public front: whoever reaches it reconfigures the gateway.",
    remedy="Remove the backend or rule that leads to the Admin API; bind it to the inner network.",
    source="CN06",
    targets=_front,
    observes=_all_candidates,
    expects=lambda environment, target: candidates(environment),
    requires=_needs(lambda: ADMIN_API_EXPOSED),
    judge=_judge(_admin, "Admin API"),
)


def _statistics(response: Response) -> str | None:
    authenticate = response.header("WWW-Authenticate") or ""
    if not is_statistics_page(response.status, authenticate, response.body):
        return None
    return "HAProxy's statistics" + (", for a password" if response.status == 401 else "")


STATS_EXPOSED: Check = Check(
    id="exposure.stats",
    severity=Severity.MAJOR,
    catches="HAProxy's statistics on the public front, even where they ask for a password.",
    remedy="Move `stats enable` to a frontend of its own that is bound to the inner network.",
    source="CN05",
    targets=_front,
    observes=_all_candidates,
    expects=lambda environment, target: candidates(environment),
    requires=_needs(lambda: STATS_EXPOSED),
    judge=_judge(_statistics, "statistics page"),
)


def _prometheus(response: Response) -> str | None:
    if is_prometheus(response):
        return "Prometheus"
    return "a page of metrics" if is_metrics_page(response) else None


PROMETHEUS_EXPOSED: Check = Check(
    id="exposure.prometheus",
    severity=Severity.MAJOR,
    catches="Prometheus, or any server's metrics, behind the public front: names and load for anybody.",
    remedy="Remove the rule that leads there, or ask for credentials; Prometheus itself has none by default.",
    source="AtendeAI 2.0 monitoring, backend “Metrics Service”",
    targets=_front,
    observes=_all_candidates,
    expects=lambda environment, target: candidates(environment),
    requires=_needs(lambda: PROMETHEUS_EXPOSED),
    judge=_judge(_prometheus, "Prometheus and no metrics"),
)

CHECKS: tuple[Check, ...] = (ADMIN_API_EXPOSED, STATS_EXPOSED, PROMETHEUS_EXPOSED)
