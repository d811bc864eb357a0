"""From exceptions to failures, by type; the words hold nothing that was sent or received."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator

from atalaia.errors import NotMeasured
from atalaia.exchange.failure import Failure, Reason

_OURS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}
"""This machine ran out of something: no fact about the stack."""
_SOURCE = {errno.EADDRNOTAVAIL, errno.EINVAL, errno.EAFNOSUPPORT}
_RESET = {errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ESHUTDOWN}


def failure_of(error: BaseException, *, source: str | None = None) -> Failure | None:
    """What an exception says about the stack; None where it is a defect of ours, to be raised.

    `source` is the address that was bound, where one was: some errors then mean that address.
    Raises NotMeasured where this machine ran out of what it takes.
    """
    chain = tuple(_chain(error))
    for link in chain:
        if isinstance(link, OSError):
            if link.errno in _OURS:
                raise _could_not_measure(link) from error
            if failure := _of_system(link, source):
                return failure
    if type(error).__module__.partition(".")[0] == "httpcore":
        # Whoever raised it has loaded httpcore, which takes a while; others need not.
        from atalaia.exchange.causes_httpcore import failure_of_httpcore

        return failure_of_httpcore(error)
    return None


def handshake_failure_of(error: BaseException) -> Failure | None:
    """`failure_of` for a TLS handshake: a connection that is cut in it is a refusal of TLS."""
    failure = failure_of(error)
    if failure and failure.reason in {Reason.RESET, Reason.UNREACHABLE}:
        return Failure(reason=Reason.TLS, detail="the connection was cut during the handshake")
    return failure


def _of_system(error: OSError, source: str | None) -> Failure | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(reason=Reason.TLS, detail=error.verify_message)
    if isinstance(error, ssl.SSLError):
        # `reason` is OpenSSL's word; an error that Python itself raised has none.
        words = getattr(error, "reason", None) or "the handshake failed"
        return Failure(reason=Reason.TLS, detail=words.lower().replace("_", " "))
    if isinstance(error, socket.gaierror):
        return Failure(reason=Reason.DNS, detail=error.strerror or "")
    if error.errno is None and not isinstance(error, ConnectionError):
        return None
    return Failure(reason=_reason(error, source), detail=_words(error, source))


def _could_not_measure(error: OSError) -> NotMeasured:
    return NotMeasured(
        "no connection could be opened from this machine",
        observed=os.strerror(error.errno or 0).lower(),
        hint="see `ulimit -n` and the machine's memory",
    )


def _reason(error: OSError, source: str | None) -> Reason:
    if source and error.errno in _SOURCE:
        return Reason.SOURCE
    if isinstance(error, ConnectionRefusedError):
        return Reason.REFUSED
    if isinstance(error, ConnectionError) or error.errno in _RESET:
        return Reason.RESET
    if isinstance(error, TimeoutError):
        return Reason.TIMEOUT
    return Reason.UNREACHABLE


def _words(error: OSError, source: str | None) -> str:
    # An OSError's own text may quote addresses and paths; the number's text does not.
    words = os.strerror(error.errno).lower() if error.errno else "the connection was cut"
    return f"{source}: {words}" if _reason(error, source) is Reason.SOURCE else words


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        # httpcore raises `from None`, which hides the cause from readers but not from the context.
        error = error.__cause__ or error.__context__
