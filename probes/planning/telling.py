"""Faults of a plan, told as the loader tells faults of the file: with its line."""

from __future__ import annotations

from atalaia.environment import Environment
from atalaia.environment.faults import Location, dotted
from atalaia.errors import AtalaiaError, UsageError


class Mistaken(Exception):
    """An added probe that cannot be planned; `location` is a place within it."""

    def __init__(self, what: str, *location: str | int, allowed: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.location = location
        self.allowed = allowed
        self.hint = hint


def fault(
    environment: Environment, location: Location, what: str, *, allowed: str = "", hint: str = ""
) -> UsageError:
    """`file:line: section.key: what is wrong; what is allowed; what to do`."""
    key = dotted(location)
    return UsageError(
        f"{key}: {what}" if key else what, where=_line(environment, location), expected=allowed, hint=hint
    )


def _line(environment: Environment, location: Location) -> str:
    """file:line; the file alone where it cannot be read again, as it is for faults only."""
    from atalaia.environment.document import document_of
    from atalaia.environment.reading import read, shown_path
    from atalaia.environment.yaml_nodes import compose

    shown = shown_path(environment.file)
    try:
        root, _ = compose(read(environment.file))
    except AtalaiaError:
        return shown
    return shown if root is None else f"{shown}:{document_of(root, {}).line(location)}"
