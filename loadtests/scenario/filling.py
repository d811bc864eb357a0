"""The entries of a plan, with the tables that their tokens and values are taken from."""

from __future__ import annotations

import math
from collections.abc import Sequence

from atalaia.environment import Environment
from loadtests.plan import Entry, Table
from loadtests.scenario.drafting import Draft
from loadtests.scenario.model import Scenario
from loadtests.scenario.target import Target
from loadtests.scenario.tokens import TENANT, TOKEN, tokens

_MOST_ROWS = 20_000
"""Of tables side by side; beyond that one's rows once each, and the other's nearly equally often."""


def filled(
    drafts: Sequence[Draft], scenario: Scenario, target: Target, environment: Environment, *, lasts: float
) -> tuple[tuple[Entry, ...], dict[str, Table]]:
    """The entries, and the tables by name. Tokens are good for `lasts` seconds. Raises Mistake where there
    are none to be had."""
    by_scheme: dict[str, Table] = {}
    tables: dict[str, Table] = {}
    entries = []
    for draft in drafts:
        name, table = draft.data, scenario.tables[draft.data] if draft.data else None
        if draft.scheme and _takes_token(draft):
            if draft.scheme not in by_scheme:
                made = tokens(draft.scheme, target, environment, lasts=lasts, entry=draft.index)
                by_scheme[draft.scheme] = made
            its = by_scheme[draft.scheme]
            its = its if draft.spread else Table(columns=its.columns, rows=its.rows[:1])
            turns = "tokens" if draft.spread else "token"
            name = f"{name} with {turns} of {draft.scheme}" if name else f"{turns} of {draft.scheme}"
            table = _beside(table, its) if table else its
        if name and table:
            tables[name] = table
        entries.append(Entry(name=draft.name, weight=draft.weight, requests=draft.requests, data=name))
    return tuple(entries), tables


def _takes_token(draft: Draft) -> bool:
    places = (f"{{{TOKEN}}}", f"{{{TENANT}}}")
    return any(
        place in value for request in draft.requests for _, value in request.headers for place in places
    )


def _beside(table: Table, other: Table) -> Table:
    """Rows of both side by side, so often that all of both come equally often."""
    often = math.lcm(len(table.rows), len(other.rows))
    often = often if often <= _MOST_ROWS else len(table.rows)
    return Table(
        columns=(*table.columns, *other.columns),
        rows=tuple(
            (*table.rows[turn % len(table.rows)], *other.rows[turn % len(other.rows)])
            for turn in range(often)
        ),
    )
