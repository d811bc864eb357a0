"""A step of a journey, as a plan holds it: without the environment's models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from probes.expected import ANYTHING_GOOD, Expected

if TYPE_CHECKING:
    from atalaia.environment.probes import Step as Declared


@dataclass(frozen=True)
class Step:
    """One request of a journey; `{name}` stands for what an earlier step saved."""

    name: str
    """What reports call it."""
    path: str
    """Path and query."""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    json_body: Any = field(default=None, repr=False)
    """Its body; None: it has none."""
    expected: Expected = ANYTHING_GOOD
    """What its answer must be like."""
    save: tuple[tuple[str, str], ...] = ()
    """Name, and the JSON pointer of the value in its answer that later steps use."""
    harmless: bool = False
    """The owner says that sending it changes nothing, or nothing that a clean-up step does not undo."""
    always: bool = False
    """Whether it is sent also where an earlier step failed: a clean-up."""

    @classmethod
    def of(cls, step: Declared) -> Step:
        """What an environment file says."""
        return cls(
            name=step.name,
            path=step.path,
            method=step.method,
            headers=tuple(step.headers.items()),
            json_body=step.json_body,
            expected=Expected.of(step.expect),
            save=tuple(step.save.items()),
            harmless=step.harmless,
            always=step.always,
        )
