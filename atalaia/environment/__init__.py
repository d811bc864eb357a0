"""The model of a stack under test, and its loader.

The model is loaded when it is first asked for (PEP 562): what starts every minute needs an address or a
duration of this package, and not the model, which takes longer to load than such a run.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atalaia.environment.model import Environment
    from atalaia.environment.policy import Effect, Safety
    from atalaia.environment.url import Url

__all__ = ["Effect", "Environment", "Safety", "Url"]

_PLACES = {"Effect": "policy", "Environment": "model", "Safety": "policy", "Url": "url"}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
    return found
