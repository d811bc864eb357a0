"""What is sent for a request of a plan, and which arrival takes which entry and row."""

from __future__ import annotations

from collections import Counter

import pytest

from loadtests.generator.arrivals import Share
from loadtests.generator.asking import Choice, Ready, ready
from loadtests.generator.filling import Unsendable
from loadtests.plan import Request, Table
from tests.support.load_plans import entry, plan


def made(request: Request) -> Ready:
    table = Table(columns=("x",), rows=(("1",),))
    return ready(plan(entries=(entry(request, data="t"),), tables={"t": table}))[0].steps[0]


def test_a_request_without_places_is_made_once() -> None:
    one = made(Request(name="a", method="get", path="/a?b=c", headers=(("Authorization", "Bearer t"),)))
    assert one.encoded({}) is one.encoded({})
    assert one.encoded({}) == (
        b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAuthorization: Bearer t\r\n"
        b"User-Agent: atalaia-load\r\nAccept: */*\r\n\r\n"
    )
    assert one.safe


def test_a_body_is_sent_with_its_length() -> None:
    one = made(Request(name="a", method="POST", path="/{x}", body={"é": "{x}"}))
    head, _, body = one.encoded({"x": "ü"}).partition(b"\r\n\r\n")
    assert body.decode() == '{"é":"ü"}'
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
    assert b"Content-Type: application/json" in head.split(b"\r\n")
    assert head.startswith(b"POST /%C3%BC HTTP/1.1\r\n")
    assert not one.safe


def test_a_post_without_a_body_says_so() -> None:
    assert b"\r\nContent-Length: 0\r\n" in made(Request(name="a", method="POST", path="/")).encoded({})


def test_a_plans_own_headers_go_first() -> None:
    one = made(
        Request(
            name="a", method="GET", path="/", headers=(("host", "other.example"), ("Accept", "text/plain"))
        )
    )
    lines = one.encoded({}).decode().split("\r\n")
    assert [line for line in lines if line.lower().startswith(("host", "accept"))] == [
        "host: other.example", "Accept: text/plain",
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["http://elsewhere.example/", "//elsewhere.example/", "a", ""])
def test_nothing_is_asked_of_another_host(path: str) -> None:
    with pytest.raises(ValueError, match="a path begins with one /"):
        made(Request(name="a", method="GET", path=path))


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y"])
def test_a_path_is_one_word(path: str) -> None:
    with pytest.raises(Unsendable):
        made(Request(name="a", method="GET", path=path))


def test_a_header_is_one_line() -> None:
    with pytest.raises(ValueError, match="more than one line"):
        made(Request(name="a", method="GET", path="/", headers=(("A", "b\r\nC: d"),)))


def chosen(of: int, turns: int) -> list[tuple[str, dict[str, object]]]:
    """(first path, values) of the workers' arrivals, in order of their numbers."""
    a = entry(Request(name="a", method="GET", path="/a"), weight=3)
    b = entry(Request(name="b", method="GET", path="/b"), weight=1, data="t")
    both = plan(
        entries=(a, b), tables={"t": Table(columns=("x", "y"), rows=(("1", "a"), ("2", "b"), ("3", "c")))}
    )
    choices = [Choice(both, ready(both), Share(index, of)) for index in range(of)]
    return [
        (course.steps[0].name, dict(values))
        for _ in range(turns)
        for course, values in (choice.next() for choice in choices)
    ]


def test_entries_come_by_weight_and_by_seed() -> None:
    found = chosen(1, 2000)
    assert abs(Counter(name for name, _ in found)["a"] - 1500) < 4 * (2000 * 3 / 16) ** 0.5
    assert chosen(1, 50) == found[:50]


@pytest.mark.parametrize("of", [1, 3])
def test_nothing_of_a_mix_is_left_to_chance_to_be_asked_at_all(of: int) -> None:
    names = [f"r{number}" for number in range(20)]
    entries = (entry(Request(name=name, method="GET", path="/"), name=name) for name in names)
    mixed = plan(entries=tuple(entries))
    choices = [Choice(mixed, ready(mixed), Share(index, of)) for index in range(of)]
    asked = [choices[number % of].next()[0].steps[0].name for number in range(21)]
    assert set(asked) == set(names)
    assert asked[:20] != names


def test_rows_come_in_turn() -> None:
    rows = [values["x"] for name, values in chosen(1, 60) if name == "b"]
    assert rows == [("1", "2", "3")[number % 3] for number in range(len(rows))]
    assert rows


def test_workers_take_rows_of_their_own() -> None:
    a = entry(Request(name="a", method="GET", path="/{x}"), data="t")
    both = plan(entries=(a,), tables={"t": Table(columns=("x",), rows=tuple((str(n),) for n in range(10)))})
    taken = [[Choice(both, ready(both), Share(index, 2)) for index in range(2)][index] for index in range(2)]
    assert [[choice.next()[1]["x"] for _ in range(6)] for choice in taken] == [
        ["0", "2", "4", "6", "8", "0"], ["1", "3", "5", "7", "9", "1"],
    ]  # fmt: skip
