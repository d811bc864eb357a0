"""Fire drills on a whole stack: alone, two at once, broken off, killed; and what is left of each."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from atalaia.checks.drill.drilled import drill
from atalaia.environment import Environment
from atalaia.environment.loader import load
from atalaia.exchange.network import Network
from atalaia.systems.drill.model import DrillMeasurement, DrillSeen, Part
from atalaia.systems.observe import observe
from sandbox import launcher
from sandbox.running import Sandbox
from tests.support.sandboxes import state_directory

ROOT = Path(__file__).resolve().parents[2]
SINCE = """
import asyncio, sys, time, types
from atalaia.systems.drill import course
from atalaia.systems.drill.model import DrillMeasurement
from atalaia.systems.drill.measure import measure
from atalaia.exchange.network import Network

# A drill that began so many seconds ago.
ago = float(sys.argv[2])
course.time = types.SimpleNamespace(time=lambda: time.time() - ago, monotonic=time.monotonic)
wanted = DrillMeasurement.model_validate_json(open(sys.argv[1]).read())
asyncio.run(measure(wanted, Network(run="killed")))
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with state_directory():
        sandbox = launcher.up()
        try:
            asyncio.run(sandbox.wait_until_scraped())
            yield sandbox
        finally:
            launcher.down(directory=sandbox.directory)


@pytest.fixture
def environment(sandbox: Sandbox) -> Environment:
    return load(sandbox.environment_file, os.environ)


@pytest.fixture
def wanted(environment: Environment) -> DrillMeasurement:
    return drill(environment, "drill")[0]


def hold(wanted: DrillMeasurement, run: str = "drilled") -> DrillSeen:
    seen = asyncio.run(observe(wanted, Network(run=run)))
    assert isinstance(seen, DrillSeen)
    return seen


