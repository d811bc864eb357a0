"""What an answer must be like, as scenarios and journeys say it."""

from __future__ import annotations

import re

from atalaia.environment.probes import Expect
from loadtests.plan import Expected


def expected_of(expect: Expect) -> Expected:
    """The same for a plan. Times are left out, also those of a probe's journey: thresholds judge them."""
    # A text that is no pattern is looked for as it is, which costs the generator less.
    plain = expect.body is not None and re.escape(expect.body) == expect.body
    return Expected(
        statuses=expect.status,
        contains=expect.body if plain else None,
        matches=None if plain else expect.body,
        headers=tuple(expect.headers.items()),
        values=tuple(expect.json_values.items()),
    )
