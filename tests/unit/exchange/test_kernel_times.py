"""When something arrived, by the kernel's word, however late it is read."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from atalaia.exchange import kernel_times
from atalaia.exchange.kernel_times import first_round_trip, note_arrivals, receive
from tests.support.noted_arrivals import until_arrivals_are_noted

LATE = 0.5
"""Seconds after which what came is read."""


@pytest.fixture(scope="module", autouse=True)
def noted() -> None:
    until_arrivals_are_noted()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a TCP connection."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as near,
        listener.accept()[0] as far,
    ):
        yield near, far


def _read_late(near: socket.socket, far: socket.socket) -> tuple[bytes, float]:
    """What came, and how many seconds after it had been sent, as is told."""
    sent = time.perf_counter()
    far.sendall(b"word")
    time.sleep(LATE)
    data, when = receive(near, 100)
    return data, when - sent


def test_what_is_read_late_came_when_it_was_sent(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    note_arrivals(near)
    data, after = _read_late(near, far)
    assert data == b"word"
    assert abs(after) < LATE / 2


def test_where_the_kernel_was_not_asked_it_came_when_it_was_read(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    data, after = _read_late(*ends)
    assert data == b"word"
    assert after >= LATE


def test_where_the_clock_was_set_back_it_came_when_it_was_read(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = ends
    note_arrivals(near)
    earlier = time.time() - 3600
    monkeypatch.setattr(kernel_times.time, "time", lambda: earlier)
    before = time.perf_counter()
    _, after = _read_late(near, far)
    assert LATE <= after <= time.perf_counter() - before


def test_the_end_came_when_it_was_read(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    note_arrivals(near)
    far.close()
    before = time.perf_counter()
    data, when = receive(near, 100)
    assert (data, when >= before) == (b"", True)


def test_a_kernel_that_knows_no_such_option_is_done_without(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_times, "_SO_TIMESTAMPNS", 9999)
    monkeypatch.setattr(kernel_times, "_go_on_noting", kernel_times._go_on_noting.__wrapped__)
    near, far = ends
    note_arrivals(near)
    data, after = _read_late(near, far)
    assert (data, after >= LATE) == (b"word", True)


def test_the_first_round_trip_is_the_kernels(ends: tuple[socket.socket, socket.socket]) -> None:
    near, _ = ends
    time.sleep(LATE)
    took = first_round_trip(near)
    assert took is not None
    assert 0 < took < LATE / 2


def test_before_there_is_a_connection_there_is_no_round_trip() -> None:
    with socket.socket() as alone:
        assert first_round_trip(alone) is None


def test_what_is_no_tcp_tells_of_no_round_trip() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert first_round_trip(near) is None
