"""What a run exposes: complete, strict, and as the catalogue says."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis.strategies import characters
from hypothesis.strategies import text as texts

from atalaia.environment.probes import ProbeKind
from atalaia.systems.prometheus.exposition import read
from atalaia.systems.prometheus.lint import lint
from atalaia.systems.prometheus.written import number
from probes.document import _REASONS, render
from probes.exposition import expose
from probes.metrics import ALL, BY_NAME, METRICS
from probes.model import Reason
from probes.page import problems
from tests.support.probe_examples import example
from tests.support.probe_runs import NOW, VANTAGE, failed, planned, run, worked

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "data" / "probes"


@pytest.mark.parametrize("kind", ALL)
def test_a_kind_exposes_what_it_always_did(kind: ProbeKind) -> None:
    page = expose(*example(kind))
    path = GOLDEN / f"{kind}.prom"
    if os.environ.get("ATALAIA_WRITE_GOLDEN"):
        path.write_text(page)
    assert page == path.read_text()


@pytest.mark.parametrize("kind", ALL)
def test_it_is_all_that_the_catalogue_says_of_the_kind_and_nothing_else(kind: ProbeKind) -> None:
    families = read(expose(*example(kind)).encode()).families
    exposed = {name: family.kind for name, family in families.items()}
    assert exposed == {
        metric.name: metric.type for metric in METRICS if not metric.kinds or kind in metric.kinds
    }
    for name, family in families.items():
        assert family.help == BY_NAME[name].help


@pytest.mark.parametrize("kind", ALL)
def test_a_strict_reader_finds_nothing_wrong_with_it(kind: ProbeKind) -> None:
    text = expose(*example(kind))
    page = read(text.encode())
    assert page.flaws == ()
    assert lint(page) == ()
    assert list(problems(text, VANTAGE)) == []


def samples(text: str, name: str, **labels: str) -> list[float]:
    """The values of a metric's samples with these labels."""
    return [
        sample.value
        for sample in read(text.encode()).samples
        if sample.name == name and labels.items() <= dict(sample.labels).items()
    ]


def test_what_was_not_measured_is_absent() -> None:
    text = expose(run(failed(planned("auth-service"))), None)
    assert samples(text, "probe_success") == [0]
    assert "probe_http_duration_seconds" not in text
    assert "probe_http_status_code" not in text
    assert "probe_ssl" not in text
    assert "_total" not in text
    assert samples(text, "atalaia_probe_counting") == [0]


def test_a_phase_that_is_no_number_is_absent() -> None:
    text = expose(run(worked(phases={"connect": float("nan"), "processing": 0.5})), None)
    assert samples(text, "probe_http_duration_seconds") == [0.5]


def test_a_failure_has_a_reason_and_only_one() -> None:
    text = expose(run(failed(planned("a"), reason=Reason.STATUS), worked(planned("b"))), None)
    assert samples(text, "atalaia_probe_failure_info") == [1]
    assert samples(text, "atalaia_probe_failure_info", probe="a", reason="status") == [1]


def test_the_guilty_hop_is_marked_where_it_fails() -> None:
    one, counters = example("http")
    assert samples(expose(one, counters), "atalaia_probe_guilty") == [1]
    assert samples(expose(replace(one, guilty={}), counters), "atalaia_probe_guilty") == []


def test_of_an_invalid_run_only_that_is_exposed() -> None:
    one, counters = example("http")
    text = expose(replace(one, valid=False), counters)
    assert set(read(text.encode()).families) == {
        "atalaia_probe_last_run_timestamp_seconds", "atalaia_probe_interval_seconds",
        "atalaia_probe_run_duration_seconds", "atalaia_probe_run_valid",
    }  # fmt: skip
    assert samples(text, "atalaia_probe_run_valid") == [0]


def test_a_run_of_some_probes_makes_the_others_look_no_fresher_than_they_are() -> None:
    hourly = planned("login", interval=timedelta(hours=1))
    last_run = "atalaia_probe_last_run_timestamp_seconds"
    others = [worked(planned("b"), at=NOW - 30), worked(hourly, at=NOW - 3000)]
    some = run(worked(planned("a"), at=NOW), *others, whole=False)
    assert samples(expose(some, None), last_run) == [NOW + 2]
    long_ago = replace(some, results=(*some.results, worked(planned("c"), at=NOW - 7200)))
    assert samples(expose(long_ago, None), last_run) == [NOW - 7200 + 60]
    assert samples(expose(replace(long_ago, whole=True), None), last_run) == [NOW + 2]


def test_the_negative_control_is_no_target() -> None:
    control = failed(planned("negative-control", "tcp", expects_failure=True))
    assert "negative-control" not in expose(run(worked(), control), None)


def test_names_are_written_so_that_they_are_read_as_they_are() -> None:
    name = 'a "quoted" \\ back\nslash, são'
    text = expose(run(worked(planned(name))), None)
    assert read(text.encode()).flaws == ()
    assert samples(text, "probe_success", probe=name) == [1]
    assert list(problems(text, VANTAGE)) == []


@given(name=texts(characters(categories=None)), instance=texts(characters(categories=None)))
def test_whatever_a_target_is_called_the_page_may_be_pushed(name: str, instance: str) -> None:
    page = expose(run(worked(planned(name, instance=instance))), None)
    assert read(page.encode()).flaws == ()
    assert list(problems(page, VANTAGE)) == []


def test_a_metric_that_nobody_catalogued_is_a_defect() -> None:
    with pytest.raises(ValueError, match="probe_invented"):
        expose(run(worked(facts={"probe_invented": 1.0})), None)


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.0, "1"), (0.25, "0.25"), (1_795_000_000.125, "1795000000.125"), (1e-9, "1e-09"), (0.1 + 0.2, "0.3")],
)
def test_numbers_are_short_and_exact(value: float, written: str) -> None:
    assert number(value) == written


def test_the_page_for_people_is_up_to_date() -> None:
    assert (ROOT / "docs" / "probes.md").read_text() == render()


def test_every_reason_is_explained() -> None:
    assert set(_REASONS) == set(Reason)


def test_the_list_that_dashboards_and_rules_are_held_against_says_the_same() -> None:
    listed = yaml.safe_load((ROOT / "deploy" / "metrics" / "atalaia.yml").read_text())["metrics"]
    ours = {name: told for name, told in listed.items() if told["source"] in {"blackbox", "probes"}}
    assert ours
    for name, told in ours.items():
        metric = BY_NAME[name]
        assert told["kind"] == metric.type
        # `instance` is a label of everything there.
        assert {*told["labels"], "instance"} == {*metric.all_labels, "instance"}
