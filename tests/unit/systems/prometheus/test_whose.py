"""Whose page it is, by what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from atalaia.systems.prometheus.exposition import read
from atalaia.systems.prometheus.whose import counted_alike, names_service, started_earlier, vendor_of

DATA = Path(__file__).parents[3] / "data" / "metrics-pages"


def recorded(name):
    return read((DATA / f"{name}.txt").read_bytes())


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("auth-service", None),
        ("haproxy-exporter", "haproxy"),
        ("postgres-exporter", "postgres"),
        ("node-exporter", "node"),
        ("redis-exporter", "redis"),
    ],
)
def test_well_known_exporters_are_known(name, vendor):
    assert vendor_of(recorded(name)) == vendor


def test_a_service_that_counts_what_it_asks_redis_for_is_not_redis():
    page = read(b"redis_commands_total 1\nhttp_requests_total 1\njobs 1\n")
    assert vendor_of(page) is None
    assert vendor_of(read(b"")) is None


def test_the_label_service_names_one_or_nobody():
    assert names_service(recorded("auth-service")) == "auth-service"
    assert names_service(read(b'a{service="x"} 1\nb{service="y"} 1\n')) is None
    assert names_service(read(b"a 1\n")) is None


SUM = b"# TYPE t histogram\nt_sum %s\nprocess_start_time_seconds %s\n"


@pytest.mark.parametrize(
    ("total", "start", "alike"),
    [
        (b"0.123456789", b"1700000000.11", True),
        (b"0.123456790", b"1700000000.11", False),
        (b"0.123456789", b"1700000000.12", False),
    ],
)
def test_two_pages_are_one_where_sums_agree_to_the_last_digit(total, start, alike):
    assert counted_alike(read(SUM % (b"0.123456789", b"1700000000.11")), read(SUM % (total, start))) == alike


def test_one_start_time_and_round_figures_prove_nothing():
    same = SUM % (b"0.5", b"1700000000")
    assert not counted_alike(read(same), read(same))


def test_a_process_that_gets_older_is_several():
    first, second = read(b"process_start_time_seconds 200\n"), read(b"process_start_time_seconds 100\n")
    assert started_earlier((first, second))
    assert started_earlier((second, first, second))
    assert not started_earlier((second, first, first))
    assert not started_earlier((read(b"up 1\n"), first))


def test_a_pushgateway_stays_one_whatever_was_pushed_to_it():
    pushed = "".join(f"# TYPE probe_{n} gauge\nprobe_{n} 1\n" for n in range(30))
    page = read(f"# TYPE pushgateway_build_info gauge\npushgateway_build_info 1\n{pushed}".encode())
    assert vendor_of(page) == "pushgateway"
