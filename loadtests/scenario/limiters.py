"""The traffic planner: what a load takes of each limiter on its way, and why it is refused."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from atalaia.environment import Environment
from atalaia.environment.probe_rules import PLACE
from atalaia.environment.units import format_duration, format_rate
from atalaia.exchange.observable import Cost
from loadtests.plan import Arrivals, Request, Stage, Table
from loadtests.scenario.budget import Demand, counted
from loadtests.scenario.drafting import Draft
from loadtests.scenario.mistake import Mistake
from loadtests.scenario.stages import peak
from loadtests.scenario.target import Target
from loadtests.scenario.tokens import TENANT

_CLIENT = "client"
"""The word in a bucket's name that stands for the address of the client."""


@dataclass(frozen=True)
class Use:
    """A demand, and whose budget it is taken of."""

    demand: Demand
    by: str
    """`address`, `header X`, or empty where all requests share one budget."""
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
        )
        header = _header_of(bucket)
        by = "address" if _CLIENT in bucket.split() else f"header {header}" if header else ""
        uses.append(Use(demand, by, keys[bucket]))
    return tuple(uses)


def addresses_needed(uses: Iterable[Use]) -> int | None:
    """Client addresses among which every limiter that counts by address has room; 0 where none does so,
    None where no number is enough."""
    needed = [use.demand.needed() for use in uses if use.by == "address"]
    return None if None in needed else max((each or 0 for each in needed), default=0)


def too_much(
    uses: Iterable[Use], stages: Sequence[Stage], environment: Environment, *, addresses: int, available: int
) -> list[Mistake]:
    """Why the load is refused: each limiter that it would run into, and what would do. `addresses` are those
    that it is spread over, `available` all that the environment lets it use."""
    over = [use for use in uses if not use.demand.fits(addresses if use.by == "address" else use.keys)]
    by_address = [use for use in over if use.by == "address"]
    wrong = [_refusal(use, stages, environment, use.keys) for use in over if use.by != "address"]
    if by_address:
        # One of them speaks for all: a number of addresses that is enough for it is enough for the others.
        worst = max(by_address, key=lambda use: use.demand.needed() or math.inf)
        mistake = _refusal(worst, stages, environment, addresses, available=available)
        others = len(by_address) - 1
        if others:
            mistake.what += f" ({others} more limiter{'' if others == 1 else 's'} would too)"
        wrong.append(mistake)
    return wrong


def _refusal(
    use: Use, stages: Sequence[Stage], environment: Environment, keys: int, *, available: int = 0
) -> Mistake:
    demand = use.demand
    window = format_duration(timedelta(seconds=demand.window))
    share = environment.limiter_share
    whom = {"address": "each client address", "": "all clients together"}.get(
        use.by, f"each value of {use.by}"
    )
    spread = (
        f"over {keys} {'address' if use.by == 'address' else 'value'}{_plural(use.by, keys)}"
        if use.by
        else ""
    )
    may = f", and a load may use {share * 100:g} % of that: {demand.allowed}" if share < 1 else ""
    what = (
        f"the limiter “{demand.bucket}” lets {whom} send {demand.limit} requests in {window}{may};"
        f" it would get {demand.requests:,} {spread}".rstrip()
    )
    rate = math.floor(peak(stages) * demand.part(keys) * 100) / 100
    slower = f"at most {format_rate(rate)}" if rate > 0 else ""
    return Mistake(what, "stages", allowed=_enough(use, available), hint=f"or {slower}" if slower else "")


def _enough(use: Use, available: int) -> str:
    needed = use.demand.needed()
    if needed is None:
        return "no number of them makes room: less at once, or another place that this limiter does not guard"
    if use.by == "address":
        told = f"{needed:,} addresses would do"
        return (
            f"{told}; client.addresses of the environment gives {available:,}"
            if available
            else (f"{told}; client.addresses of the environment names a network of this machine's own")
        )
    if use.by:
        return f"{needed:,} values would do"
    return "nothing to spread over: its budget belongs to nobody in particular"


def _plural(by: str, keys: int) -> str:
    return "" if keys == 1 else "es" if by == "address" else "s"


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
