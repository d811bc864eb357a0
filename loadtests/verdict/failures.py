"""Requests that were not answered as expected, against what is allowed."""

from __future__ import annotations

from loadtests.measured import Series
from loadtests.verdict import told
from loadtests.verdict.excuse import NONE, Excuse
from loadtests.verdict.intervals import needed, wilson
from loadtests.verdict.model import Holds, Judgement

_KINDS = 3


def error_rate(where: str, limit: float, series: Series, *, excuse: Excuse = NONE) -> Judgement:
    """Whether at most a share `limit` of the intended requests fails.

    Failed is all that was intended and not answered as expected: other statuses, broken connections,
    timeouts, and arrivals that were dropped because the unanswered ones had filled `in_flight`.
    Wilson's interval at 95 % decides: its lower bound above the limit, it does not hold; its upper bound
    below, it does; between, it cannot be told: 0 failures of 3,000 cannot prove less than 0.1 %.
    A limit of 0 cannot be proven by any number; it is taken as a count: none fails.
    """
    total, bad = series.intended, _bad(series, excuse)
    low, high = wilson(bad, total)
    expected = f"at most {told.share(limit)}"
    if not total:
        return Judgement(
            what="error-rate", where=where, expected=expected, observed="nothing was sent",
            holds=Holds.UNDECIDED, remedy="send such requests: see the scenario's mix and its duration",
        )  # fmt: skip
    if limit <= 0:
        holds = Holds.NO if bad else Holds.YES
    elif low > limit:
        holds = Holds.NO
    else:
        holds = Holds.YES if high < limit or limit >= 1 else Holds.UNDECIDED
    return Judgement(
        what="error-rate",
        where=where,
        expected=expected,
        observed=f"{told.share(bad / total)}, 95 % sure of {told.share(low)} to {told.share(high)}"
        f" ({bad:,} of {told.some(total, 'request')}{_kinds(series)})",
        holds=holds,
        remedy=_remedy(holds, bad / total, limit, total),
    )


def failures(where: str, limit: int, series: Series, *, excuse: Excuse = NONE) -> Judgement:
    """Whether at most `limit` requests failed, counted: a smoke run sends too few for a rate."""
    bad = _bad(series, excuse)
    holds = Holds.YES if bad <= limit else Holds.NO
    if not series.intended:
        holds = Holds.UNDECIDED
    return Judgement(
        what="failures",
        where=where,
        expected=f"at most {limit:,}",
        observed=f"{bad:,} of {told.some(series.intended, 'request')}{_kinds(series)}",
        holds=holds,
        remedy="" if holds is Holds.YES else _remedy(holds, None, limit, series.intended),
    )


def _bad(series: Series, excuse: Excuse) -> int:
    return max(series.intended - series.good - excuse.requests, 0)


def _kinds(series: Series) -> str:
    counts = dict(series.failures)
    if dropped := series.intended - series.sent:
        counts["dropped"] = dropped
    kinds = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    more = ["…"] if len(kinds) > _KINDS else []
    told_kinds = [f"{kind} {count:,}x" for kind, count in kinds[:_KINDS]]
    return ": " + ", ".join(told_kinds + more) if kinds else ""


def _remedy(holds: Holds, share: float | None, limit: float, total: int) -> str:
    if holds is Holds.YES:
        return ""
    if holds is Holds.NO:
        return "the failures are told by kind and route; the server's figures name the hop that answered"
    enough = None if share is None else needed(share, limit)
    if enough is None or enough <= total:
        return "cannot be told: repeat the run, longer"
    return f"cannot be told from {told.some(total, 'request')}; about {enough:,} are needed"
