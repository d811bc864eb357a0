"""Exceptions become failures by type, in words that hold nothing of what was sent."""

from __future__ import annotations

import errno
import socket
import ssl

import httpcore
import pytest

from atalaia.errors import NotMeasured
from atalaia.exchange.causes import failure_of, handshake_failure_of
from atalaia.exchange.failure import Failure, Reason


def _wrapped(cause: BaseException, kind: type[Exception] = httpcore.ConnectError) -> Exception:
    """As httpcore raises it: the cause is two exceptions down, once hidden by `from None`."""
    outer = kind("All connection attempts failed")
    middle = OSError("All connection attempts failed")
    middle.__cause__ = cause
    outer.__context__ = middle
    outer.__suppress_context__ = True
    return outer


def _certificate_error(message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] quoting a lot")
    error.verify_message = message
    return error


@pytest.mark.parametrize(
    ("cause", "reason", "words"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), Reason.REFUSED, "connection refused"),
        (ConnectionResetError(errno.ECONNRESET, "x"), Reason.RESET, "connection reset by peer"),
        (ConnectionResetError(), Reason.RESET, "the connection was cut"),
        (BrokenPipeError(errno.EPIPE, "x"), Reason.RESET, "broken pipe"),
        (TimeoutError(errno.ETIMEDOUT, "x"), Reason.TIMEOUT, "connection timed out"),
        (OSError(errno.EHOSTUNREACH, "x"), Reason.UNREACHABLE, "no route to host"),
        (OSError(errno.ENETUNREACH, "x"), Reason.UNREACHABLE, "network is unreachable"),
        (PermissionError(errno.EACCES, "x"), Reason.UNREACHABLE, "permission denied"),
        (OSError(errno.EADDRNOTAVAIL, "x"), Reason.UNREACHABLE, "cannot assign requested address"),
        (socket.gaierror(socket.EAI_NONAME, "Name not known"), Reason.DNS, "Name not known"),
        (_certificate_error("certificate has expired"), Reason.TLS, "certificate has expired"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] x"), Reason.TLS, "the handshake failed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)  # fmt: skip
def test_the_systems_errors(cause: OSError, reason: Reason, words: str) -> None:
    assert failure_of(cause) == Failure(reason=reason, detail=words)
    assert failure_of(_wrapped(cause)) == Failure(reason=reason, detail=words)


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EINVAL])
def test_an_address_that_cannot_be_bound_is_the_sources_fault(number: int) -> None:
    failure = failure_of(_wrapped(OSError(number, "x")), source="127.64.0.9")
    assert failure is not None
    assert failure.reason is Reason.SOURCE
    assert failure.detail.startswith("127.64.0.9: ")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (httpcore.ReadError("x"), Reason.RESET),
        (httpcore.WriteError("x"), Reason.RESET),
        (httpcore.ConnectError("x"), Reason.UNREACHABLE),
        (httpcore.ConnectTimeout("x"), Reason.TIMEOUT),
        (httpcore.ProxyError("407"), Reason.UNREACHABLE),
        (httpcore.RemoteProtocolError("peer closed connection"), Reason.PROTOCOL),
    ],
)
def test_what_only_httpcore_knows(error: Exception, reason: Reason) -> None:
    failure = failure_of(error)
    assert failure is not None
    assert failure.reason is reason
    assert failure.detail


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("illegal status line: bytearray(b'HTTP/1.1 Basic c2VjcmV0')", "illegal status line"),
        ("illegal header line: bytearray(b'x')", "illegal header line"),
        ("illegal chunk header: bytearray(b'zz')", "illegal chunk header"),
        ("bad value 'secret' in \"it\"", "bad value"),
        ("peer closed connection without sending complete message body (received 4 bytes, expected 10)",
         "peer closed connection without sending complete message body (received 4 bytes, expected 10)"),
        ("x" * 500, "x" * 120),
    ],
)  # fmt: skip
def test_the_words_do_not_quote_the_peer(message: str, words: str) -> None:
    assert failure_of(httpcore.RemoteProtocolError(message)) == Failure(reason=Reason.PROTOCOL, detail=words)


@pytest.mark.parametrize(
    "error", [httpcore.LocalProtocolError("x"), httpcore.UnsupportedProtocol("x"), KeyError("x")]
)
def test_a_defect_of_ours_is_no_failure(error: Exception) -> None:
    assert failure_of(error) is None


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS])
def test_a_machine_that_ran_out_has_not_measured(number: int) -> None:
    with pytest.raises(NotMeasured, match="no connection could be opened"):
        failure_of(_wrapped(OSError(number, "x")))


def test_a_connection_that_is_cut_in_a_handshake_is_a_failure_of_tls() -> None:
    words = "the connection was cut during the handshake"
    for error in (ConnectionResetError(), _wrapped(BrokenPipeError(errno.EPIPE, "x"))):
        assert handshake_failure_of(error) == Failure(reason=Reason.TLS, detail=words)
    expired = _certificate_error("certificate has expired")
    assert handshake_failure_of(expired) == Failure(reason=Reason.TLS, detail="certificate has expired")
