"""Certificates: a trusted chain, the right name, and time left."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from atalaia.checks.addresses import Needs, connectable
from atalaia.checks.answers import not_measured
from atalaia.checks.check import Check, Finding, Inconclusive, NotDeclared, Severity, Verdict
from atalaia.checks.observables import handshake, hop_of
from atalaia.environment import Environment
from atalaia.environment.endpoints import endpoints
from atalaia.environment.units import format_duration
from atalaia.exchange.exchange import Certificate


@dataclass(frozen=True)
class Wanted:
    """What an endpoint's certificate must be."""

    host: str
    hop: str
    now: float
    """Unix time."""
    spare: float
    """Seconds that it stays valid at least."""


def _targets(environment: Environment) -> tuple[str, ...] | NotDeclared:
    encrypted = tuple(name for name, url in endpoints(environment).items() if url.tls)
    return encrypted or NotDeclared("https:// address")


def _wanted(environment: Environment, target: str) -> Wanted:
    return Wanted(
        host=endpoints(environment)[target].host,
        hop=hop_of(environment, target).value,
        now=time.time(),
        spare=environment.tls.expires_after.total_seconds(),
    )


def _judge_handshake(seen: tuple[Certificate], expected: Wanted) -> Verdict:
    (certificate,) = seen
    if certificate.failure is None:
        return []
    return not_measured(certificate.failure) or [
        Finding(expected="a TLS handshake", observed=str(certificate.failure), hop=expected.hop)
    ]


NO_HANDSHAKE = Check(
    id="tls.no-handshake",
    severity=Severity.CRITICAL,
    catches="A port that is declared as https and speaks something else, or only outdated TLS.",
    remedy="Configure TLS on that listener (HAProxy: `bind … ssl crt FILE`), or declare the address as http.",
    source="CN11",
    targets=_targets,
    observes=lambda environment, target: (handshake(environment, target),),
    expects=_wanted,
    requires=lambda environment, target: connectable(environment, target),
    judge=_judge_handshake,
)


def _after_handshake(environment: Environment, target: str) -> Needs:
    return ((NO_HANDSHAKE, target),)


def _judge_chain(seen: tuple[Certificate], expected: Wanted) -> Verdict:
    (certificate,) = seen
    if certificate.chain_error is None:
        return []
    return [
        Finding(
            expected="a chain of certificates up to a trusted authority",
            observed=certificate.chain_error,
            hop=expected.hop,
        )
    ]


CHAIN_INCOMPLETE = Check(
    id="tls.chain-incomplete",
    severity=Severity.CRITICAL,
    catches="A server that does not send its intermediate certificates, or whose authority nobody trusts.",
    remedy="Put the intermediate certificates behind the server's own in its file; for a private authority "
    "set tls.ca in the environment file.",
    source="CN11",
    targets=_targets,
    observes=lambda environment, target: (handshake(environment, target),),
    expects=_wanted,
    requires=_after_handshake,
    judge=_judge_chain,
)


def _judge_name(seen: tuple[Certificate], expected: Wanted) -> Verdict:
    (certificate,) = seen
    if certificate.name_error is None:
        return []
    names = ", ".join(certificate.names[:8]) or certificate.subject or "nobody"
    return [
        Finding(
            expected=f"a certificate for {expected.host}",
            observed=f"one for {names}",
            hop=expected.hop,
        )
    ]


WRONG_NAME = Check(
    id="tls.wrong-name",
    severity=Severity.CRITICAL,
    catches="A certificate that was made for another host.",
    remedy="Issue a certificate whose subject alternative names hold the host that clients use.",
    source="CN11",
    targets=_targets,
    observes=lambda environment, target: (handshake(environment, target),),
    expects=_wanted,
    requires=_after_handshake,
    judge=_judge_name,
)


def _judge_validity(seen: tuple[Certificate], expected: Wanted) -> Verdict:
    (certificate,) = seen
    if certificate.not_after is None or certificate.not_before is None:
        return Inconclusive("the certificate's dates could not be read")
    if certificate.not_before > expected.now:
        observed = f"valid only from {_date(certificate.not_before)}"
    elif certificate.not_after <= expected.now:
        observed = f"expired on {_date(certificate.not_after)}"
    else:
        return []
    return [Finding(expected="a certificate that is valid now", observed=observed, hop=expected.hop)]


EXPIRED = Check(
    id="tls.expired",
    severity=Severity.CRITICAL,
    catches="A certificate that is out of date, or not valid yet.",
    remedy="Renew the certificate and reload the server; look at why its renewal did not run.",
    source="CN11",
    targets=_targets,
    observes=lambda environment, target: (handshake(environment, target),),
    expects=_wanted,
    requires=_after_handshake,
    judge=_judge_validity,
)


def _judge_expiry(seen: tuple[Certificate], expected: Wanted) -> Verdict:
    (certificate,) = seen
    assert certificate.not_after is not None, "tls.expired has read it"
    left = certificate.not_after - expected.now
    if left >= expected.spare:
        return []
    spare = format_duration(timedelta(seconds=expected.spare))
    return [
        Finding(
            expected=f"a certificate valid for at least {spare} more",
            observed=f"it expires on {_date(certificate.not_after)}, in {left / 86400:.1f} days",
            hop=expected.hop,
        )
    ]


EXPIRING = Check(
    id="tls.expiring",
    severity=Severity.MAJOR,
    catches="A certificate that will be out of date soon: its automatic renewal does not work.",
    remedy="Renew the certificate and reload the server. The margin is tls.expires_after.",
    source="CN11",
    targets=_targets,
    observes=lambda environment, target: (handshake(environment, target),),
    expects=_wanted,
    requires=lambda environment, target: ((EXPIRED, target),),
    judge=_judge_expiry,
)


def _date(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


CHECKS: tuple[Check, ...] = (NO_HANDSHAKE, CHAIN_INCOMPLETE, WRONG_NAME, EXPIRED, EXPIRING)


def reachable(environment: Environment, endpoint: str) -> Needs:
    """What must hold before an endpoint can be asked anything: its port, and a certificate to be trusted.

    One that expires soon still serves, so it is not among them.
    """
    url = endpoints(environment).get(endpoint)
    if url is None or not url.tls:
        return connectable(environment, endpoint)
    trust = (NO_HANDSHAKE, CHAIN_INCOMPLETE, WRONG_NAME, EXPIRED)
    return (*connectable(environment, endpoint), *((check, endpoint) for check in trust))
