"""What can be observed: data that says how, through which hop and at which cost. No effects here."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from atalaia.environment.url import Url
from atalaia.exchange.bearer import Bearer
from atalaia.exchange.cost import Cost
from atalaia.exchange.exchange import Certificate, Connection, Exchange, Exchanges, Resolution
from atalaia.exchange.hop import Hop
from atalaia.exchange.request import Request
from atalaia.exchange.seen import Seen


class Observable(BaseModel):
    """Something that can be observed, once per run, under its key."""

    model_config = ConfigDict(
        frozen=True, arbitrary_types_allowed=True, hide_input_in_errors=True, defer_build=True
    )

    sees: ClassVar[type[Any]]
    """The type of what is seen."""
    quiet: ClassVar[bool] = False
    """Whether it measures time or shares, and so is taken while nothing else of ours is under way."""

    key: str
    """Identity within a run, readable, without secrets: `GET load-balancer /health`."""
    hop: Hop
    """The outermost hop that the observation is sent to."""
    costs: tuple[Cost, ...] = ()
    client: str = ""
    """Which of the run's client identities sends it; each name is an address of its own, where the
    environment lets the toolkit have several. Empty: the run's own."""
    last: bool = False
    """Whether it is taken only when the others of the run have been: it disturbs them."""
    after: "Observable | None" = None
    """What is taken before it, and says when it is due."""

    @property
    def needed(self) -> tuple[str, ...]:
        """Its key, and those of what is taken before it."""
        return (self.key, *(self.after.needed if self.after else ()))

    @property
    def clients(self) -> tuple[str, ...]:
        """The client identities that it is sent as."""
        return (self.client,)

    def due(self, earlier: Seen) -> float:
        """The Unix time at which it may be taken, given what was seen of `after`."""
        return 0.0

    def __repr__(self) -> str:
        """The key, which holds no secret; a target may."""
        return f"<{type(self).__name__} {self.key}>"

    __str__ = __repr__


class Lookup(Observable):
    """Resolve a host name."""

    sees: ClassVar[type[Seen]] = Resolution

    host: str


class Connect(Observable):
    """Open a TCP connection, and close it."""

    sees: ClassVar[type[Seen]] = Connection

    url: Url


class Handshake(Observable):
    """Shake hands over TLS, verified first; where that fails, find out which part fails."""

    sees: ClassVar[type[Seen]] = Certificate

    url: Url


class HttpRequest(Observable):
    """One HTTP request."""

    sees: ClassVar[type[Seen]] = Exchange

    method: str = "GET"
    harmless: bool = False
    """The owner of the stack says that it changes nothing, whatever its method."""
    url: Url
    """The server: scheme, host and port; its own path is ignored."""
    target: str
    """Path and query as sent."""
    headers: tuple[tuple[str, str], ...] = ()
    without: tuple[str, ...] = ()
    """Names of headers that the toolkit sends of itself, such as X-Request-ID, and must not here."""
    body: bytes | None = Field(default=None, repr=False)
    bearer: Bearer | None = None
    """A token of the toolkit's own making, sent in Authorization."""
    username: str | None = None
    password: SecretStr | None = None
    """Basic authentication, where given."""
    follow_redirects: bool = False
    within_origin: bool = False
    """Whether they are followed only to the same scheme, host and port; what is seen of another one is the
    redirect to it."""
    patience: float = 0.0
    """Seconds to have the whole answer, where that is longer than the environment's deadline: whoever is
    asked waits for somebody else, and is to say so in the end."""
    body_cap: int = 0
    """Bytes of the body that are kept, where that is more than usual: a long document is judged whole."""
    connect_attempts: int = 1
    """Attempts to connect (never to send): every one is visible in the exchange."""

    @property
    def safe(self) -> bool:
        """Whether it changes nothing: by its method (RFC 9110, 9.2.1), or by the owner's word."""
        return self.harmless or self.method in {"GET", "HEAD", "OPTIONS"}

    @property
    def sends(self) -> Request:
        """What is sent."""
        return Request(
            url=self.url,
            target=self.target,
            method=self.method,
            headers=self.headers,
            without=self.without,
            body=self.body,
            bearer=self.bearer,
            username=self.username,
            password=self.password.get_secret_value() if self.password else None,
            follow_redirects=self.follow_redirects,
        )


class HttpSequence(Observable):
    """Requests sent one after the other, judged together: a latency, a spread."""

    sees: ClassVar[type[Seen]] = Exchanges
    quiet: ClassVar[bool] = True

    steps: tuple[HttpRequest, ...]
    within: float | None = None
    """Seconds that their median should take. Where it is longer they are all sent again, up to `rounds` times
    in all, and the last round is what was seen: a busy machine is slow for a moment, a slow server always."""
    rounds: int = 3
    patience: float = 10.0
    """Seconds for which they are sent again and again where this machine has more to do than it can."""
    repeats: bool = False
    """Whether it is one request again and again: one that gets no whole answer, or a longer one than is read,
    is the last that is sent. Another would tell no more, and may take as long."""
    pause: float = 0.0
    """Seconds between an answer and the next request, for a server that counts it after answering."""

    @property
    def clients(self) -> tuple[str, ...]:
        """Those of its requests."""
        return tuple(dict.fromkeys(step.client for step in self.steps))
