"""What a limiter promises its clients: the figures that a measurement is judged by."""

from __future__ import annotations

from dataclasses import dataclass

from atalaia.checks.check import Finding, Inconclusive
from atalaia.checks.configured import given_of
from atalaia.checks.rate_limits.effective import Found, found_in, meant
from atalaia.checks.rate_limits.targets import front, limit_of, limited_routes, shortest
from atalaia.checks.rate_limits.words import told_limit, told_limits
from atalaia.checks.routes import FRONT
from atalaia.checks.routing.leading import led
from atalaia.environment import Environment, Safety
from atalaia.environment.remembered import per_environment
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.hop import Hop
from atalaia.systems.limiter.model import LimiterSeen
from atalaia.systems.limiter.stretch import Stretch, stretches


@dataclass(frozen=True)
class Promise:
    """Figures of a limiter."""

    what: str
    """What it limits, in words."""
    limit: int
    window: float
    """Seconds of the shortest window."""
    windows: tuple[tuple[float, int], ...]
    shared: bool
    """Whether all nodes count together."""
    overshoot: float
    own: bool
    """Whether the budget was a client's that nobody else is."""
    alone: bool
    """Whether nobody else asks the services."""
    hop: Hop
    cause: str = ""
    """Where the limiter stands in the file."""
    opens: bool = False
    """Whether it lets everything pass without its store, as the file says."""

    @property
    def per_window(self) -> str:
        """`5 a minute`."""
        return told_limit(self.window, self.limit)

    @property
    def all_windows(self) -> str:
        """`5 a minute, 100 an hour`."""
        return told_limits(self.windows)

    @property
    def allowed(self) -> int:
        """Requests that pass at most when many come at once."""
        return int(self.limit * (1 + self.overshoot) + 1e-9)

    def parts(self, measured: LimiterSeen) -> tuple[Stretch, ...]:
        """The measurement by the windows that its requests fell into."""
        return stretches(measured, self.limit, self.window, aligned=self.hop is not Hop.LOAD_BALANCER)

    def finding(self, observed: str, expected: str = "") -> Finding:
        """A finding about this limiter."""
        promise = expected or f"{self.what}: {self.per_window}, and no more"
        return Finding(expected=promise, observed=observed, hop=self.hop.value, cause=self.cause)


def promise_of(environment: Environment, target: str) -> Promise:
    """What the limiter of a route, or of the front, promises."""
    return _promises(environment)[target]


@per_environment
def _promises(environment: Environment) -> dict[str, Promise]:
    of_routes, of_front = limited_routes(environment), front(environment)
    targets = (
        *(of_routes if isinstance(of_routes, tuple) else ()),
        *(of_front if isinstance(of_front, tuple) else ()),
    )
    return {target: _promise(environment, target) for target in targets}


def _promise(environment: Environment, target: str) -> Promise:
    own, alone = environment.client.addresses is not None, environment.safety is Safety.SANDBOX
    balancer = environment.load_balancer
    if target == FRONT:
        assert balancer is not None, "the check's targets have one"
        assert balancer.limit is not None, "the check's targets have a limiter"
        window = balancer.limit.window.total_seconds()
        return Promise(
            what="requests of one address to the front",
            limit=balancer.limit.requests,
            window=window,
            windows=((window, balancer.limit.requests),),
            shared=True,
            overshoot=0.0,
            own=own,
            alone=alone,
            hop=Hop.LOAD_BALANCER,
        )
    limit = limit_of(environment, target)
    seconds, requests = shortest(limit)
    has = _in_file(environment, target)
    limiter = has.limiter if has else None
    return Promise(
        what=f"requests of one client to {target}",
        limit=requests,
        window=seconds,
        windows=limit.windows,
        shared=limit.shared,
        overshoot=limit.overshoot,
        own=own and limit.by == "address",
        alone=alone,
        hop=Hop.GATEWAY,
        cause=has.given.line(limiter) if has and limiter else "",
        opens=bool(
            limiter
            and limiter.config.get("policy", "local") != "local"
            and limiter.config.get("fault_tolerant") is not False
        ),
    )


def _in_file(environment: Environment, target: str) -> Found | None:
    """What the file has for a route; None without one, or where it has no such route."""
    given, expected = given_of(environment), meant(environment, target)
    if given is None or given.configuration is None or led(given, expected.route) is None:
        return None
    return found_in(given, expected)


def counts_late(environment: Environment, target: str) -> bool:
    """Whether the limiter counts a request after it has decided about it, as Kong's policy local does."""
    has = _in_file(environment, target)
    if has is None or has.limiter is None:
        return not limit_of(environment, target).shared
    return bool(has.limiter.config.get("policy", "local") == "local")


def unanswered(*exchanges: Exchange) -> Inconclusive | None:
    """Why a measurement decides nothing: some of its requests had no answer."""
    failed = [each.failure for each in exchanges if each.failure]
    if not failed:
        return None
    return Inconclusive(f"{len(failed)} of {len(exchanges)} requests had no answer: {failed[0]}")
