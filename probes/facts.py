"""What is measured of a connection and an answer beside its phases, by blackbox_exporter's names."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import UTC
from functools import lru_cache

from atalaia.exchange.presented import Presented
from atalaia.exchange.response import Response
from atalaia.exchange.timed import Timed

_SECURE = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}


@lru_cache(maxsize=4096)
def of_address(address: str) -> Mapping[str, float]:
    """Which protocol, and a figure that tells one address from another."""
    ip = ipaddress.ip_address(address)
    hashed = 0x811C9DC5
    for byte in ip.packed:  # FNV-1a, as blackbox_exporter does
        hashed = (hashed ^ byte) * 0x01000193 & 0xFFFFFFFF
    return {"probe_ip_protocol": float(ip.version), "probe_ip_addr_hash": float(hashed)}


def of_connection(timed: Timed) -> dict[str, float]:
    """Of anything that was connected to."""
    facts = dict(of_address(timed.address)) if timed.address else {}
    if "resolve" in timed.phases:
        facts["probe_dns_lookup_time_seconds"] = timed.phases["resolve"]
    if timed.tls:
        facts |= of_certificate(timed.tls)
    return facts


def of_answer(timed: Timed) -> dict[str, float]:
    """Of an http probe: what came, as far as it came."""
    facts = of_connection(timed)
    response = timed.response
    if response is not None:
        facts["probe_http_redirects"] = float(timed.redirects)
        facts["probe_http_status_code"] = float(response.status)
        facts["probe_http_version"] = float(response.http_version)
        facts["probe_http_ssl"] = 1.0 if timed.tls else 0.0
        facts |= _lengths(response)
        if (modified := _modified(response)) is not None:
            facts["probe_http_last_modified_timestamp_seconds"] = modified
    return facts


def of_certificate(tls: Presented) -> dict[str, float]:
    """When the certificates expire."""
    facts = {}
    if tls.expiry is not None:
        facts["probe_ssl_earliest_cert_expiry"] = tls.expiry
    if tls.chain_expiry is not None:
        facts["probe_ssl_last_chain_expiry_timestamp_seconds"] = tls.chain_expiry
    return facts


def about_tls(tls: Presented) -> dict[str, Mapping[str, str]]:
    """What was agreed on, and with whom, as metrics that only carry labels."""
    return {
        "probe_tls_version_info": {"version": _SECURE.get(tls.protocol, tls.protocol)},
        "probe_tls_cipher_info": {"cipher": tls.cipher},
        "probe_ssl_last_chain_info": {
            "fingerprint_sha256": tls.fingerprint,
            "subject": tls.subject,
            "issuer": tls.issuer,
            "subjectalternative": ",".join(tls.names),
            "serialnumber": tls.serial,
        },
    }


def _lengths(response: Response) -> dict[str, float]:
    lengths = {}
    told = response.header("Content-Length")
    if told is not None and told.isdecimal():
        lengths["probe_http_content_length"] = float(told)
    if not response.truncated:
        lengths["probe_http_uncompressed_body_length"] = float(len(response.body))
    return lengths


def _modified(response: Response) -> float | None:
    told = response.header("Last-Modified")
    if told is None:
        return None
    from email.utils import parsedate_to_datetime  # few servers tell it of what is probed

    try:
        moment = parsedate_to_datetime(told)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
