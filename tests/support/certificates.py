"""Certificates for tests: an authority, an intermediate one, and leaves that are wrong in one way each."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def write(self, path: Path, *chain: Identity) -> Path:
        """Key, certificate and what stands above it, in one file."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(key + self.pem + b"".join(above.pem for above in chain))
        return path


class Authorities:
    """A root, an intermediate below it, and a file that trusts the root."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.root = issue("Test Root", authority=True)
        self.middle = issue("Test Intermediate", issuer=self.root, authority=True)
        self.ca = directory / "ca.pem"
        self.ca.write_bytes(self.root.pem)

    def leaf(self, *chain: Identity, **different: object) -> Path:
        """A file with a leaf of the intermediate, for front.test, good but for what is different."""
        wanted: dict[str, object] = {"issuer": self.middle, "hosts": ("front.test",), **different}
        identity = issue("leaf", **wanted)  # type: ignore[arg-type]
        path = self.directory / f"{identity.certificate.serial_number}.pem"
        return identity.write(path, *chain)


def issue(
    name: str,
    *,
    issuer: Identity | None = None,
    authority: bool = False,
    hosts: tuple[str, ...] = (),
    addresses: tuple[str, ...] = (),
    days: tuple[int, int] = (-1, 90),
) -> Identity:
    """A certificate, valid from so many days from now until so many; without an issuer, its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    above_key = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + days[0] * _DAY)
        .not_valid_after(now + days[1] * _DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(above_key.public_key()), critical=False
        )
        .add_extension(_usage(authority), critical=True)
    )
    names = [
        *map(x509.DNSName, hosts),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in addresses),
    ]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Identity(builder.sign(above_key, hashes.SHA256()), key)


def _usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
