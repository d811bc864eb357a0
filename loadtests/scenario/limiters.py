"""The traffic planner: what a load takes of each limiter on its way, and why it is refused."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from atalaia.environment import Environment
from atalaia.environment.placeholder import PLACE
from atalaia.environment.units import format_duration, format_rate
from atalaia.exchange.cost import Cost
from loadtests.plan import Arrivals, Limiter, Request, Stage, Table
from loadtests.scenario.budget import WORKERS, Demand, counted
from loadtests.scenario.drafting import Draft
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.stages import peak
from loadtests.scenario.target import Target
from loadtests.scenario.tokens import TENANT

_CLIENT = "client"
"""The word in a bucket's name that stands for the address of the client."""


_UNEVEN = 2
"""Arrivals that come evenly are numbered over all workers: keys take turns, but for a window's ends."""
_TOKENS = frozenset({"consumer", "credential"})
By = Literal["address", "header", "token", "everybody"]


@dataclass(frozen=True)
class Use:
    """A demand, and whose budget it is taken of."""

    demand: Demand
    by: By
    header: str
    """The header that names whom it belongs to; empty where none does."""
    keys: int
    """Values of the header that requests are spread over; 1 where there is no spreading."""


def uses_of(
    drafts: Sequence[Draft],
    stages: Sequence[Stage],
    target: Target,
    environment: Environment,
    *,
    arrivals: Arrivals,
    tables: Mapping[str, Table],
) -> tuple[Use, ...]:
    """What the load takes of each bucket, in the order in which buckets are first met."""
    weight = sum(draft.weight for draft in drafts)
    first: dict[str, Cost] = {}
    by_draft: list[tuple[float, Counter[str]]] = []
    keys: dict[str, int] = {}
    for draft in drafts:
        taken: Counter[str] = Counter()
        for request in draft.requests:
            for cost in target.costs(environment, request.path, request.method):
                first.setdefault(cost.bucket, cost)
                taken[cost.bucket] += cost.requests
                spread = _values(_header_of(cost.bucket), request, draft, environment, tables)
                keys[cost.bucket] = min(keys.get(cost.bucket, spread), spread)
        by_draft.append((draft.weight / weight, taken))
    uses = []
    for bucket, cost in first.items():
        mean = sum(part * taken[bucket] for part, taken in by_draft)
        square = sum(part * taken[bucket] ** 2 for part, taken in by_draft)
        demand = Demand(
            bucket=bucket,
            limit=cost.limit,
            window=cost.window,
            allowed=int(cost.limit * environment.limiter_share + 1e-9),
            arrivals=counted(stages, cost.window, cost.remembered, at_random=arrivals == "poisson"),
            mean=mean,
            variance=max(square - mean * mean, 0.0),
            most=max(taken[bucket] for _, taken in by_draft),
            uneven=WORKERS if arrivals == "poisson" else _UNEVEN,
        )
        uses.append(Use(demand, _by(bucket), _header_of(bucket) or "", keys[bucket]))
    return tuple(uses)


def addresses_needed(uses: Iterable[Use]) -> int | None:
    """Client addresses among which every limiter that counts by address has room; 0 where none does so,
    None where no number is enough."""
    needed = [use.demand.needed() for use in uses if use.by == "address"]
    return None if None in needed else max((each or 0 for each in needed), default=0)


def taken_of(uses: Iterable[Use], addresses: int) -> tuple[Limiter, ...]:
    """The same for whoever reads the plan."""
    return tuple(
        Limiter(
            name=use.demand.bucket,
            by=use.by,
            window=use.demand.window,
            allowed=use.demand.allowed,
            requests=use.demand.requests,
            keys=addresses if use.by == "address" else use.keys,
        )
        for use in uses
    )


