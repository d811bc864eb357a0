"""The source addresses of a load: another block of the environment's network each time."""

from __future__ import annotations

import random
import socket

from atalaia.environment import Environment
from loadtests.scenario.mistake import Mistake

SANDBOX_LEAST = 200
"""In the sandbox addresses cost nothing: a load that limiters count by address has so many at least."""


def available(environment: Environment) -> int:
    """Addresses that the environment lets a load use beside the machine's own choice."""
    network = environment.client.addresses
    if network is None:
        return 0
    # The first and the last address of a network are not a host's.
    return network.num_addresses - 2 if network.num_addresses > 2 else network.num_addresses


def chosen(environment: Environment, number: int) -> tuple[str, ...]:
    """So many of them, one after the other from a place that is drawn each time: what limiters remember of
    earlier loads does not count against this one. Raises Mistake where this machine has no such address."""
    network = environment.client.addresses
    if network is None or not number:
        return ()
    there = available(environment)
    first = 1 if network.num_addresses > 2 else 0
    begin = random.SystemRandom().randrange(there)
    addresses = tuple(str(network[first + (begin + position) % there]) for position in range(number))
    _bindable(addresses[0], environment)
    return addresses


def _bindable(address: str, environment: Environment) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.bind((address, 0))
    except OSError:
        what = f"this machine has no address {address} of client.addresses ({environment.client.addresses})"
        raise Mistake(
            what, "identities", hint="client.addresses of the environment: a network of its own"
        ) from None
