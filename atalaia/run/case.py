"""Cases: a check applied to a target of an environment, with everything it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from atalaia.checks.check import Check, NotDeclared
from atalaia.environment import Environment, Safety
from atalaia.exchange.observable import HttpRequest, HttpSequence, Observable
from atalaia.run.results import Outcome, Result, SkipKind
from atalaia.systems.limiter.model import LimiterMeasurement

UNDECLARED = "-"
"""The target of a check that the environment declares nothing for."""


@dataclass(frozen=True)
class Skip:
    """Why a case does not apply."""

    kind: SkipKind
    reason: str


@dataclass(frozen=True, repr=False)
class Case:
    """One check@target: what to observe, what to expect, what must hold first."""

    check: Check
    target: str
    observables: tuple[Observable, ...] = ()
    expected: Any = None
    requires: tuple[Case, ...] = ()
    alike: tuple[Case, ...] = ()
    """Those that stand for this one: what they find too is told there."""
    skip: Skip | None = None

    @property
    def identity(self) -> str:
        """check@target."""
        return f"{self.check.id}@{self.target}"

    @cached_property
    def last(self) -> bool:
        """Whether it is taken when the others have been, by itself or because it requires one that is."""
        own = any(seen.last or (seen.after and seen.after.last) for seen in self.observables)
        return own or any(need.last for need in (*self.requires, *self.alike))

    @property
    def waits(self) -> bool:
        """Whether it spends its time waiting for a moment, which nothing can disturb."""
        return any(seen.after for seen in self.observables)

    def __repr__(self) -> str:
        """What reporters print of a test's parameter; what is sent may hold secrets."""
        return f"<Case {self.identity}>"

    def result(self, outcome: Outcome, **details: Any) -> Result:
        """A result of this case."""
        return Result(
            check=self.check.id,
            target=self.target,
            outcome=outcome,
            severity=self.check.severity,
            remedy=self.check.remedy if outcome is Outcome.FAILED else "",
            **details,
        )

    def blocked(self, by: Result) -> Result:
        """The result where a prerequisite did not hold; its root cause is named."""
        return self.result(
            Outcome.BLOCKED,
            blocked_by=by.root,
            # Here too, because a root that was not selected has no result of its own to say it.
            accepted=by.accepted,
            reason=by.reason if by.blocked_by else _why(by),
        )


class Cases:
    """The cases of an environment, each built once, prerequisites included."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._built: dict[tuple[str, str], Case] = {}

    def of(self, check: Check) -> tuple[Case, ...]:
        """The cases of one check: one per target, or a single skipped one."""
        targets = check.targets(self._environment)
        if isinstance(targets, NotDeclared):
            reason = f"the environment declares no {targets.what}"
            return (Case(check, UNDECLARED, skip=Skip(SkipKind.NOT_DECLARED, reason)),)
        return tuple(self.one(check, target) for target in targets)

    def one(self, check: Check, target: str) -> Case:
        """The case of one check@target."""
        key = (check.id, target)
        if key not in self._built:
            self._built[key] = self._build(check, target)
        return self._built[key]

    def _build(self, check: Check, target: str) -> Case:
        environment = self._environment
        if not environment.allows(check.effect):
            reason = f"it {check.effect.value}, and safety is {environment.safety.value}"
            return Case(check, target, skip=Skip(SkipKind.NOT_ALLOWED, reason))
        if reason := check.lacks(environment, target):
            return Case(check, target, skip=Skip(SkipKind.NOT_DECLARED, reason))
        observables = check.observes(environment, target)
        unsafe = [request.method for request in _requests(observables) if not request.safe]
        if unsafe and environment.safety is not Safety.SANDBOX:
            reason = f"it sends {unsafe[0]}, which the environment does not declare harmless"
            return Case(check, target, skip=Skip(SkipKind.NOT_ALLOWED, reason))
        return Case(
            check,
            target,
            observables=observables,
            expected=check.expects(environment, target),
            requires=tuple(self.one(need, of) for need, of in check.requires(environment, target)),
            alike=tuple(self.one(first, of) for first, of in check.alike(environment, target)),
        )


def _why(root: Result) -> str:
    """What a root was found to be, for reports in which it has no result of its own."""
    found = root.findings[0].observed if root.findings else root.reason
    wanted = f"; expected: {root.findings[0].expected}" if root.findings else ""
    return f"{root.identity} {root.outcome.value}" + (f": {found}{wanted}" if found else "")


def _requests(observables: Iterable[Observable]) -> Iterator[HttpRequest]:
    for observable in observables:
        if isinstance(observable, HttpRequest):
            yield observable
        elif isinstance(observable, HttpSequence):
            yield from observable.steps
        elif isinstance(observable, LimiterMeasurement):
            yield from observable.sends
        if observable.after:
            yield from _requests((observable.after,))


def closure(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The cases and everything they require, each once, prerequisites first."""
    ordered: dict[str, Case] = {}

    def visit(case: Case) -> None:
        if case.identity not in ordered:
            for need in (*case.requires, *case.alike):
                visit(need)
            ordered[case.identity] = case

    for case in cases:
        visit(case)
    return tuple(ordered.values())
