"""What a run would send, for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from atalaia.environment import Environment
from atalaia.exchange.observable import Connect, Handshake, HttpRequest, HttpSequence, Lookup, Observable
from atalaia.redaction import Redactor
from atalaia.run.budget import Allotment
from atalaia.run.case import Case, closure
from atalaia.systems.kong.admin.model import AdminList
from atalaia.systems.limiter.model import LimiterMeasurement


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
        yield from (f"  {_told(seen)}" for seen in of_hop)
    if allotment.uses:
        yield ""
        yield "budgets" + (f", as client {allotment.identity}" if allotment.identity else "")
        yield from (f"  {use}" for use in allotment.uses)
    if allotment.denied:
        yield ""
        yield f"not sent for want of budget ({len(allotment.denied)})"
        yield from (f"  {_told(observables[key])}" for key in allotment.denied)
    if skipped:
        yield ""
        yield f"skipped ({len(skipped)})"
        yield from (
            f"  {case.check.id}: {case.skip.kind.value}, {case.skip.reason}" for case in skipped if case.skip
        )


def _told(seen: Observable) -> str:
    if isinstance(seen, HttpRequest):
        return f"{seen.method} {seen.url.origin}{seen.target}"
    if isinstance(seen, HttpSequence):
        first = seen.steps[0]
        return f"{len(seen.steps)} requests in a row: {seen.key} ({first.url.origin})"
    if isinstance(seen, LimiterMeasurement):
        at, within = seen.requests[0].url.origin, f"within {seen.window:g} s"
        return f"up to {seen.most} requests {within}, until the limiter denies: {seen.key} ({at})"
    if isinstance(seen, AdminList):
        return f"GET {seen.url.origin}{seen.path}, page by page"
    if isinstance(seen, Lookup):
        return f"resolve {seen.host}"
    if isinstance(seen, Connect):
        return f"connect to {seen.url.host}:{seen.url.port}"
    if isinstance(seen, Handshake):
        return f"TLS handshake with {seen.url.host}:{seen.url.port}"
    return seen.key
