"""Runs of cron against a real Pushgateway: nothing lost, nothing twice, nothing stale, whatever happens."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.hostile import HostileServer
from tests.support.probing import Prober, lying
from tests.support.pushgateway import pushgateway
from tests.support.standins import free_ports

RUNS = "atalaia_probe_runs_total"


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with HostileServer() as server:
        yield server


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with pushgateway(tmp_path) as port:
        yield port


@pytest.fixture
def prober(tmp_path: Path, server: HostileServer, port: int) -> Prober:
    return Prober(tmp_path, document(server, port))


def document(server: HostileServer, port: int) -> dict:  # type: ignore[type-arg]
    return {
        "name": "mine",
        "probes": {
            "interval": "20s", "timeout": "1s", "location": "gru",
            "pushgateway": f"http://127.0.0.1:{port}",
            "add": [
                {"name": "good", "kind": "http", "url": f"{server.url}/ok"},
                {"name": "bad", "kind": "http", "url": f"{server.url}/garbage"},
            ],
        },
    }  # fmt: skip


def hanging(prober: Prober, server: HostileServer, timeout: str = "10s") -> None:
    """One more target, which never answers."""
    target = {"name": "hanging", "kind": "http", "url": f"{server.url}/silent", "timeout": timeout}
    prober.document["probes"]["add"].append(target)
    prober.write()


def until(there: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def recorded(prober: Prober) -> int:
    """Results in the state file, counted or not."""
    if not prober.state_file.exists():
        return 0
    with closing(sqlite3.connect(prober.state_file, timeout=10)) as state:
        try:
            return sum(
                state.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("pending", "results")
            )
        except sqlite3.OperationalError:
            return 0  # the tables are not there yet


def test_failing_targets_are_data_unless_asked(prober: Prober, port: int) -> None:
    ended = prober("run")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "bad: protocol" in ended.stdout
    success = lying(port, "probe_success")
    assert (success["good"], success["bad"]) == (1, 0)
    assert "negative-control" not in success
    assert prober("run", "--fail").returncode == 1
    assert lying(port, RUNS)["good"] == 2


def test_what_leaves_the_environment_is_gone_with_the_next_run(prober: Prober, port: int) -> None:
    prober("run")
    del prober.document["probes"]["add"][0]
    prober.write()
    assert prober("run").returncode == 0
    assert {"good", "bad"} & lying(port, "probe_success").keys() == {"bad"}


def test_a_run_of_one_probe_takes_no_others_place(prober: Prober, port: int) -> None:
    prober("run")
    assert prober("run", "--probe", "good").returncode == 0
    assert {"good", "bad"} <= lying(port, "probe_success").keys()
    runs = lying(port, RUNS)
    assert (runs["good"], runs["bad"]) == (2, 1)


def test_a_run_of_one_probe_that_knows_nothing_of_the_others_is_not_pushed(prober: Prober, port: int) -> None:
    ended = prober("run", "--probe", "good")
    assert ended.returncode == 0
    assert "not pushed" in ended.stderr
    assert lying(port, "probe_success") == {}


def test_an_unknown_name_is_a_message(prober: Prober) -> None:
    ended = prober("run", "--probe", "goood")
    assert ended.returncode == 3
    assert "did you mean good?" in ended.stderr


def test_where_nothing_takes_the_push_it_is_counted_and_said(prober: Prober, port: int) -> None:
    """Exit 4; the next push has it all."""
    prober.document["probes"] |= {"pushgateway": f"http://127.0.0.1:{free_ports(1)[0]}", "interval": "3s"}
    prober.write()
    begun = time.monotonic()
    ended = prober("run")
    assert ended.returncode == 4
    assert "refused" in ended.stderr
    assert "backfill" in ended.stderr
    assert time.monotonic() - begun < 10, "bounded by the interval, process start and a busy machine aside"
    prober.document["probes"]["pushgateway"] = f"http://127.0.0.1:{port}"
    prober.write()
    assert prober("run").returncode == 0
    assert lying(port, RUNS)["good"] == 2


def test_where_the_control_does_not_fail_only_that_is_pushed(
    prober: Prober, port: int, server: HostileServer
) -> None:
    prober("run")
    prober.document["probes"]["negative_control"] = {"port": int(server.url.rpartition(":")[2])}
    prober.write()
    ended = prober("run", "--fail")
    assert ended.returncode == 2
    assert "negative control did not fail" in ended.stderr
    assert "invalid, no result is believed; only that is delivered" in ended.stdout
    assert "succeed" not in ended.stdout
    assert lying(port, "probe_success") == {}
    assert lying(port, "atalaia_probe_run_valid", "location") == {"gru": 0}
    del prober.document["probes"]["negative_control"]
    prober.write()
    assert prober("run").returncode == 0
    assert lying(port, RUNS)["good"] == 2, "what was not believed was not counted"


def test_a_killed_run_loses_only_what_had_not_ended(prober: Prober, port: int, server: HostileServer) -> None:
    hanging(prober, server)
    with prober.begun("run") as process:
        until(lambda: recorded(prober) >= 3)  # good, bad, and the Pushgateway itself
        process.send_signal(signal.SIGKILL)
        process.wait()
    prober.document["probes"]["add"].pop()
    prober.write()
    assert prober("run").returncode == 0
    runs = lying(port, RUNS)
    assert (runs["good"], runs["bad"]) == (2, 2)


def test_a_run_that_is_told_to_end_keeps_what_it_knows(
    prober: Prober, port: int, server: HostileServer
) -> None:
    hanging(prober, server, "1s")
    assert prober("run").returncode == 0
    prober.document["probes"]["add"].pop()
    hanging(prober, server)
    with prober.begun("run") as process:
        until(lambda: recorded(prober) >= 7)
        process.terminate()
        _, told = process.communicate(timeout=20)
        assert process.returncode == 2, told
        assert "SIGTERM" in told
    runs = lying(port, RUNS)
    assert (runs["good"], runs["bad"], runs["hanging"]) == (2, 2, 1)


def test_two_runs_at_once_do_not_interleave(prober: Prober, port: int, server: HostileServer) -> None:
    hanging(prober, server, "2s")
    with prober.begun("run") as one, prober.begun("run") as other:
        codes = {process: process.wait(60) for process in (one, other)}
    good = sum(code == 0 for code in codes.values())
    assert good >= 1
    assert set(codes.values()) <= {0, 2}
    assert lying(port, RUNS)["good"] == good


def test_without_a_state_file_gauges_are_pushed_and_counters_left_out(prober: Prober, port: int) -> None:
    prober.state.mkdir()
    (prober.state / "probes").write_text("in the way")
    ended = prober("run")
    assert ended.returncode == 4
    assert "state file cannot be used" in ended.stderr
    assert lying(port, "probe_success")["good"] == 1
    assert lying(port, RUNS) == {}
    assert lying(port, "atalaia_probe_counting", "location") == {"gru": 0}


def test_a_broken_state_file_is_moved_aside_and_said(prober: Prober, port: int) -> None:
    prober("run")
    prober("run")
    prober.state_file.write_bytes(b"no database" * 1000)
    ended = prober("run")
    assert ended.returncode == 0
    assert "moved to" in ended.stderr
    assert lying(port, RUNS)["good"] == 1, "counting begins anew, visibly"
    assert list(prober.state_file.parent.glob("*.broken-*"))


def test_show_tells_what_was_sent_and_seen(prober: Prober) -> None:
    assert prober("show", "good").returncode == 3, "nothing was probed yet"
    prober("run")
    told = prober("show", "good")
    assert told.returncode == 0
    assert '"status": 200' in told.stdout
    assert "failed: protocol" in prober("show", "bad").stdout


def test_the_other_outputs_at_once(prober: Prober, tmp_path: Path) -> None:
    outputs = [
        "--textfile",
        tmp_path / "a.prom",
        "--json-lines",
        tmp_path / "a.jsonl",
        "--junit",
        tmp_path / "a.xml",
    ]
    ended = prober("run", "--no-push", *map(str, outputs))
    assert ended.returncode == 0, ended.stderr
    assert 'probe_success{environment="mine"' in (tmp_path / "a.prom").read_text()
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 4
    assert 'failures="1"' in (tmp_path / "a.xml").read_text()


def test_results_on_the_standard_output_stand_alone(prober: Prober) -> None:
    ended = prober("run", "--no-push", "--json-lines", "-")
    assert all(line.startswith("{") for line in ended.stdout.splitlines())
    assert len(ended.stdout.splitlines()) == 4


def test_shards_have_groups_of_their_own_and_prune_takes_old_ones_away(prober: Prober, port: int) -> None:
    for shard in ("0/2", "1/2"):
        assert prober("run", "--shard", shard).returncode == 0
    assert {"good", "bad"} <= lying(port, "probe_success").keys()
    listed = prober("prune", "--shards", "1")
    assert listed.returncode == 0
    assert "2 groups obsolete" in listed.stdout
    assert "2 groups taken away" in prober("prune", "--shards", "1", "--delete").stdout
    assert lying(port, "probe_success") == {}
