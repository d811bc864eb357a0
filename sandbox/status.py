"""What of a sandbox runs, for people."""

from __future__ import annotations

from atalaia.errors import UsageError
from atalaia.state import RunningSandbox
from sandbox.record import Record, read
from sandbox.stack import servers


def describe(sandbox: RunningSandbox) -> str:
    """A table: each server with its process, its state and its ports."""
    lines = [f"sandbox {sandbox.id}, {_state_of(sandbox)}", f"  {sandbox.directory}"]
    record = _record(sandbox)
    if record is None:
        return "\n".join(lines)
    lines.append(f"  {'SERVER':18} {'PID':>8}  {'STATE':8} {'PORT':>6}")
    for name, server in servers(record.blueprint).items():
        process = record.process(name)
        pid = str(process.pid) if process and process.alive else "-"
        for number, port in enumerate(server.ports or ("",)):
            what = f"  {name:18} {pid:>8}  {_state(record, name):8}" if not number else " " * 39
            listens = f" {server.port(port):>6} {_purpose(name, port)}" if port else ""
            lines.append((what + listens).rstrip())
    for name in record.blueprint.absent:
        lines.append(f"  {name:18} {'-':>8}  left out")
    return "\n".join(lines)


def all_run(sandbox: RunningSandbox) -> bool:
    """Whether every server of the sandbox runs."""
    record = _record(sandbox)
    return record is not None and all(_state(record, name) == "running" for name in servers(record.blueprint))


def _state_of(sandbox: RunningSandbox) -> str:
    record = _record(sandbox)
    if record and record.launcher and record.launcher.alive:
        return "starting"
    if sandbox.running:
        return "up"
    return f"left behind; remove it: atalaia sandbox down {sandbox.id}"


def _state(record: Record, name: str) -> str:
    process = record.process(name)
    if process is None:
        return "stopped"
    return "running" if process.alive else "died"


def _purpose(server: str, port: str) -> str:
    """What a port of a server with several is for: `kong_1_admin` → `admin`."""
    own = server.replace("-", "_")
    rest = port.removeprefix(own).strip("_")
    return rest.replace("_", "-")


def _record(sandbox: RunningSandbox) -> Record | None:
    try:
        return read(sandbox.directory)
    except UsageError:
        return None
