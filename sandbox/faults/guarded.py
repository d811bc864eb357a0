"""A proxy before one of the monitoring servers that lets not everything through."""

from __future__ import annotations

from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import haproxy, intent, together
from sandbox.running import Sandbox

_ADDRESS = "127.0.0.3"


def guarded(name: str, server: str, denied: str, description: str) -> Fault:
    """The environment names a proxy before a server, which lets everything through but this.

    `denied` is a condition of HAProxy's: `method DELETE`.
    """

    def parts(sandbox: Sandbox) -> Fault:
        port = getattr(sandbox.ports, server)
        guard = (
            f"frontend guard_{server}\n"
            f"    bind {_ADDRESS}:{port}\n"
            f"    http-request deny if {{ {denied} }}\n"
            f"    default_backend guarded_{server}\n\n"
            f"backend guarded_{server}\n"
            f"    server guarded 127.0.0.1:{port} check\n\n"
            r"\g<0>"
        )
        return together(
            name,
            Changes.INTENT,
            description,
            haproxy(name, description, (r"^frontend public$", guard)),
            intent(
                name,
                description,
                (rf"(?s)^({server}:.*?url: \"http://)127\.0\.0\.1(?=:{port})", rf"\g<1>{_ADDRESS}"),
            ),
        )

    async def apply(sandbox: Sandbox) -> None:
        await parts(sandbox).apply(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        await parts(sandbox).revert(sandbox)

    return Fault(name, Changes.INTENT, description, apply, revert)
