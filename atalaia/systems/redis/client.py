"""Ask Redis who it is: first as anybody, then as declared. PING, AUTH and INFO only; nothing is written.

Three commands of Redis' protocol are spoken here rather than through a client library, which would
send more than that (HELLO, CLIENT SETINFO, SELECT) and hide which command was refused.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import Any

from atalaia.exchange.causes import failure_of
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.network import Network, NotOpened, Opened, open_tcp, shake_hands, timed_out
from atalaia.exchange.trust import verifying
from atalaia.systems.redis.protocol import NoReply, Refusal, command, read_reply
from atalaia.systems.redis.session import RedisAccount, RedisSession


async def log_in(account: RedisAccount, network: Network) -> RedisSession:
    """What a session found out; every failure is part of it."""
    begun = time.perf_counter()
    conversation = _Conversation()
    failure: Failure | None
    try:
        async with asyncio.timeout(network.total.total_seconds()):
            failure = await conversation.hold(account, network)
    except TimeoutError:
        failure = timed_out("no whole session", network.total)
    except (NotOpened, NoReply) as error:
        failure = error.failure
    except OSError as error:
        failure = failure_of(error)
        if failure is None:
            raise
    return RedisSession(**conversation.learnt, failure=failure, elapsed=time.perf_counter() - begun)


class _Conversation:
    """What has been learnt so far, kept where a later command fails."""

    def __init__(self) -> None:
        self.learnt: dict[str, Any] = {}

    async def hold(self, account: RedisAccount, network: Network) -> Failure | None:
        """Why the declared credentials did not get through; None where they did."""
        url = account.url
        if url.tls:
            try:
                opened = await shake_hands(network, url.host, url.port, verifying(network.ca))
            except ssl.SSLCertVerificationError as error:
                return Failure(reason=Reason.TLS, detail=error.verify_message)
        else:
            opened = await open_tcp(network, url.host, url.port)
        try:
            return await self._speak(account, opened)
        finally:
            opened.close()

    async def _speak(self, account: RedisAccount, opened: Opened) -> Failure | None:
        async def ask(*words: str) -> str | Refusal:
            opened.writer.write(command(*words))
            await opened.writer.drain()
            return await read_reply(opened.reader)

        anonymous = await ask("PING")
        self.learnt["auth_required"] = isinstance(anonymous, Refusal) and anonymous.for_lack_of_identity
        pong = anonymous
        if account.words:
            accepted = await ask("AUTH", *account.words)
            # A server without a password refuses AUTH, and serves all the same.
            if isinstance(accepted, Refusal) and self.learnt["auth_required"]:
                return accepted.failure
            pong = await ask("PING")
        if isinstance(pong, Refusal):
            return pong.failure
        self.learnt["ping"] = pong == "PONG"
        if not self.learnt["ping"]:
            return Failure(reason=Reason.PROTOCOL, detail="something else than PONG in answer to PING")
        info = await ask("INFO")
        if isinstance(info, str):
            self.learnt |= _about(info)
        return None


def _about(info: str) -> dict[str, str | None]:
    fields = dict(line.split(":", 1) for line in info.splitlines() if ":" in line and line[0] != "#")
    role = fields.get("role")
    return {
        "role": "replica" if role == "slave" else role,
        "maxmemory_policy": fields.get("maxmemory_policy"),
        "server_version": fields.get("redis_version"),
    }
