"""From httpcore's exceptions to failures, by type."""

from __future__ import annotations

import re

import httpcore

from atalaia.exchange.failure import Failure, Reason

_OF_HTTP: tuple[tuple[type[Exception], Reason, str], ...] = (
    (httpcore.RemoteProtocolError, Reason.PROTOCOL, ""),
    (httpcore.ProxyError, Reason.UNREACHABLE, "the proxy does not lead there"),
    (httpcore.TimeoutException, Reason.TIMEOUT, "no answer in time"),
    (httpcore.ReadError, Reason.RESET, "the connection was cut"),
    (httpcore.WriteError, Reason.RESET, "the connection was cut"),
    (httpcore.ConnectError, Reason.UNREACHABLE, "no connection"),
)
_QUOTED = re.compile(r"[\s:]*(bytearray\(|b?['\"]).*", re.DOTALL)


def failure_of_httpcore(error: BaseException) -> Failure | None:
    """What an exception of httpcore itself says about the stack; None where it is a defect of ours."""
    for kind, reason, words in _OF_HTTP:
        if isinstance(error, kind):
            return Failure(reason=reason, detail=words or _without_quotes(str(error)))
    return None


def _without_quotes(message: str) -> str:
    """A parser's message up to where it quotes the peer, who may have echoed what we sent."""
    return _QUOTED.sub("", message)[:120]
