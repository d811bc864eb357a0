"""Shake hands over TLS as every client does; where that fails, find out which part of it fails."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass

from cryptography import x509

from atalaia.exchange.exchange import Certificate
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.network import Network, NotOpened, shake_hands, timed_out
from atalaia.exchange.observable import Handshake
from atalaia.exchange.trust import verifying, verifying_chain, verifying_name, verifying_nothing

_NAME_ERRORS = {62, 64}
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""


@dataclass(frozen=True)
class _Presented:
    certificate: bytes
    """DER."""
    protocol: str | None


async def handshake(observable: Handshake, network: Network) -> Certificate:
    """What a TLS server presents, and what is wrong with it.

    A healthy server sees one handshake, a sick one four: for name, chain and dates each to be
    judged for itself, since verification stops at the first thing that it dislikes.
    """
    try:
        async with asyncio.timeout(network.total.total_seconds()):
            return await _look(observable, network)
    except NotOpened as error:
        return Certificate(failure=error.failure)
    except TimeoutError:
        return Certificate(failure=timed_out("no certificate", network.total))


async def _look(observable: Handshake, network: Network) -> Certificate:
    async def shake(context: ssl.SSLContext) -> _Presented | ssl.SSLCertVerificationError:
        try:
            opened = await shake_hands(network, observable.url.host, observable.url.port, context)
        except ssl.SSLCertVerificationError as error:
            return error
        try:
            tls: ssl.SSLObject = opened.writer.get_extra_info("ssl_object")
            return _Presented(tls.getpeercert(binary_form=True) or b"", tls.version())
        finally:
            opened.close()

    refused = await shake(verifying(network.ca))
    if isinstance(refused, _Presented):
        return _described(refused)
    presented = await shake(verifying_nothing())
    assert isinstance(presented, _Presented), "nothing was verified"
    described = _described(presented)
    if described.failure:
        return described
    chain = await shake(verifying_chain(network.ca))
    name = await shake(verifying_name(presented.certificate))
    chain_error = chain.verify_message if isinstance(chain, ssl.SSLCertVerificationError) else None
    name_error = None
    if isinstance(name, ssl.SSLCertVerificationError) and name.verify_code in _NAME_ERRORS:
        name_error = name.verify_message
    if chain_error is None and name_error is None and _in_date(described):
        # What was refused is then not the leaf: an intermediate certificate has expired.
        chain_error = f"{refused.verify_message} (a certificate above the server's own)"
    return described.model_copy(update={"chain_error": chain_error, "name_error": name_error})


def _described(presented: _Presented) -> Certificate:
    try:
        certificate = x509.load_der_x509_certificate(presented.certificate)
        names = _names(certificate)
    except ValueError:
        failure = Failure(reason=Reason.TLS, detail="the certificate cannot be read")
        return Certificate(protocol=presented.protocol, failure=failure)
    return Certificate(
        subject=certificate.subject.rfc4514_string(),
        names=names,
        not_before=certificate.not_valid_before_utc.timestamp(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        protocol=presented.protocol,
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    hosts = extension.value.get_values_for_type(x509.DNSName)
    addresses = extension.value.get_values_for_type(x509.IPAddress)
    return (*hosts, *map(str, addresses))


def _in_date(certificate: Certificate) -> bool:
    assert certificate.not_before is not None
    assert certificate.not_after is not None
    return certificate.not_before <= time.time() <= certificate.not_after
