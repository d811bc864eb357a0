"""Work beside the loop: one that hangs holds up no other."""

from __future__ import annotations

import threading

from atalaia.exchange.beside import beside


def test_a_hanging_one_holds_up_nobody() -> None:
    release, done = threading.Event(), threading.Semaphore(0)
    for _ in range(5):
        beside(lambda: release.wait(10))
    for _ in range(50):
        beside(done.release)
    try:
        for _ in range(50):
            assert done.acquire(timeout=10)
    finally:
        release.set()


def test_threads_are_used_again() -> None:
    names: list[int] = []
    for _ in range(100):
        done = threading.Event()

        def work(done: threading.Event = done) -> None:
            names.append(threading.get_ident())
            done.set()

        beside(work)
        assert done.wait(10)
    assert len(set(names)) < 50
