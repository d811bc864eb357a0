"""Starting quickly, for commands that are started every minute."""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quick_start() -> Iterator[None]:
    """Load without what a run of a second does not need: collecting garbage that there is not yet, which
    takes a third of the time, and plug-ins of pydantic's, which Atalaia has none of."""
    if os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__") == "__all__":
        _load_when_called("importlib.metadata", "entry_points")  # pydantic imports it, to look for them
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _load_when_called(name: str, function: str) -> None:
    """Let a function be imported from a module, which is loaded when it is called, or anything else is asked
    of it (PEP 562)."""
    spec = importlib.util.find_spec(name)
    if name in sys.modules or spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    load = spec.loader.exec_module

    def loaded(attribute: str) -> Any:
        if vars(module).pop("__getattr__", None):
            load(module)
        return getattr(module, attribute)

    def call(*given: Any, **named: Any) -> Any:
        return loaded(function)(*given, **named)

    vars(module)["__getattr__"] = lambda attribute: call if attribute == function else loaded(attribute)
    sys.modules[name] = module
    package, _, own = name.rpartition(".")
    setattr(sys.modules[package], own, module)
