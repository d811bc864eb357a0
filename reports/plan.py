"""What a run would send, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atalaia.environment import Environment
from atalaia.redaction import Redactor
from atalaia.run.budget import Allotment
from atalaia.run.case import Case, closure
from reports.planned import told


def render(environment: Environment, planned: Iterable[Case], allotment: Allotment) -> str:
    """The plan as text: every observation by hop, what it costs, and what will not be sent."""
    redactor = Redactor(environment.secrets())
    return redactor("\n".join(_lines(environment, tuple(planned), allotment)) + "\n")


def _lines(environment: Environment, planned: tuple[Case, ...], allotment: Allotment) -> Iterator[str]:
    observables = {seen.key: seen for case in closure(planned) for seen in case.observables}
    sent = [seen for seen in observables.values() if seen.key not in allotment.denied]
    skipped = [case for case in planned if case.skip]
    share = f"{environment.limiter_share:.0%} of any limiter's budget"
    yield f"{environment.name} ({environment.safety.value}; at most {share})"
    yield f"{len(planned) - len(skipped)} cases on {len(sent)} observations; nothing is sent by --plan"
    for hop in dict.fromkeys(seen.hop for seen in sent):
        of_hop = [seen for seen in sent if seen.hop is hop]
        yield ""
        yield f"{hop.value} ({len(of_hop)})"
        yield from (f"  {line}" for line in told(of_hop))
    if allotment.uses:
        yield ""
        yield "budgets" + (f", as client {allotment.identity}" if allotment.identity else "")
        yield from (f"  {use}" for use in allotment.uses)
    if allotment.denied:
        yield ""
        yield f"not sent for want of budget ({len(allotment.denied)})"
        yield from (f"  {line}" for line in told(observables[key] for key in allotment.denied))
    if skipped:
        yield ""
        yield f"skipped ({len(skipped)})"
        yield from (
            f"  {case.check.id}: {case.skip.kind.value}, {case.skip.reason}" for case in skipped if case.skip
        )
