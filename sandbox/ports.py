"""The ports of a sandbox: free ones, or those that the AtendeAI documents name."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

from atalaia.errors import NotMeasured

# Below Linux' range for outgoing connections (32768 and up), so that no client's own port can
# take one of ours between the choice and the start of its server.
_LOWEST, _HIGHEST, _BLOCK = 10240, 32720, 40

HAPROXY_ADDRESS = "127.0.0.2"
"""Where HAProxy's connections to Kong come from, and whom Kong trusts to tell the client's address."""


@dataclass(frozen=True)
class Ports:
    """Where every server of a sandbox listens, on 127.0.0.1."""

    haproxy_http: int
    haproxy_https: int
    haproxy_stats: int
    haproxy_metrics: int
    kong_1_proxy: int
    kong_1_admin: int
    kong_1_status: int
    kong_2_proxy: int
    kong_2_admin: int
    kong_2_status: int
    auth_service: int
    user_service: int
    clinic_service: int
    health_service: int
    conversation_service: int
    appointment_service: int
    whatsapp_service: int
    google_calendar_service: int
    postgres: int
    redis: int
    prometheus: int
    alertmanager: int
    pushgateway: int
    grafana: int
    node_exporter: int
    postgres_exporter: int
    redis_exporter: int
    receivers: int
    receivers_smtp: int
    dead: int
    """Nobody listens here: what a dead upstream or a receiver that is down points to."""

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """(name, port) of every port, in order."""
        return iter((field.name, getattr(self, field.name)) for field in fields(self))


# The documents give Grafana and a frontend the same port 3000; Grafana has it here. They name one
# Kong and no Status port, exporter or HAProxy metrics port: these are the projects' usual ones. Whom the
# Alertmanager tells is elsewhere; here all of it listens on two ports.
SEED_PORTS = Ports(
    haproxy_http=80,
    haproxy_https=443,
    haproxy_stats=8404,
    haproxy_metrics=8405,
    kong_1_proxy=8000,
    kong_1_admin=8001,
    kong_1_status=8100,
    kong_2_proxy=8010,
    kong_2_admin=8011,
    kong_2_status=8110,
    auth_service=3001,
    user_service=3002,
    clinic_service=3003,
    health_service=3004,
    conversation_service=3005,
    appointment_service=3006,
    whatsapp_service=3007,
    google_calendar_service=3008,
    postgres=5432,
    redis=6379,
    prometheus=9090,
    alertmanager=9093,
    pushgateway=9091,
    grafana=3000,
    node_exporter=9100,
    postgres_exporter=9187,
    redis_exporter=9121,
    receivers=9199,
    receivers_smtp=2525,
    dead=9999,
)


@contextmanager
def reserve_free_ports() -> Iterator[Ports]:
    """A block of free ports that no other sandbox takes while it is held.

    The block is held by a name in the kernel's table of abstract sockets: it leaves no file, and
    it is gone when its holder is, however that ended. Hold it until every server listens.
    Raises NotMeasured when all blocks are in use.
    """
    starts = list(range(_LOWEST, _HIGHEST - _BLOCK, _BLOCK))
    random.shuffle(starts)
    for start in starts:
        with socket.socket(socket.AF_UNIX) as holder:
            try:
                holder.bind(f"\0atalaia-sandbox-ports-{start}")
            except OSError:
                continue
            if all(why_not(port) is None for port in range(start, start + _BLOCK)):
                yield Ports(*range(start, start + len(fields(Ports))))
                return
    raise NotMeasured("no block of free ports was found", hint="end what listens, or try again")


def why_not(port: int) -> str | None:
    """Why a server could not listen on 127.0.0.1:`port` now; None where it could."""
    with socket.socket() as trial:
        # As servers do, so that a port in TIME_WAIT counts as free.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
            trial.listen(1)
        except PermissionError:
            return "needs root"
        except OSError:
            return "is taken"
    return None
