"""A certificate authority of the sandbox's own: root → intermediate → the front's certificate."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.record import write_private

FRONT_NAMES = ("localhost", "app.atendeai.example", "127.0.0.1")
"""What the front's certificate is valid for."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def certificate_pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        """The key as PEM, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


@dataclass(frozen=True)
class Authority:
    """The root that clients trust, and the intermediate that signs."""

    root: Pair
    intermediate: Pair

    def issue(
        self,
        names: tuple[str, ...] = FRONT_NAMES,
        *,
        starts: timedelta = -_DAY,
        ends: timedelta = 90 * _DAY,
    ) -> Pair:
        """A certificate for host names and addresses, valid from now + `starts` to now + `ends`."""
        return _make(names[0], self.intermediate, starts, ends, names=names)

    def issue_expired(self) -> Pair:
        """The front's certificate, had nobody renewed it: it ended yesterday."""
        return self.issue(starts=-91 * _DAY, ends=-_DAY)

    def issue_wrong_name(self) -> Pair:
        """A certificate for another host."""
        return self.issue(("www.other.example",))

    def bundle(self, leaf: Pair, *, chain: bool = True) -> bytes:
        """What HAProxy's `crt` takes: certificate, key, and (unless left out) the intermediate."""
        return leaf.certificate_pem + leaf.key_pem + (self.intermediate.certificate_pem if chain else b"")

    def save(self, directory: Path) -> None:
        """Write root.pem for clients, and what `load` needs, for the owner only."""
        for name, pair in (("root", self.root), ("intermediate", self.intermediate)):
            (directory / f"{name}.pem").write_bytes(pair.certificate_pem)
            (directory / f"{name}.pem").chmod(0o644)
            write_private(directory / f"{name}.key", pair.key_pem)


def create_authority() -> Authority:
    """A new authority."""
    root = _make("Atalaia sandbox root", None, -_DAY, 90 * _DAY, path_length=1)
    return Authority(root, _make("Atalaia sandbox intermediate", root, -_DAY, 90 * _DAY, path_length=0))


def load_authority(directory: Path) -> Authority:
    """Read what `Authority.save` wrote."""
    return Authority(_load(directory, "root"), _load(directory, "intermediate"))


def _load(directory: Path, name: str) -> Pair:
    key = serialization.load_pem_private_key((directory / f"{name}.key").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{name}.key is not a key that save() wrote")
    return Pair(x509.load_pem_x509_certificate((directory / f"{name}.pem").read_bytes()), key)


def _make(
    common_name: str,
    issuer: Pair | None,
    starts: timedelta,
    ends: timedelta,
    *,
    names: tuple[str, ...] = (),
    path_length: int | None = None,
) -> Pair:
    """A certificate; an authority's where `path_length` is given, self-signed without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    signing = issuer.key if issuer else key
    authority = path_length is not None
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(authority, path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
        )
        .add_extension(_key_usage(authority), critical=True)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        ).add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return Pair(builder.sign(signing, hashes.SHA256()), key)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_usage(authority: bool) -> x509.KeyUsage:
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
