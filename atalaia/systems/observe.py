"""Take any observation: the systems' own kinds here, the others in the exchange room."""

from __future__ import annotations

from atalaia.exchange import observe as exchange
from atalaia.exchange.failure import Seen
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Observable
from atalaia.systems.postgres.model import PostgresLogin
from atalaia.systems.redis.model import RedisLogin


async def observe(observable: Observable, network: Network) -> Seen:
    """What is seen of an observable, failures included. Raises TypeError for an unknown kind."""
    # The clients are imported late: a run without stores needs no database driver.
    match observable:
        case PostgresLogin():
            from atalaia.systems.postgres import client as postgres

            return await postgres.log_in(observable, network)
        case RedisLogin():
            from atalaia.systems.redis import client as redis

            return await redis.log_in(observable, network)
    return await exchange.observe(observable, network)
