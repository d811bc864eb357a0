"""What is wrong with a scenario for an environment, told as the loader tells faults: with its line."""

from __future__ import annotations

from collections.abc import Iterable

from atalaia.environment.document import document_of
from atalaia.environment.faults import Location, dotted
from atalaia.environment.reading import read, shown_path
from atalaia.environment.yaml_nodes import compose
from atalaia.errors import AtalaiaError, UsageError, UsageErrors
from loadtests.scenario.model import Scenario


class Mistake(Exception):
    """A scenario that cannot be planned; `location` is a place in its file."""

    def __init__(self, what: str, *location: str | int, allowed: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.location: Location = location
        self.allowed = allowed
        self.hint = hint


def refused(mistakes: Iterable[Mistake], scenario: Scenario) -> UsageErrors:
    """`file:line: section.key: what is wrong; what is allowed; what to do`, each of them."""
    return UsageErrors(_error(each, scenario) for each in mistakes)


def _error(mistake: Mistake, scenario: Scenario) -> UsageError:
    location = mistake.location
    if location[:1] == ("mix",) and not scenario.mix:
        location = ()  # the mix by default, of which the file says nothing
    key = dotted(location)
    return UsageError(
        f"{key}: {mistake.what}" if key else mistake.what,
        where=_line(scenario, location),
        expected=mistake.allowed,
        hint=mistake.hint,
    )


def _line(scenario: Scenario, location: Location) -> str:
    """file:line; the file alone where it cannot be read again, as it is for faults only."""
    shown = shown_path(scenario.file)
    try:
        root, _ = compose(read(scenario.file))
    except AtalaiaError:
        return shown
    return shown if root is None else f"{shown}:{document_of(root, {}, Scenario).line(location)}"
