"""Faults of the TLS front."""

from collections.abc import Callable
from datetime import timedelta

from sandbox.certificates import Authority
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import haproxy
from sandbox.faults.settled import settled
from sandbox.running import Sandbox


def _presents(name: str, description: str, bundle: Callable[[Authority], bytes]) -> Fault:
    async def apply(sandbox: Sandbox) -> None:
        await sandbox.serve_certificate(bundle(sandbox.authority))

    async def revert(sandbox: Sandbox) -> None:
        await sandbox.serve_certificate(sandbox.authority.bundle(sandbox.authority.issue()))
        await settled(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


FAULTS = (
    _presents(
        "certificate-expired",
        "the front's certificate ended yesterday",
        lambda signing: signing.bundle(signing.issue_expired()),
    ),
    _presents(
        "certificate-expiring",
        "the front's certificate ends in five days",
        lambda signing: signing.bundle(signing.issue(ends=timedelta(days=5))),
    ),
    _presents(
        "certificate-wrong-name",
        "the front's certificate is for another host",
        lambda signing: signing.bundle(signing.issue_wrong_name()),
    ),
    _presents(
        "certificate-without-chain",
        "the front leaves out the intermediate certificate",
        lambda signing: signing.bundle(signing.issue(), chain=False),
    ),
    haproxy(
        "tls-front-wants-certificates",
        "the TLS front asks its clients for certificates, and serves nobody without one",
        # Any authority will do: none of ours has issued a client's certificate.
        (r"^( *bind \S+ ssl crt (\S+))(.*)", r"\1 verify required ca-file \2\3"),
    ),
    haproxy(
        "tls-front-plain",
        "the TLS front speaks plain HTTP",
        (r"^( *bind \S+) ssl crt .*", r"\1"),
    ),
)
