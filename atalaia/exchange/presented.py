"""What a TLS connection tells of itself: protocol, cipher, and until when its certificates are good."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Presented:
    """What was agreed on, and what the server presented."""

    protocol: str
    """`TLSv1.3`"""
    cipher: str
    expiry: float | None
    """Unix time at which the first certificate of those that were presented expires."""
    chain_expiry: float | None = None
    """The same of those by which the server was verified, up to the authority."""
    fingerprint: str = ""
    """SHA-256 of the server's own certificate, in hexadecimal digits."""
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    serial: str = ""


def presented(tls: ssl.SSLSocket | ssl.SSLObject) -> Presented:
    """What a connection whose server was verified tells."""
    chain = _chain(tls, "get_unverified_chain")
    leaf: Mapping[str, Any] = chain[0] if chain else tls.getpeercert() or {}
    cipher = tls.cipher()
    raw = tls.getpeercert(binary_form=True)
    return Presented(
        protocol=tls.version() or "",
        cipher=cipher[0] if cipher else "",
        expiry=_first([leaf, *chain]),
        chain_expiry=_first(_chain(tls, "get_verified_chain")),
        fingerprint=hashlib.sha256(raw).hexdigest() if raw else "",
        subject=_name(leaf.get("subject", ())),
        issuer=_name(leaf.get("issuer", ())),
        names=tuple(value for _, value in leaf.get("subjectAltName", ())),
        serial=str(leaf.get("serialNumber", "")).lower(),
    )


def _first(certificates: Iterable[Mapping[str, Any]]) -> float | None:
    """When the first of them expires."""
    return min((_unix(each["notAfter"]) for each in certificates if "notAfter" in each), default=None)


@lru_cache(maxsize=1024)
def _unix(told: str) -> float:
    return float(ssl.cert_time_to_seconds(told))


def _chain(tls: ssl.SSLSocket | ssl.SSLObject, which: str) -> list[Mapping[str, Any]]:
    """A chain of certificates. Python before 3.13 has no public name for it; the leaf alone would not
    tell of an intermediate certificate that expires first."""
    told = getattr(getattr(tls, "_sslobj", None), which, None)
    return [_info(certificate) for certificate in told() or ()] if told else []


@lru_cache(maxsize=1024)
def _info(certificate: Any) -> Mapping[str, Any]:
    """What a certificate says. A stack's probes see the same few; they are equal where every byte is."""
    told: Mapping[str, Any] = certificate.get_info()
    return told


def _name(parts: Iterable[Iterable[tuple[str, str]]]) -> str:
    return ",".join(f"{_SHORT.get(key, key)}={value}" for part in parts for key, value in part)


_SHORT = {
    "commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU", "countryName": "C",
    "stateOrProvinceName": "ST", "localityName": "L",
}  # fmt: skip
