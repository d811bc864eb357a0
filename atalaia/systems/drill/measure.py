"""Hold a drill: the effect of a DrillMeasurement. Whatever happens, it is taken back."""

from __future__ import annotations

import asyncio
import secrets

from atalaia.exchange.network import Network
from atalaia.systems.drill.course import Course
from atalaia.systems.drill.model import DrillMeasurement, DrillSeen

_LAST = 4.0
"""Seconds to take a drill back that was broken off; who ends a run waits no longer."""


async def measure(wanted: DrillMeasurement, network: Network) -> DrillSeen:
    """What was seen of a drill.

    Broken off, it is taken back before CancelledError goes on; where that fails too, the rules let it
    expire 5 minutes after its beginning, and its silence ends by then.
    """
    course = Course(wanted, network, f"{network.run or 'drill'}-{secrets.token_hex(3)}")
    try:
        await course.run()
    except asyncio.CancelledError:
        async with asyncio.timeout(_LAST):
            await course.take_back()
        raise
    except BaseException:
        await course.take_back()
        raise
    return course.seen()
