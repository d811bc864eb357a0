"""What was seen of one HTTP request: the frozen record that checks judge."""

from atalaia.exchange.failure import Failure
from atalaia.exchange.hop import Hop
from atalaia.exchange.response import Response
from atalaia.exchange.seen import Seen


class Phases(Seen):
    """Seconds spent in each phase; None where a phase was not reached or did not happen."""

    resolve: float | None = None
    connect: float | None = None
    tls: float | None = None
    processing: float | None = None
    """From the last byte sent to the end of the answer's head (which comes in one piece, as a rule)."""
    transfer: float | None = None


class Attempt(Seen):
    """A failed attempt to connect before the one that counts."""

    address: str
    failure: Failure


class Exchange(Seen):
    """A request, its answer or its failure, how long each phase took, and who answered."""

    method: str
    url: str
    """Without credentials."""
    request_id: str
    source: str | None = None
    """Source address, where the toolkit chose one."""
    sent: tuple[tuple[str, str], ...] = ()
    """Request headers that the observable asked for, those that carry credentials left out."""
    sent_at: float = 0.0
    """Unix time at which it was begun."""
    address: str | None = None
    """The IP address that was contacted."""
    response: Response | None = None
    failure: Failure | None = None
    """Set where no whole answer came; `response` may hold what came before."""
    answered_by: Hop = Hop.UNKNOWN
    phases: Phases = Phases.model_construct()
    elapsed: float
    """Seconds from the start to the end of it all."""
    attempts: tuple[Attempt, ...] = ()
    redirects: tuple[str, ...] = ()

    def sent_header(self, name: str) -> str | None:
        """The value of a request header that the observable asked for."""
        return next((value for key, value in self.sent if key.lower() == name.lower()), None)


class Exchanges(Seen):
    """The exchanges of a sequence, in order."""

    steps: tuple[Exchange, ...]
    held_up: float = 0.0
    """Seconds for which this machine kept Atalaia itself from running at once: times are its own then."""


class Resolution(Seen):
    """The addresses of a name."""

    host: str
    addresses: tuple[str, ...] = ()
    failure: Failure | None = None
    elapsed: float = 0.0


class Connection(Seen):
    """A TCP connection that was opened and closed, or why not."""

    address: str | None = None
    failure: Failure | None = None
    elapsed: float = 0.0


class Certificate(Seen):
    """What a TLS server presented."""

    subject: str = ""
    names: tuple[str, ...] = ()
    """Its subject alternative names."""
    not_before: float | None = None
    not_after: float | None = None
    """Unix timestamps."""
    protocol: str | None = None
    chain_error: str | None = None
    """Why no trusted chain could be built, dates left aside; None where one could."""
    name_error: str | None = None
    """Why the certificate is not for the host that was asked; None where it is."""
    failure: Failure | None = None
    """No handshake at all."""
