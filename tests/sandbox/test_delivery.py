"""Results reach a real Pushgateway whole, or it is said in time why not."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from atalaia.environment.url import Url, parse_url
from atalaia.errors import DeliveryError, ExitCode
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from atalaia.systems.prometheus.exposition import read
from atalaia.systems.pushgateway.client import NotTaken, Pushgateway
from probes.delivery import deliver
from probes.exposition import expose
from probes.model import Run
from probes.totals import Counters, Outcome, Totals
from probes.vantage import Vantage
from tests.support.certificates import Authorities
from tests.support.hostile import HostileServer
from tests.support.probe_runs import NOW, VANTAGE, planned, run, worked
from tests.support.pushgateway import pushgateway
from tests.support.standins import ask, free_ports

NETWORK = Network(connect=timedelta(seconds=1), total=timedelta(seconds=5))
SOON, LONG = timedelta(seconds=2), timedelta(seconds=20)
"""For a push that fails whenever, and for one that succeeds, on however busy a machine."""


def page(*names: str, vantage: Vantage = VANTAGE) -> str:
    told = {"environment": vantage.environment, "location": vantage.location, "shard": vantage.shard}
    one: Run = run(*(worked(planned(name)) for name in names), **told)
    return expose(one, Counters(NOW, {name: Totals().plus(Outcome(1, True, True, 0.01)) for name in names}))


def push(
    to: str, text: str, *, vantage: Vantage = VANTAGE, within: timedelta = LONG, **other: object
) -> float:
    """Push, and how many seconds that took."""
    begun = time.monotonic()
    network = other.pop("network", NETWORK)
    assert isinstance(network, Network)
    url: Url = parse_url(to, frozenset({"http", "https"}))
    asyncio.run(deliver(text, vantage, url, network, within=within, **other))  # type: ignore[arg-type]
    return time.monotonic() - begun


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with pushgateway(tmp_path_factory.mktemp("pushgateway")) as port:
        yield port


def lying(port: int, metric: str = "probe_success", **labels: str) -> dict[str, dict[str, str]]:
    """The series of a metric that lie there, by their label `probe`."""
    found = read(ask(port, "GET", "/metrics").body)
    assert not found.flaws
    told = [dict(sample.labels) for sample in found.samples if sample.name == metric]
    return {one.get("probe", ""): one for one in told if labels.items() <= one.items()}


def test_a_push_is_there_with_the_target_as_its_instance(port: int) -> None:
    push(f"http://127.0.0.1:{port}", page("auth-service"))
    series = lying(port, location="gru")["auth-service"]
    assert series == {
        "job": "atalaia-probes", "environment": "atendeai", "location": "gru", "shard": "0/1",
        "probe": "auth-service", "kind": "http", "hop": "service",
        "instance": "http://auth-service.test:3001/health",
    }  # fmt: skip


def test_what_is_no_longer_probed_is_gone_with_the_next_push(port: int) -> None:
    push(f"http://127.0.0.1:{port}", page("auth-service", "chat-service"))
    push(f"http://127.0.0.1:{port}", page("chat-service"))
    assert set(lying(port, location="gru")) == {"chat-service"}


@pytest.mark.parametrize("location", ["", "..", "são paulo", "a/b", "with+plus&more"])
def test_every_location_is_a_group_of_its_own(port: int, location: str) -> None:
    vantage = Vantage("atendeai", location, "1/3")
    push(f"http://127.0.0.1:{port}", page("auth-service", vantage=vantage), vantage=vantage)
    assert set(lying(port, location=location, shard="1/3")) == {"auth-service"}


def test_nothing_pushed_looks_like_a_library_of_metrics(port: int) -> None:
    push(f"http://127.0.0.1:{port}", page("auth-service"))
    families = read(ask(port, "GET", "/metrics").body).families.values()
    ours = [
        family.name
        for family in families
        for sample in family.samples
        if sample.label("job") == "atalaia-probes"
    ]
    assert not [
        name for name in ours if name.endswith("_created") or name.startswith(("python_", "process_"))
    ]


def test_a_refusal_is_told_in_the_pushgateways_own_words_and_never_tried_again(tmp_path: Path) -> None:
    clash = b"# TYPE probe_success counter\nprobe_success 1\n"
    with pushgateway(tmp_path) as port:
        assert ask(port, "PUT", "/metrics/job/somebody", body=clash).status == 200
        with pytest.raises(DeliveryError) as caught:
            push(f"http://127.0.0.1:{port}", page("auth-service"))
        assert refusals(port) == 1
    assert "400: pushed metrics are invalid or inconsistent" in str(caught.value)
    assert "probe_success" in str(caught.value)
    assert "attempts within" not in str(caught.value)
    assert "atalaia probe backfill" in str(caught.value)
    assert caught.value.exit_code is ExitCode.NOT_DELIVERED


def refusals(port: int) -> float:
    """How often the Pushgateway has refused a push."""
    refused = {"code": "400", "handler": "push", "method": "put"}
    found = read(ask(port, "GET", "/metrics").body).samples
    return sum(
        sample.value
        for sample in found
        if sample.name == "pushgateway_http_requests_total" and refused.items() <= dict(sample.labels).items()
    )


def test_what_is_no_page_of_ours_is_not_even_sent(port: int) -> None:
    text = page("auth-service").replace("} 1\n", "} 1 1700000000000\n", 1)
    with pytest.raises(DeliveryError, match="line 3: no sample, or one with a timestamp"):
        push(f"http://127.0.0.1:{port}", text)


def test_a_pushgateway_that_is_down_is_tried_again_and_told_in_time() -> None:
    (nobody,) = free_ports(1)
    begun = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        push(f"http://127.0.0.1:{nobody}", page("auth-service"), within=timedelta(seconds=1.5))
    assert time.monotonic() - begun < 2.5
    assert f"http://127.0.0.1:{nobody}: the Pushgateway did not take" in str(caught.value)
    assert "refused" in str(caught.value)
    assert "attempts within" in str(caught.value)


def test_one_that_comes_back_in_time_gets_it(tmp_path: Path) -> None:
    (later,) = free_ports(1)

    async def both() -> None:
        url = parse_url(f"http://127.0.0.1:{later}", frozenset({"http"}))
        pushing = asyncio.create_task(
            deliver(page("auth-service"), VANTAGE, url, NETWORK, within=timedelta(seconds=20))
        )
        await asyncio.sleep(0)  # the first attempt begins before there is anybody
        running = pushgateway(tmp_path, later)
        port = await asyncio.to_thread(running.__enter__)
        try:
            await pushing
            assert set(await asyncio.to_thread(lying, port)) == {"auth-service"}
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)

    asyncio.run(both())


@contextmanager
def answering(
    *statuses: int, words: str = "", certificate: Path | None = None
) -> Iterator[tuple[int, list[str]]]:
    """A server that answers pushes with these, the last one for ever; its port, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status = statuses[min(len(asked), len(statuses) - 1)]
            asked.append(f"{self.path} {self.headers.get('Authorization', '')}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words.encode())

        def log_message(self, *_: object) -> None:
            """Into no log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], asked
        server.shutdown()


def test_an_error_of_the_server_is_tried_again() -> None:
    with answering(500, 503, 202) as (port, asked):
        push(f"http://127.0.0.1:{port}", page("auth-service"))
    assert asked == ["/metrics/job/atalaia-probes/environment/atendeai/location/gru/shard@base64/MC8x "] * 3


def test_an_error_of_the_server_that_stays_is_told() -> None:
    with (
        answering(500, words="disk \x1b[31mfull\n") as (port, asked),
        pytest.raises(DeliveryError, match=r"500: disk \[31mfull \(\d attempts within 2s\)"),
    ):
        push(f"http://127.0.0.1:{port}", page("auth-service"), within=SOON)
    assert 1 < len(asked) <= 6


@pytest.mark.parametrize("status", [301, 400, 401, 404, 413])
def test_any_other_answer_is_final(status: int) -> None:
    with answering(status, 200) as (port, asked), pytest.raises(DeliveryError, match=f"found {status}: "):
        push(f"http://127.0.0.1:{port}", page("auth-service"))
    assert len(asked) == 1


def test_who_refuses_a_page_before_reading_all_of_it_is_heard() -> None:
    refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\nnot again"
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(refusal)

        refusing = threading.Thread(target=refuse, daemon=True)
        refusing.start()
        url = parse_url(f"http://127.0.0.1:{server.getsockname()[1]}", frozenset({"http"}))
        with pytest.raises(NotTaken, match="400: not again") as caught:
            asyncio.run(Pushgateway(url, NETWORK).put(VANTAGE.labels, "#" * 2**25, LONG))
        refusing.join()
    assert not caught.value.again


def test_credentials_are_sent_and_never_told() -> None:
    redactor = Redactor(["pass-word"])
    with answering(403, words="pass-word is wrong") as (port, asked), pytest.raises(DeliveryError) as caught:
        push(f"http://ops:pass-word@127.0.0.1:{port}/below", page("auth-service"), redactor=redactor)
    assert asked[0].startswith("/below/metrics/job/atalaia-probes/")
    assert asked[0].endswith(" Basic b3BzOnBhc3Mtd29yZA==")
    assert "pass-word" not in str(caught.value)
    assert "403: [redacted] is wrong" in str(caught.value)


def test_over_tls_only_to_whom_the_environment_trusts(tmp_path: Path) -> None:
    authorities = Authorities(tmp_path)
    trusting = Network(hosts={"front.test": "127.0.0.1", "other.test": "127.0.0.1"}, ca=authorities.ca)
    with answering(200, certificate=authorities.leaf(authorities.middle)) as (port, asked):
        push(f"https://front.test:{port}", page("auth-service"), network=trusting)
        assert len(asked) == 1
        for url, network in (
            (f"https://front.test:{port}", Network(hosts=trusting.hosts)),
            (f"https://other.test:{port}", trusting),
        ):
            with pytest.raises(DeliveryError, match="tls: "):
                push(url, page("auth-service"), network=network, within=SOON)
    assert len(asked) == 1


def test_a_push_is_bounded_in_time_whatever_the_server_does() -> None:
    with HostileServer() as server:
        for behaviour in (
            "silent",
            "drip-header",
            "drip-body",
            "endless-interim",
            "endless-headers",
            "reset",
        ):
            begun = time.monotonic()
            with pytest.raises(DeliveryError):
                push(f"{server.url}/{behaviour}", page("auth-service"), within=timedelta(seconds=1))
            assert time.monotonic() - begun < 2, behaviour
        begun = time.monotonic()
        with pytest.raises(DeliveryError, match="no answer within"):
            push(server.mute_url, page("auth-service"), within=timedelta(seconds=1))
        assert time.monotonic() - begun < 2


def test_no_proxy_of_the_process_environment_gets_it(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    (nobody,) = free_ports(1)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{nobody}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{nobody}")
    push(f"http://127.0.0.1:{port}", page("auth-service"))


def test_names_are_those_of_the_environment(port: int) -> None:
    network = Network(hosts={"push.test": "127.0.0.1"})
    push(f"http://push.test:{port}", page("auth-service"), network=network)
    push(f"http://localhost:{port}", page("auth-service"))
    with pytest.raises(DeliveryError, match="dns"):
        push(f"http://push.invalid:{port}", page("auth-service"), within=SOON)


def test_it_holds_fifty_thousand_series_of_others(tmp_path: Path) -> None:
    lines = "".join(f'other{{a="{number}"}} {number}\n' for number in range(50_000))
    with pushgateway(tmp_path) as port:
        assert ask(port, "PUT", "/metrics/job/other", body=lines.encode()).status == 200
        taken = push(f"http://127.0.0.1:{port}", page(*(f"p{number}" for number in range(40))))
        assert set(lying(port)) == {f"p{number}" for number in range(40)}
    assert taken < 2
