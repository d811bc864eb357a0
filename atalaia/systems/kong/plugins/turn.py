"""One request on its way through the plugins of its route: what they know, change and answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from atalaia.systems.kong.entities import Consumer, Credential
from atalaia.systems.kong.plugins.fields import Fields, Lines, fields_of, lines_of
from atalaia.systems.kong.routing import Match
from atalaia.systems.kong.upstream_url import upstream_target

if TYPE_CHECKING:
    from atalaia.systems.kong.plugins.pipeline import Chain


class Asked(Protocol):
    """A request as the proxy listener has read it."""

    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str:
        """Path and query, as sent."""

    @property
    def headers(self) -> Lines:
        """In wire order."""

    @property
    def by_name(self) -> Mapping[str, Sequence[str]]:
        """Values by lower-case name."""

    @property
    def body(self) -> bytes | bytearray: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a plugin answers instead of the upstream."""

    status: int
    content_type: str | None
    """None where there is no body."""
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    """Beside Content-Type, Content-Length and what Turn.finish adds."""


class Increment(NamedTuple):
    """One counter to increment by one."""

    key: str
    expires: int
    """Seconds that the counter lives after its first increment."""


@dataclass(frozen=True, slots=True)
class RedisStore:
    """The Redis that a plugin counts in."""

    host: str
    port: int
    database: int
    timeout: int
    """Milliseconds."""
    ssl: bool
    username: str | None = field(repr=False, default=None)
    password: str | None = field(repr=False, default=None)


@dataclass(frozen=True, slots=True)
class Counting:
    """Counters to increment *before* the decision; go on with Turn.resume.

    Kong 3.4 runs for each in turn: INCR key; EXPIRE key seconds where the result is 1.
    """

    store: RedisStore
    increments: tuple[Increment, ...]


class KongFailed(Exception):
    """Kong's own code fails: 500 while it handles a request, a closed connection while it answers."""


class Turn:
    """One request. Begun by Chains.begin; see the package for the order of calls."""

    __slots__ = (
        "_at", "_changed", "body", "chain", "client", "consumer", "credential", "deferred", "early", "host",
        "kept", "match", "method", "now", "path", "query", "request", "request_id", "tracker",
    )  # fmt: skip

    def __init__(
        self, chain: Chain, match: Match | None, request: Asked, client: str, now: float, tracker: str
    ) -> None:
        self.chain = chain
        self.match = match
        self.request = request
        self.client = client
        """The client's address, after trusted_ips."""
        self.now = now
        """Unix seconds."""
        self.tracker = tracker
        """`address-port-pid-connection-requests`, for correlation-id's generator of that name."""
        self.request_id: str | None = None
        """X-Kong-Request-Id, which Kong has since 3.5 (Chains.begin sets it)."""
        self.consumer: Consumer | None = None
        self.credential: Credential | None = None
        self.method = request.method
        """What the upstream is asked with; `headers` and the next four as well."""
        self.path: str | None = None
        """Set where a plugin rewrote it (escaped)."""
        self.query: str | None = None
        """Set where a plugin changed it; empty: none."""
        self.host: str | None = None
        """Set where a plugin wants another Host header."""
        self.body: bytes | None = None
        """Set where a plugin changed it."""
        self.early: Fields = {}
        """Headers of the answer that were set before it came."""
        self.deferred: list[Increment] = []
        """Local counters that are incremented once the request is on its way; see settle."""
        self.kept: dict[str, Any] = {}
        """What a plugin keeps from one phase to the next, by its name."""
        self._at = 0
        self._changed: Fields | None = None

    @property
    def headers(self) -> Lines:
        """The client's headers as plugins leave them, for the upstream."""
        return self.request.headers if self._changed is None else lines_of(self._changed)

    def access(self) -> Answer | Counting | None:
        """Run the plugins; None: the request goes on to the upstream."""
        return self.chain.access(self, 0)

    def resume(self, counts: Sequence[int] | None) -> Answer | Counting | None:
        """Go on after Counting, with what each INCR answered; None where the store did not answer."""
        return self.chain.resume(self, self._at, counts)

    def settle(self) -> None:
        """Increment what is `deferred`: Kong does it in a timer without delay, after the decision."""
        if self.deferred:
            increments, self.deferred = self.deferred, []
            self.chain.worker.counters.add(increments, self.now)

    def finish(self, status: int, headers: Lines) -> Lines | None:
        """The answer's headers (the upstream's, or Kong's own) as the plugins leave them.

        To be called on every answer, before Kong's latencies, Via and Server are added.
        None: Kong fails here, and closes the connection without an answer.
        """
        return self.chain.finish(self, status, headers)

    def upstream_target(self) -> str:
        """The request target that the upstream sees. Raises AssertionError without a route."""
        assert self.match is not None
        target = upstream_target(self.match, self.request.target)
        if self.path is None and self.query is None:
            return target
        path, mark, query = target.partition("?")
        if self.query is not None:
            mark, query = ("?", self.query) if self.query else ("", "")
        return (path if self.path is None else self.path) + mark + query

    def header(self, name: str) -> str | None:
        """The first value of a request header, as plugins left it; `name` in lower case."""
        if self._changed is None:
            found = self.request.by_name.get(name)
            return found[0] if found else None
        lines = self._changed.get(name)
        return lines[0][1] if lines else None

    def change_headers(self) -> Fields:
        """The headers for the upstream, to be changed: a copy of the client's own, made once."""
        if self._changed is None:
            self._changed = fields_of(self.request.headers)
        return self._changed

    def paused(self, at: int) -> None:
        """Remember which plugin counts (for the pipeline)."""
        self._at = at


class Step:
    """One instance of a plugin, made once from its configuration. A method not overridden never runs."""

    name: str

    def access(self, turn: Turn) -> Answer | Counting | None:
        """Look at the request; answer it, count, change it, or let it be."""
        return None

    def header_filter(self, turn: Turn, status: int, headers: Fields) -> None:
        """Change the headers of the answer, in place. Raises KongFailed."""


class CountingStep(Step, ABC):
    """One whose `access` asks for counters, and that decides when they are counted."""

    @abstractmethod
    def counted(self, turn: Turn, counts: Sequence[int] | None) -> Answer | None:
        """Decide; None: the counters' store did not answer."""


MakeStep = Callable[..., Step]
