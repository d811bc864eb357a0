"""Prometheus' own tool makes blocks of what is backfilled, and every result is in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from probes.backfill import Wanted, backfill
from probes.state import State
from tests.support.probe_examples import example
from tests.support.probe_runs import NOW, VANTAGE, planned, run, worked

_DUMPED = re.compile(r"\{(?P<labels>.*)\} (?P<value>\S+) (?P<moment>\d+)$")


def dumped(data: Path) -> list[tuple[dict[str, str], float, int]]:
    """Every sample of the blocks: labels, value, milliseconds."""
    (data / "wal").mkdir()  # as where Prometheus has run
    text = subprocess.run(
        ["promtool", "tsdb", "dump", str(data)], check=True, capture_output=True, text=True
    ).stdout
    samples = []
    for line in text.splitlines():
        found = _DUMPED.match(line)
        assert found, line
        labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', found["labels"]))
        samples.append((labels, float(found["value"]), int(found["moment"])))
    return samples


def test_every_result_is_in_prometheus_blocks(tmp_path: Path) -> None:
    begun = NOW - 6 * 3600
    moments = [begun + 60 * number for number in range(120)]
    with State(tmp_path / "state.sqlite", now=begun) as state:
        for moment in moments:
            one = run(worked(planned("auth-service"), at=moment), id=f"r{moment}", at=moment)
            state.begin(one.id, VANTAGE, moment)
            state.settle(one)
        complete, _ = example("http")
        state.begin("complete", VANTAGE, NOW)
        state.settle(complete)
        backfill(
            state, tmp_path / "out.om", Wanted("atendeai", until=NOW + 60, counters=True), now=NOW + 4 * 3600
        )
    tool = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    made = subprocess.run(
        [*tool, str(tmp_path / "out.om"), str(tmp_path / "data")], check=False, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    samples = dumped(tmp_path / "data")
    ours = [one for one in samples if one[0]["probe"] == "auth-service"]
    successes = [
        moment for labels, value, moment in ours if labels["__name__"] == "probe_success" and value == 1
    ]
    assert successes == [round(moment * 1000) for moment in moments]
    totals = [value for labels, value, _ in ours if labels["__name__"] == "atalaia_probe_runs_total"]
    assert totals == list(range(1, 121))
    assert {one[0]["__name__"] for one in samples} >= {
        "probe_http_duration_seconds", "probe_ssl_last_chain_info", "atalaia_probe_failure_info",
        "atalaia_probe_duration_seconds_bucket",
    }  # fmt: skip
    (issuer,) = {labels["issuer"] for labels, _, _ in samples if "issuer" in labels}
    assert issuer == r"CN=\"An \\ authority\""
