"""The sandbox' certificates: what a client that trusts the root makes of each of them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from sandbox.certificates import Authority, create_authority, load_authority


@pytest.fixture(scope="module")
def authority() -> Authority:
    return create_authority()


def shake_hands(authority: Authority, bundle: bytes, host: str, directory: Path) -> None:
    """A TLS handshake in memory. Raises ssl.SSLError as the client sees it."""
    (directory / "front.pem").write_bytes(bundle)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(directory / "front.pem")
    client_side = ssl.create_default_context(cadata=authority.root.certificate_pem.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=host)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


@pytest.mark.parametrize("host", ["localhost", "app.atendeai.example", "127.0.0.1"])
def test_the_fronts_certificate_is_trusted_for_each_of_its_names(
    authority: Authority, host: str, tmp_path: Path
) -> None:
    shake_hands(authority, authority.bundle(authority.issue()), host, tmp_path)


def test_an_expired_certificate_is_refused_for_its_age(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        shake_hands(authority, authority.bundle(authority.issue_expired()), "localhost", tmp_path)


def test_a_certificate_for_another_host_is_refused_for_its_name(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(authority, authority.bundle(authority.issue_wrong_name()), "localhost", tmp_path)


def test_a_certificate_without_its_chain_is_refused_for_that(authority: Authority, tmp_path: Path) -> None:
    bundle = authority.bundle(authority.issue(), chain=False)
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        shake_hands(authority, bundle, "localhost", tmp_path)


def test_a_saved_authority_goes_on_signing_and_its_keys_are_private(
    authority: Authority, tmp_path: Path
) -> None:
    authority.save(tmp_path)
    again = load_authority(tmp_path)
    shake_hands(authority, again.bundle(again.issue()), "localhost", tmp_path)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")} == {0o600}
