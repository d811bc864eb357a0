"""What a fault of a stand-in is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """What a fault takes: nothing, as it stands."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True)
class Fault:
    """How to break a stand-in, and how to mend it again."""

    breaks: Callable[[Any, Any], Awaitable[None]]
    mends: Callable[[Any], Awaitable[None]]
    options: type[Options] = Options


def behaviour(of: Callable[[Any], object], healthy: object, options: type[Options] = Options) -> Fault:
    """A fault that changes how a stand-in answers: `of` makes its behaviour from the options."""

    async def breaks(standin: Any, given: Options) -> None:
        standin.behave(of(given))

    async def mends(standin: Any) -> None:
        standin.behave(healthy)

    return Fault(breaks, mends, options)
