"""A client that keeps its connections: the same exchanges, over fewer of them."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from atalaia.environment.url import parse_url
from atalaia.exchange.client import Client
from atalaia.exchange.failure import Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSING = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@asynccontextmanager
async def answering(*answers: bytes):
    """A server with these answers, the last one for ever (empty: it hangs up); its port, its connections."""
    connections: list[list[bytes]] = []
    waiting = list(answers)

    async def serve(reader, writer):
        requests: list[bytes] = []
        connections.append(requests)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                requests.append(head)
                answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                if not answer:
                    break
                writer.write(answer)
                await writer.drain()
                if answer == CLOSING:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], connections


def request(port: int) -> HttpRequest:
    url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
    return HttpRequest(key="a request", hop=Hop.SERVICE, url=url, target="/")


async def exchanges(count: int, *answers: bytes, keeps: bool = True):
    async with answering(*answers) as (port, connections), Client(Network(), keeps=keeps) as client:
        seen = [await client.exchange(request(port)) for _ in range(count)]
    return seen, connections


def test_many_requests_go_over_one_connection():
    seen, connections = asyncio.run(exchanges(5, OK))
    assert [each.response.status for each in seen] == [200] * 5
    assert [len(requests) for requests in connections] == [5]


def test_without_keeping_each_request_has_a_connection_of_its_own():
    _, connections = asyncio.run(exchanges(3, OK, keeps=False))
    assert [len(requests) for requests in connections] == [1, 1, 1]
    assert all(b"Connection: close" in requests[0] for requests in connections)


def test_a_server_that_closes_is_connected_to_again():
    seen, connections = asyncio.run(exchanges(3, CLOSING))
    assert [each.response.status for each in seen] == [200] * 3
    assert len(connections) == 3


def test_what_failed_is_not_kept():
    seen, connections = asyncio.run(exchanges(3, OK, b"", OK))
    assert [each.failure and each.failure.reason for each in seen] == [None, Reason.PROTOCOL, None]
    assert [len(requests) for requests in connections] == [2, 1]


def test_two_at_once_leave_no_connection_open():
    async def run():
        async with answering(OK) as (port, connections):
            async with Client(Network(), keeps=True) as client:
                await asyncio.gather(*(client.exchange(request(port)) for _ in range(4)))
            for _ in range(100):
                if len(asyncio.all_tasks()) == 1:
                    break
                await asyncio.sleep(0.01)
            return len(asyncio.all_tasks()), connections

    left, connections = asyncio.run(run())
    assert left == 1, "a server's task ends when its connection is closed"
    assert sum(map(len, connections)) == 4
