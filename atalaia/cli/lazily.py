"""Commands that are imported when they are used."""

from __future__ import annotations

import importlib
from collections import UserDict
from typing import Any

import click


class Lazily(UserDict[str, Any]):
    """Commands by their names, each told as `module:attribute`, and imported when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        command = super().__getitem__(name)
        if isinstance(command, str):
            module, attribute = command.split(":")
            command = self[name] = getattr(importlib.import_module(module), attribute)
        one: click.Command = command
        return one

    def get(self, name: str, default: Any = None) -> Any:
        """As a mapping's, which may take a KeyError of what is imported for a command that there is not."""
        if name not in self:
            return default
        return self[name]
