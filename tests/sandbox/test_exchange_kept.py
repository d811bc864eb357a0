"""A client that keeps its connections: the same exchanges, over fewer of them, whatever is answered."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from atalaia.environment.url import parse_url
from atalaia.exchange.bearer import Bearer
from atalaia.exchange.client import Client
from atalaia.exchange.exchange import Exchange
from atalaia.exchange.failure import Reason
from atalaia.exchange.hop import Hop
from atalaia.exchange.kept import KeptClient
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from tests.support.hostile import BEHAVIOURS, HostileServer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSING = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
CUT = {"endless-body", "endless-chunks", "gzip-bomb", "deflate-bomb"}
"""What is cut at the cap is an answer."""
QUICK = Network(total=timedelta(seconds=1))


@asynccontextmanager
async def answering(*answers: bytes, drip: float = 0):
    """A server with these answers, the last one for ever (empty: it hangs up); its port, its connections."""
    connections: list[list[bytes]] = []
    waiting = list(answers)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader, writer):
        requests: list[bytes] = []
        connections.append(requests)
        try:
            while True:
                requests.append(await reader.readuntil(b"\r\n\r\n"))
                answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                for piece in [answer[i : i + 1] for i in range(len(answer))] if drip else [answer]:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(drip)
                if answer == CLOSING or not answer.startswith(b"HTTP/1.1") or b"Length" not in answer:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def begin(reader, writer):
        task = asyncio.get_running_loop().create_task(serve(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], connections
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def request(port: int, **changes) -> HttpRequest:
    url = parse_url(f"http://127.0.0.1:{port}", frozenset({"http"}))
    return HttpRequest(key="a request", hop=Hop.SERVICE, url=url, target="/", **changes)


async def exchanges(count: int, *answers: bytes, drip: float = 0, network: Network = QUICK, **changes):
    async with answering(*answers, drip=drip) as (port, connections), KeptClient(network) as client:
        asked = request(port, **changes)
        return [await client.exchange(asked) for _ in range(count)], connections


def one(answer: bytes, **options) -> Exchange:
    ((seen,), _) = asyncio.run(exchanges(1, answer, **options))
    return seen


def test_many_requests_go_over_one_connection():
    seen, connections = asyncio.run(exchanges(5, OK))
    assert [each.response.status for each in seen] == [200] * 5
    assert [each.response.body for each in seen] == [b"ok"] * 5
    assert [len(requests) for requests in connections] == [5]


def test_each_request_has_an_id_of_its_own():
    seen, connections = asyncio.run(exchanges(3, OK))
    assert len({each.request_id for each in seen}) == 3
    assert all(each.request_id.encode() in sent for each, sent in zip(seen, connections[0], strict=True))


def test_a_request_is_the_one_that_the_other_client_sends():
    async def both():
        changes = {
            "method": "POST", "headers": (("Origin", "https://a.example"),), "body": b'{"a":1}',
            "bearer": Bearer(algorithm="HS256", secret="s" * 32, claims=(("iss", "a"),)),
        }  # fmt: skip
        async with answering(CLOSING) as (port, connections):
            asked = request(port, **changes)
            async with KeptClient(Network()) as kept, Client(Network()) as plain:
                return await kept.exchange(asked), await plain.exchange(asked), connections

    kept, plain, ((first,), (second,)) = asyncio.run(both())

    def lines(head: bytes) -> set[str]:
        named = {line.partition(":")[0].lower() for line in head.decode().split("\r\n")[1:]}
        return {head.decode().split("\r\n")[0], *named}

    assert lines(first) == lines(second)
    ignored = {"request_id", "sent_at", "elapsed", "phases", "address", "source"}
    assert kept.model_dump(exclude=ignored) == plain.model_dump(exclude=ignored)


def test_a_server_that_closes_is_connected_to_again():
    seen, connections = asyncio.run(exchanges(3, CLOSING))
    assert [each.response.status for each in seen] == [200] * 3
    assert len(connections) == 3


def test_what_was_cut_is_not_sent_again_and_the_next_has_a_new_connection():
    seen, connections = asyncio.run(exchanges(3, OK, b"", OK))
    assert [each.failure and each.failure.reason for each in seen] == [None, Reason.PROTOCOL, None]
    assert [len(requests) for requests in connections] == [2, 1]


BODIES = {
    b"Content-Length: 5\r\n\r\nhello": b"hello",
    b"\r\nhello": b"hello",
    b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n": b"hello",
    b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello"): b"hello",
}


@pytest.mark.parametrize(("rest", "body"), BODIES.items(), ids=["length", "until the end", "chunks", "gzip"])
def test_a_body_is_read_in_every_framing(rest, body):
    assert one(b"HTTP/1.1 200 OK\r\n" + rest).response.body == body


def test_interim_answers_are_read_over():
    assert one(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK).response.status == 200


def test_the_answer_to_head_has_no_body():
    seen = one(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", method="HEAD")
    assert (seen.failure, seen.response.body) == (None, b"")


BROKEN = {
    b"SSH-2.0-OpenSSH\r\n\r\n": "illegal status line",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n": "illegal header line",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n": "illegal content length",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok": "illegal content length",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": "illegal chunk",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay": "illegal chunk",
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n": "the answer's head is too long",
    b"HTTP/1.1 100 Continue\r\n\r\n" * 9: "nothing but interim answers",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno": "the body is not the gzip that its header says",
    b"HTTP/1.1 200": "the server hung up in the answer's head",
}


@pytest.mark.parametrize(("answer", "detail"), BROKEN.items(), ids=range(len(BROKEN)))
def test_what_is_no_answer_is_a_failure_with_a_reason(answer, detail):
    seen = one(answer)
    assert (seen.response, seen.failure.reason, seen.failure.detail) == (None, Reason.PROTOCOL, detail)


def test_a_long_body_is_cut():
    seen = one(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000, network=Network(body_cap=1000))
    assert (len(seen.response.body), seen.response.truncated) == (1000, True)


def test_an_answer_that_drips_is_given_up_at_the_deadline():
    begun = time.monotonic()
    seen = one(OK, drip=0.1)
    assert seen.failure.reason is Reason.TIMEOUT
    assert time.monotonic() - begun < 2


@pytest.fixture(scope="module")
def hostile() -> Iterator[str]:
    with HostileServer() as server:
        yield server.url


@pytest.mark.parametrize("behaviour", sorted(set(BEHAVIOURS) - {"redirects", "redirect-loop", "redirect-to"}))
def test_whatever_a_server_does_it_ends_in_time_and_says_nothing_of_what_was_sent(hostile, behaviour):
    async def run():
        asked = HttpRequest(
            key="k", hop=Hop.SERVICE, url=parse_url(hostile, frozenset({"http"})), target=f"/{behaviour}",
            headers=(("Authorization", "Bearer hush-hush"),),
        )  # fmt: skip
        async with KeptClient(Network(total=timedelta(seconds=0.6))) as client:
            return await client.exchange(asked)

    begun = time.monotonic()
    seen = asyncio.run(run())
    assert time.monotonic() - begun < 2
    assert (seen.failure is None) == (behaviour in {"ok", "echo", *CUT}), seen.failure
    assert "hush" not in str(seen.failure)
    assert seen.sent == ()


def test_nobody_who_listens_is_a_failure():
    async def refused():
        async with answering(OK) as (port, _):
            pass
        async with KeptClient(QUICK) as client:
            return await client.exchange(request(port))

    assert asyncio.run(refused()).failure.reason is Reason.REFUSED