def ask(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return json.load(answer)


def groups(sandbox: Sandbox) -> list[str]:
    """Names of the drills in the Pushgateway."""
    found = ask(sandbox.ports.pushgateway, "/api/v1/metrics")["data"]
    return [group["labels"]["instance"] for group in found if group["labels"]["job"] == "atalaia-drill"]


def firing(sandbox: Sandbox) -> list[str]:
    """Names of the drills that fire in Prometheus."""
    found = ask(sandbox.ports.prometheus, "/api/v1/alerts")["data"]["alerts"]
    return [alert["labels"]["instance"] for alert in found if alert["labels"].get("drill") == "true"]


def silences(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Silences that are in force."""
    found = ask(sandbox.ports.alertmanager, "/api/v2/silences")
    return [silence for silence in found if silence["status"]["state"] != "expired"]


def group_of(sandbox: Sandbox, name: str) -> str:
    """Where a drill of this name lies in the Pushgateway."""
    return f"http://127.0.0.1:{sandbox.ports.pushgateway}/metrics/job/atalaia-drill/instance/{name}"


def push(sandbox: Sandbox, name: str, started: float) -> None:
    """Push a drill that says that it began at this Unix time."""
    # Typed as every drill is: a Pushgateway refuses one metric with two types.
    figures = {"atalaia_drill": "1", "atalaia_drill_started_timestamp_seconds": repr(started)}
    body = "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items()).encode()
    order = urllib.request.Request(group_of(sandbox, name), data=body, method="PUT")
    urllib.request.urlopen(order, timeout=5)


def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.05)


async def pushed(sandbox: Sandbox) -> None:
    """Wait until a drill is in the Pushgateway."""
    async with asyncio.timeout(10):
        while not groups(sandbox):
            await asyncio.sleep(0.05)


def gone(sandbox: Sandbox) -> bool:
    return not groups(sandbox) and not firing(sandbox) and not silences(sandbox)


def test_it_comes_to_its_end_in_time_again_and_again_and_leaves_nothing(
    sandbox: Sandbox, wanted: DrillMeasurement
) -> None:
    for _ in range(2):
        begun = time.monotonic()
        seen = hold(wanted)
        assert time.monotonic() - begun < 20
        assert [leg for leg in seen.legs if not leg.reached] == []
        assert {leg.name for leg in seen.legs} == set(Part)
        assert {each.channel for each in seen.deliveries} == {"slack", "email", "pagerduty", "webhook"}
        assert {each.receiver for each in seen.deliveries} == {"drill"}
        assert (seen.receivers, seen.missing, seen.unresolved, seen.left) == (("drill",), (), (), ())
        assert gone(sandbox)


def test_what_arrives_can_be_told_by_the_alertmanagers_counters_too(wanted: DrillMeasurement) -> None:
    seen = hold(wanted.model_copy(update={"deliveries": None, "channels": ()}))
    assert [leg for leg in seen.legs if not leg.reached] == []
    assert {channel.kind for channel in seen.channels} == {"slack", "email", "pagerduty", "webhook"}
    assert (seen.missing, seen.unresolved) == ((), ())


def test_of_two_at_once_not_both_go_on(sandbox: Sandbox, wanted: DrillMeasurement) -> None:
    async def both() -> list[Any]:
        return list(
            await asyncio.gather(observe(wanted, Network(run="a")), observe(wanted, Network(run="b")))
        )

    seen = asyncio.run(both())
    assert any(each.refused for each in seen), "at least one gives way"
    assert all(each.refused or not each.left for each in seen)
    assert all(each.refused or each.leg(Part.TOLD_RESOLVED) for each in seen)
    assert gone(sandbox)


def test_the_second_of_two_is_not_begun_and_the_first_goes_on(
    sandbox: Sandbox, wanted: DrillMeasurement
) -> None:
    async def one_after_the_other() -> tuple[Any, Any]:
        first = asyncio.create_task(observe(wanted, Network(run="first")))
        await pushed(sandbox)
        await asyncio.sleep(0.6)  # of two that begin within half a second neither is the first
        return await observe(wanted, Network(run="second")), await first

    second, first = asyncio.run(one_after_the_other())
    assert "another drill is under way" in second.refused
    assert "first-" in second.refused
    assert [leg for leg in first.legs if not leg.reached] == []
    assert gone(sandbox)


def test_one_that_is_cancelled_is_taken_back(sandbox: Sandbox, wanted: DrillMeasurement) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(observe(wanted, Network(run="cancelled")))
        await pushed(sandbox)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert not groups(sandbox)
    until(lambda: gone(sandbox))


@pytest.mark.parametrize(
    ("number", "workers"), [(signal.SIGTERM, "1"), (signal.SIGINT, "1"), (signal.SIGTERM, "2")]
)
def test_a_run_that_is_asked_to_end_takes_its_drill_back(
    sandbox: Sandbox, tmp_path: Path, number: signal.Signals, workers: str
) -> None:
    command = [sys.executable, "-P", "-m", "atalaia.cli", "check", "drill", "-n", workers]
    command += ["--env", str(sandbox.environment_file), "--out", str(tmp_path / "out")]
    until(lambda: gone(sandbox))
    with (tmp_path / "said").open("wb") as said:
        run = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        try:
            until(lambda: groups(sandbox), 120)
            # Ctrl-C goes to all that a terminal runs, an order to end to the one that was started.
            os.killpg(run.pid, number) if number is signal.SIGINT else run.send_signal(number)
            run.wait(60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
    told = (tmp_path / "said").read_text()
    assert run.returncode == 2, told
    assert not groups(sandbox), told
    assert "Traceback" not in told
    until(lambda: gone(sandbox))


def test_one_that_is_killed_is_over_when_it_expires_and_the_next_one_clears_up(
    sandbox: Sandbox, wanted: DrillMeasurement, tmp_path: Path
) -> None:
    """The rules take a drill for over 300 s after its beginning; this one began 293 s ago."""
    file = tmp_path / "wanted.json"
    file.write_text(wanted.model_dump_json())
    run = subprocess.Popen([sys.executable, "-c", SINCE, str(file), "293"], cwd=ROOT)
    try:
        until(lambda: firing(sandbox))
    finally:
        run.kill()
    run.wait()
    (left,) = groups(sandbox)
    assert left.startswith("killed-")
    until(lambda: not firing(sandbox), 12)
    assert groups(sandbox) == [left], "nobody has cleared up: it has expired"
    push(sandbox, "milliseconds", time.time() * 1000)
    seen = hold(wanted)
    assert sorted(name.partition(",")[0] for name in seen.removed) == sorted([left, "milliseconds"])
    assert [leg for leg in seen.legs if not leg.reached] == []
    assert gone(sandbox)


def test_while_one_that_was_killed_may_still_fire_no_other_begins(
    sandbox: Sandbox, wanted: DrillMeasurement
) -> None:
    group = group_of(sandbox, "killed")
    push(sandbox, "killed", time.time() - 100)
    try:
        seen = hold(wanted)
    finally:
        urllib.request.urlopen(urllib.request.Request(group, method="DELETE"), timeout=5)
    assert "killed, begun 10" in seen.refused
    assert "over by itself at " in seen.refused
    assert f"DELETE {group} ends it at once" in seen.refused
    assert seen.legs == ()
    until(lambda: gone(sandbox))