def too_much(
    uses: Iterable[Use],
    stages: Sequence[Stage],
    environment: Environment,
    *,
    addresses: int,
    available: int,
    place: str,
) -> list[Mistake]:
    """Why the load is refused: each limiter that it would run into, and what would do. `addresses` are those
    that it is spread over, `available` all that the environment lets it use; `place` is where the file says
    how much is sent."""
    over = [use for use in uses if not use.demand.fits(addresses if use.by == "address" else use.keys)]
    by_address = [use for use in over if use.by == "address"]
    wrong = [_refusal(use, stages, environment, use.keys, place=place) for use in over if use.by != "address"]
    if by_address:
        # One of them speaks for all: a number of addresses that is enough for it is enough for the others.
        worst = max(by_address, key=lambda use: use.demand.needed() or math.inf)
        mistake = _refusal(worst, stages, environment, addresses, available=available, place=place)
        others = len(by_address) - 1
        if others:
            mistake.what += f" ({others} more limiter{'' if others == 1 else 's'} would too)"
        wrong.append(mistake)
    return wrong


def _refusal(
    use: Use,
    stages: Sequence[Stage],
    environment: Environment,
    keys: int,
    *,
    available: int = 0,
    place: str,
) -> Mistake:
    demand, share = use.demand, environment.limiter_share
    window = format_duration(timedelta(seconds=demand.window))
    may = f", and a load may use {share * 100:g} % of that: {demand.allowed}" if share < 1 else ""
    spread = f" over {keys:,} {_keys(use, keys)}" if use.by in ("address", "header") else ""
    what = (
        f"the limiter “{demand.bucket}” lets {_whom(use)} send {demand.limit} request"
        f"{'' if demand.limit == 1 else 's'} in {window}{may}; it would get {demand.requests:,}{spread}"
    )
    rate = math.floor(peak(stages) * demand.part(keys) * 100) / 100
    slower = f"or at most {format_rate(rate)}" if rate else ""
    return Mistake(what, place, allowed=_enough(use, available), hint=slower)


def _whom(use: Use) -> str:
    match use.by:
        case "address":
            return "each client address"
        case "header":
            return f"each value of header {use.header}"
        case "token":
            return "all tokens together"
    return "all clients together"


def _enough(use: Use, available: int) -> str:
    if use.by == "token":
        return "nothing to spread over: all tokens of a load are one consumer's"
    if use.by == "everybody":
        return "nothing to spread over: its budget belongs to nobody in particular"
    needed = use.demand.needed()
    if needed is None:
        return "no number of them makes room: less at once, or another place that this limiter does not guard"
    told = f"{needed:,} {_keys(use, needed)} would do"
    if use.by == "header":
        return told
    gives = f"gives {available:,}" if available else "names a network of this machine's own"
    return f"{told}; client.addresses of the environment {gives}"


def _keys(use: Use, number: int) -> str:
    one, many = ("address", "addresses") if use.by == "address" else ("value", "values")
    return one if number == 1 else many


def _by(bucket: str) -> By:
    """Whom a bucket belongs to, as `atalaia.systems.limits` writes it."""
    if _CLIENT in bucket.split():
        return "address"
    if _header_of(bucket):
        return "header"
    return "token" if bucket.rpartition(" ")[2] in _TOKENS else "everybody"


def _header_of(bucket: str) -> str | None:
    """The header that names whom a bucket belongs to, as `atalaia.systems.limits` writes it."""
    before, separator, header = bucket.rpartition(" header ")
    return header if separator and before else None


def _values(
    header: str | None,
    request: Request,
    draft: Draft,
    environment: Environment,
    tables: Mapping[str, Table],
) -> int:
    """How many values of a header a request is sent with, in turn."""
    if header is None:
        return 1
    written = next((value for name, value in request.headers if name.lower() == header.lower()), "")
    counts = [1]
    for name in PLACE.findall(written):
        if name == TENANT and draft.scheme and draft.spread:
            counts.append(len(environment.authentication[draft.scheme].tenants))
        elif draft.data and name in tables[draft.data].columns:
            table = tables[draft.data]
            column = table.columns.index(name)
            values = Counter(row[column] for row in table.rows)
            # Rows take turns, so a value that is there more often takes more of its budget.
            counts.append(max(len(table.rows) // max(values.values()), 1))
    return max(counts)
