"""HAProxy's CSV, as a real 2.6 wrote it, and what is not HAProxy's CSV."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.systems.document import Unreadable
from atalaia.systems.haproxy.rules import CheckLayer, check_layer, fair_shares, flaps, is_statistics_page
from atalaia.systems.haproxy.statistics import Server, Statistics, parse_statistics

DATA = Path(__file__).parents[2] / "data" / "haproxy"
MIXED = (DATA / "mixed.csv").read_bytes()
FLAPPING = (DATA / "flapping.csv").read_bytes()


def server(backend: str, name: str, document: bytes = MIXED) -> Server:
    read = parse_statistics(document)
    assert isinstance(read, Statistics)
    found = read.server(backend, name)
    assert found is not None
    return found


def test_servers_are_read_and_frontends_and_backends_are_not():
    read = parse_statistics(MIXED)
    assert isinstance(read, Statistics)
    assert [(each.backend, each.name) for each in read.servers] == [
        ("api_gateway", "kong-1"),
        ("api_gateway", "kong-2"),
        ("auth_service", "auth-service"),
        ("auth_service", "drained"),
        ("auth_service", "half"),
        ("unchecked", "plain"),
        ("unchecked", "l4"),
        ("tcp_only", "l4"),
    ]
    assert read.server("api_gateway", "kong-1") == Server(
        "api_gateway",
        "kong-1",
        "UP",
        "L7OK",
        "Layer7 check passed",
        1,
        sessions=2,
        times_down=0,
        since_change=3,
    )
    assert read.server("api_gateway", "kong-3") is None


@pytest.mark.parametrize(
    ("backend", "name", "up", "layer"),
    [
        ("api_gateway", "kong-1", True, CheckLayer.APPLICATION),
        ("auth_service", "auth-service", False, CheckLayer.UNKNOWN),
        ("auth_service", "drained", False, CheckLayer.UNKNOWN),
        ("unchecked", "plain", True, CheckLayer.NONE),
        ("tcp_only", "l4", True, CheckLayer.CONNECTION),
    ],
)
def test_a_servers_state_and_the_depth_of_its_check(backend, name, up, layer):
    assert (server(backend, name).up, check_layer(server(backend, name))) == (up, layer)


@pytest.mark.parametrize(
    ("status", "up"),
    [("UP", True), ("UP 1/3", True), ("no check", True), ("DOWN", False), ("DOWN 1/2", False),
     ("DOWN (agent)", False), ("NOLB", False), ("MAINT (via a/b)", False), ("DRAIN", False), ("UPS", False)],
)  # fmt: skip
def test_only_what_is_given_requests_is_up(status, up):
    assert Server("b", "s", status, "", "", 1, 0, 0, 0).up is up


def test_a_check_under_way_shows_the_result_of_the_one_before():
    running = MIXED.replace(b",L4OK,", b",* L4OK,")
    assert check_layer(server("tcp_only", "l4", running)) is CheckLayer.CONNECTION


def test_a_server_that_went_down_often_and_lately_flaps():
    unstable = server("auth_service", "auth-service", FLAPPING)
    assert unstable.up
    assert flaps(unstable, transitions=3, within=600)
    assert not flaps(unstable, transitions=unstable.times_down + 1, within=600)
    assert not flaps(unstable, transitions=3, within=unstable.since_change - 0.5)


def test_columns_are_found_by_name_whatever_their_order_and_number():
    def later(document: bytes) -> bytes:
        """As a version writes it that has another column in third place."""
        lines = [line.split(b",") for line in document.splitlines()]
        named = [[*lines[0][:2], b"added", *lines[0][2:]], *([*x[:2], b"7", *x[2:]] for x in lines[1:])]
        return b"".join(b",".join(line) + b"\n" for line in named)

    assert later(MIXED) != MIXED
    assert parse_statistics(later(MIXED)) == parse_statistics(MIXED)


BAD = {
    "empty": b"",
    "HTML": (DATA / "stats-page-head.html").read_bytes(),
    "JSON": b'[[{"objType":"Frontend"}]]',
    "another CSV": b"name,status\nkong,UP\n",
    "cut within a line": MIXED[:3000],
    "cut within the header": MIXED[:60],
    "a column less": MIXED.replace(b"check_status,", b"", 1),
    "a short line": MIXED.replace(b"api_gateway,kong-1,0,0,", b"api_gateway,kong-1\nrest,", 1),
    "letters for a number": MIXED.replace(
        b"api_gateway,kong-1,0,0,0,1,,2,", b"api_gateway,kong-1,0,0,0,1,,two,", 1
    ),
    "not text": b"# pxname,\xff\xfe\n",
    "quote without end": MIXED + b'"\n',
}


@pytest.mark.parametrize("document", BAD.values(), ids=BAD)
def test_what_is_no_whole_csv_is_said_to_be_unreadable(document):
    assert isinstance(parse_statistics(document), Unreadable)


def test_the_reason_names_what_came_instead():
    assert str(parse_statistics(BAD["HTML"])) == "HTML instead of HAProxy's CSV"
    assert str(parse_statistics(b"")) == "an empty body instead of HAProxy's CSV"
    assert str(parse_statistics(MIXED[:3000])) == "HAProxy's CSV, cut off"


@given(st.binary(max_size=200), st.integers(0, len(MIXED)))
def test_no_body_raises(noise, at):
    parse_statistics(noise)
    parse_statistics(MIXED[:at] + noise + MIXED[at:])


def test_shares_follow_the_weights():
    assert fair_shares({"a": 1, "b": 3}, 8) == {"a": 2.0, "b": 6.0}
    assert fair_shares({"a": 0, "b": 0}, 8) == {"a": 0.0, "b": 0.0}


def test_the_statistics_page_is_known_by_its_title_its_csv_and_its_prompt():
    page = (DATA / "stats-page-head.html").read_bytes()
    assert is_statistics_page(200, "", page)
    assert is_statistics_page(200, "", MIXED)
    assert is_statistics_page(401, 'Basic realm="HAProxy Statistics"', b"")
    assert not is_statistics_page(401, 'Basic realm="API"', b"")
    assert not is_statistics_page(200, "", b"<html><title>Shop</title>")
