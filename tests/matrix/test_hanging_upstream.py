"""An upstream that takes requests and never answers: told by the gateway within the time that is declared."""

from __future__ import annotations

import asyncio
import time

from atalaia.checks.routing.upstreams import DEAD_MISANSWERED
from sandbox.faults.fault import Changes
from sandbox.faults.means import kong, together
from sandbox.faults.upstreams import MUTE
from tests.matrix.playing import assert_healthy, results_of

_SHORT = kong(
    "",
    ("kong-1", "kong-2"),
    "",
    (r"(^  - name: dead-upstream\n(?:    .*\n)*?    read_timeout: )5000", r"\g<1>1000"),
)


def test_a_gateway_that_gives_up_in_time_passes(quick_stage, tmp_path):
    """Twice 1 s, where 5 s are declared: the row `dead-upstream-hangs`, which fails, waits twice 5 s."""
    hanging = together("hangs", Changes.FILE, "", *MUTE, _SHORT)
    try:
        asyncio.run(hanging.apply(quick_stage.sandbox))
        begun = time.monotonic()
        results = results_of(quick_stage, (DEAD_MISANSWERED,), tmp_path)
        waited = time.monotonic() - begun
        asyncio.run(hanging.revert(quick_stage.sandbox))
    except BaseException:
        quick_stage.discard()
        raise
    assert assert_healthy(results) >= 2
    assert waited >= 2, "somebody was waited for"
