"""Faults of what Grafana reads when it is told to: its data sources and dashboards."""

from __future__ import annotations

import asyncio
import base64
import shutil

from atalaia.errors import NotMeasured
from sandbox.faults.edits import Edit, edited
from sandbox.faults.fault import Changes, Fault
from sandbox.faults.settled import settled
from sandbox.record import write_private
from sandbox.running import Sandbox

_KINDS = ("datasources", "dashboards")


def grafana(name: str, description: str, file: str, *edits: Edit) -> Fault:
    """Grafana has read another file than it should: `dashboards/atendeai/overview.json`.

    Without edits the file is not there.
    """

    async def apply(sandbox: Sandbox) -> None:
        path = sandbox.blueprint.home("standins") / "grafana" / file
        if edits:
            write_private(path, edited(path.read_text(), edits))
        else:
            path.unlink()
        await _reload(sandbox)

    async def revert(sandbox: Sandbox) -> None:
        shutil.rmtree(sandbox.blueprint.home("standins") / "grafana")
        sandbox.render("standins")
        await _reload(sandbox)
        await settled(sandbox)

    return Fault(name, Changes.LIVE, description, apply, revert)


async def _reload(sandbox: Sandbox) -> None:
    """As an administrator does it: POST /api/admin/provisioning/KIND/reload. Raises NotMeasured."""
    credentials = base64.b64encode(f"admin:{sandbox.secrets.grafana}".encode()).decode()
    for kind in _KINDS:
        reader, writer = await asyncio.open_connection("127.0.0.1", sandbox.ports.grafana)
        try:
            head = (
                f"POST /api/admin/provisioning/{kind}/reload HTTP/1.0\r\nHost: localhost\r\n"
                f"Authorization: Basic {credentials}\r\nContent-Length: 0\r\n\r\n"
            )
            writer.write(head.encode())
            await writer.drain()
            status = (await reader.readline()).split(maxsplit=2)
        finally:
            writer.close()
        if len(status) < 2 or status[1] != b"200":
            raise NotMeasured(f"did not read its {kind} anew", where="grafana", observed=str(status))
