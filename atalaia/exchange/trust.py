"""Whom to trust over TLS: the system's authorities, and the environment's own."""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

from atalaia.errors import UsageError

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which the ssl module has no name for


def verifying(ca: Path | None) -> ssl.SSLContext:
    """Verifies chain, dates and name against the system's authorities and those in `ca`.

    Raises UsageError where `ca` cannot be read.
    """
    return _context(ca, _version(ca), dates_and_name=True)


def verifying_chain(ca: Path | None) -> ssl.SSLContext:
    """Verifies the chain alone: dates and name are left aside. Raises UsageError."""
    return _context(ca, _version(ca), dates_and_name=False)


@lru_cache(maxsize=1)
def verifying_nothing() -> ssl.SSLContext:
    """Takes any certificate, to look at it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def verifying_name(certificate: bytes) -> ssl.SSLContext:
    """Verifies only that this certificate (DER) is for the host: it is its own authority here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=certificate)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    return context


def _version(ca: Path | None) -> tuple[int, int]:
    """Tells one content of the file from the next: a context is built once for each."""
    if ca is None:
        return (0, 0)
    try:
        stat = ca.stat()
    except OSError as error:
        raise _unusable(ca, error.strerror or "unreadable") from error
    return (stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=16)
def _context(ca: Path | None, version: tuple[int, int], *, dates_and_name: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(cafile=ca)
        except ssl.SSLError as error:
            raise _unusable(ca, "no certificates in PEM") from error
        except OSError as error:
            raise _unusable(ca, error.strerror or "unreadable") from error
    if not dates_and_name:
        context.check_hostname = False
        context.verify_flags |= _NO_CHECK_TIME
    return context


def _unusable(ca: Path, observed: str) -> UsageError:
    return UsageError(
        "tls.ca: the file of certificate authorities cannot be used",
        where=str(ca),
        observed=observed,
        expected="a readable file of certificates in PEM",
    )
