"""The source addresses of a load: the next ones of the environment's network each time."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

from filelock import FileLock

from atalaia.environment import Environment
from atalaia.errors import UsageError
from atalaia.state import state_directory
from loadtests.scenario.mistake import Mistake

SANDBOX_LEAST = 200
"""In the sandbox addresses cost nothing: a load that limiters count by address has so many at least."""


def available(environment: Environment) -> int:
    """Addresses that the environment lets a load use beside the machine's own choice."""
    first, end = environment.client.positions(load=True)
    return end - first


def chosen(environment: Environment, number: int) -> tuple[str, ...]:
    """So many of them, those after the ones that the last load on this machine took: what limiters remember
    of earlier loads does not count against this one.

    Raises Mistake where this machine has no such address, UsageError where it cannot note which they are.
    """
    network = environment.client.addresses
    if network is None or not number:
        return ()
    first, end = environment.client.positions(load=True)
    begin = _next(state_directory() / "load-addresses.json", str(network), number, end - first)
    addresses = tuple(str(network[first + (begin + turn) % (end - first)]) for turn in range(number))
    _bindable(addresses[0], environment)
    return addresses


def _next(path: Path, network: str, number: int, there: int) -> int:
    """Where to begin; the first time it is drawn, as other machines may share the network."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            noted = _noted(path)
            begin = noted.get(network)
            if begin is None:
                begin = random.SystemRandom().randrange(there)
            noted[network] = (begin + number) % there
            new = path.with_suffix(".new")
            new.write_text(json.dumps(noted))
            new.replace(path)
    except OSError as error:
        raise UsageError(
            "which addresses the last load took cannot be noted",
            where=str(path),
            observed=error.strerror or str(error),
            hint="set ATALAIA_STATE_DIR to a directory that you may write to",
        ) from error
    return begin


def _noted(path: Path) -> dict[str, int]:
    """What is noted; nothing where the file is not there or not ours: then it is drawn anew."""
    try:
        noted = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    entries = noted.items() if isinstance(noted, dict) else ()
    return {network: begin for network, begin in entries if isinstance(begin, int)}


def _bindable(address: str, environment: Environment) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.bind((address, 0))
    except OSError:
        what = f"this machine has no address {address} of client.addresses ({environment.client.addresses})"
        hint = "client.addresses of the environment: a network of this machine's own"
        raise Mistake(what, "identities", hint=hint) from None
