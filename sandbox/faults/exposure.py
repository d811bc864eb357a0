"""Faults that show administration to the public."""

from sandbox.faults.edits import edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.means import haproxy
from sandbox.record import write_private
from sandbox.running import Sandbox


def _behind_front(name: str, description: str, path: str, port: str, only: str = "") -> Fault:
    """A backend of the public front that leads to a server of ours under a path; `only` limits whom."""

    async def apply(sandbox: Sandbox) -> None:
        file = sandbox.blueprint.home("haproxy") / "haproxy.cfg"
        ours = f"{{ path -m beg {path} }} {only}".rstrip()
        text = edited(
            file.read_text(),
            (
                (r"^( *)(acl is_api .*)", rf"\1use_backend exposed if {ours}\n\1\2"),
                # The rule that refuses every unknown path would come first.
                (r"(deny_status 404 unless) is_api", rf"\1 {ours} or is_api"),
            ),
        )
        number = getattr(sandbox.ports, port)
        text += (
            f"\nbackend exposed\n    http-request replace-path {path}/?(.*) /\\1\n"
            f"    server exposed 127.0.0.1:{number}\n"
        )
        write_private(file, text)
        await sandbox.restart("haproxy")

    return Fault(name, Changes.FILE, description, apply, haproxy(name, description).revert)


FAULTS = (
    _behind_front(
        "exposed-admin-api",
        "the public front leads to Kong's Admin API under /admin",
        "/admin",
        "kong_1_admin",
    ),
    _behind_front(
        "exposed-admin-api-over-tls",
        "the TLS front, and not the plain one, leads to Kong's Admin API under /admin",
        "/admin",
        "kong_1_admin",
        only="{ ssl_fc }",
    ),
    _behind_front(
        "exposed-prometheus",
        "the public front leads to Prometheus under /prometheus",
        "/prometheus",
        "prometheus",
    ),
    haproxy(
        "exposed-stats",
        "the public front shows HAProxy's statistics under /stats",
        (r"^( *)(acl is_api .*)", r"\1stats enable\n\1stats uri /stats\n\1stats auth admin:example\n\1\2"),
        (r"(deny_status 404 unless) is_api", r"\1 { path /stats } or is_api"),
    ),
)
