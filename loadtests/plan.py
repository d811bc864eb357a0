"""What the generator is to send: everything decided, nothing left to guess. Crosses into its process as JSON.

A plan holds tokens and bodies, so it is only ever written to a private directory (mode 0700), and each
machine that generates load makes its own from its own environment file: nothing secret crosses the network.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Arrivals = Literal["uniform", "poisson"]


class Part(BaseModel):
    """A part of the plan: frozen, nothing unknown."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        # Both for docs/load.schema.json, which tells stages and thresholds.
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Stage(Part):
    """A stretch of time with a rate that stays, or changes evenly."""

    name: str
    begins: float
    """Seconds since the load began."""
    lasts: float
    """Seconds."""
    rate: float
    """Arrivals a second, of all workers, at its beginning …"""
    until: float
    """… and at its end."""
    measured: bool = True
    """False: a warm-up; what is intended in it is counted apart, and judged by nothing."""


class Expected(Part):
    """What an answer must be like to be good."""

    statuses: tuple[int, ...] = ()
    """Empty: any of 2xx."""
    contains: str | None = None
    """A text that the body contains."""
    matches: str | None = None
    """A regular expression that the body matches somewhere."""
    headers: tuple[tuple[str, str], ...] = ()
    """(header, regular expression that one of its values matches)."""
    values: tuple[tuple[str, JsonValue], ...] = ()
    """(JSON pointer into the answer, the value there)."""


class Request(Part):
    """One request; `{name}` in its texts stands for a value of the data, or of what an earlier step saved:
    percent-encoded in the path, as it is in headers and in texts of the body; a text of the body that is one
    place only becomes the value itself. Braces around anything else are themselves."""

    name: str
    """What the report calls it: a route, or `journey/step`."""
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: JsonValue = None
    """Sent as JSON; None: no body."""
    expected: Expected = Expected()
    saves: tuple[tuple[str, str], ...] = ()
    """(name, JSON pointer into the answer) for later steps."""
    always: bool = False
    """Sent also where an earlier step failed: a clean-up."""


class Entry(Part):
    """What one arrival does: one request, or the steps of a journey one after the other."""

    name: str
    weight: float
    requests: tuple[Request, ...] = Field(min_length=1)
    data: str | None = None
    """Name of the table that each arrival takes its next row from."""


class Table(Part):
    """Rows that arrivals take in turn, over all workers (worker i of n takes rows i, i+n …), then anew."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Limiter(Part):
    """What the load takes of one limiter on its way, as it was planned; for the reader."""

    name: str
    by: Literal["address", "header", "token", "everybody"]
    """Whom a budget of it belongs to."""
    window: float
    """Seconds."""
    allowed: int
    """Requests of one key within the window that the load may take."""
    requests: int
    """Of all keys within the window, at most …"""
    keys: int
    """… over so many keys."""


class LoadPlan(Part):
    """One load test, as each of its workers executes its share of it."""

    scenario: str
    digest: str
    """SHA-256 of what makes runs comparable: scenario and target, without secrets. All workers' agree."""
    base: str
    """Scheme, host and port that everything is sent to; nothing else ever is, redirects included."""
    connect_to: str | None = None
    """IP address that the host stands for, where the environment says so (`hosts`)."""
    authorities: str | None = None
    """File of certificate authorities to trust beside the system's."""
    arrivals: Arrivals
    seed: int
    stages: tuple[Stage, ...] = Field(min_length=1)
    entries: tuple[Entry, ...] = Field(min_length=1)
    tables: dict[str, Table] = {}
    identities: tuple[str, ...] = ()
    """Source addresses that connections are bound to; empty: the machine's own choice. Each arrival, with
    all its steps, takes the next one (worker i of n takes i, i+n …, then around): limiters are planned so."""
    timeout: float
    """Seconds from the sending until an answer counts as timed out."""
    in_flight: int
    """Requests that may be unanswered at the same time, over all workers; an arrival beyond is dropped, and
    counted."""
    max_rate: float
    """Arrivals a second that the environment allows: each worker's pacer refuses to exceed its share."""
    limiters: tuple[Limiter, ...] = ()

    @property
    def lasts(self) -> float:
        """Seconds from the first stage's beginning to the last one's end."""
        return max(stage.begins + stage.lasts for stage in self.stages)
