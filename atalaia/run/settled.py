"""Keep what is planned out of the garbage collector's way while it is executed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled() -> Iterator[None]:
    """What is there now stays, so that the collector need not look at it again and again.

    With a thousand routes each look holds up the event loop, and all that is under way, for the better
    part of a second.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
