"""What arrivals do: a route's sample, a request of the scenario's own, or a journey."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from atalaia.environment.base import HttpPath, Name, Section, Text
from atalaia.environment.frozen import FrozenDict
from atalaia.environment.gateway import Method, named_like_secrets
from atalaia.environment.probes import Expect, Step
from atalaia.environment.tables import Table

Kind = Literal["route", "journey", "path", "steps"]


class Entry(Section):
    """One of the things that arrivals do. One of `route`, `journey`, `path` and `steps` says what."""

    name: Name | None = None
    """What reports call it: `path` (default: its method and path) and `steps`."""
    weight: Annotated[float, Field(gt=0, le=1_000_000)] = 1.0
    """How often, beside the other entries' weights."""
    route: Text | None = None
    """A route of the environment, by its path: its sample is sent, with a token and a tenant where it needs
    them; `POST /api/v1/users` where several have the path."""
    journey: Name | None = None
    """A journey among the environment's `probes.add`, by its name."""
    path: HttpPath | None = None
    """Path and query of a request; `{column}` stands for a value of the data."""
    method: Method = "GET"
    """Its method; writing ones are sent in the sandbox only, or where `harmless`."""
    headers: Table[Text, Text] = Field(default_factory=FrozenDict)
    """Its headers; `{column}` as in the path."""
    json_body: Annotated[JsonValue, Field(alias="json")] = None
    """Its body; `{column}` as in the path, in any text of it."""
    expect: Expect = Expect()
    """What its answer must be like: status, headers, body, json; times are for the thresholds."""
    harmless: bool = False
    """The owner of the stack says that sending it changes nothing."""
    steps: tuple[Step, ...] = ()
    """Requests one after the other; `{name}` stands for a value of the data, or of what a step saved."""
    bearer: Name | None = None
    """A scheme under the environment's `authentication` whose token is sent; default: that of the route that
    serves the path."""
    anonymous: bool = False
    """Whether no token is sent, though the route wants one."""
    data: Name | None = None
    """A table under `data`: each arrival is filled with its next row."""

    @property
    def kind(self) -> Kind:
        """What it says that arrivals do."""
        if self.route is not None:
            return "route"
        if self.journey is not None:
            return "journey"
        return "steps" if self.steps else "path"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values under names that tell of credentials; variables' values are known to the loader."""
        own = (*named_like_secrets(dict(self.headers)), *named_like_secrets(self.json_body))
        return (*own, *(secret for step in self.steps for secret in step.secrets))
