"""The sandbox' own pages: read as others read them, and linted as promtool does."""

from __future__ import annotations

import os
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from atalaia.environment import Environment
from atalaia.environment.loader import load
from atalaia.environment.metrics_pages import MetricsPage, metrics_pages
from atalaia.systems.prometheus.exposition import Page, read
from atalaia.systems.prometheus.lint import lint
from atalaia.systems.prometheus.vendors import ALLOWED, named_by_design, odd_by_design
from atalaia.systems.prometheus.whose import names_service, vendor_of
from sandbox import launcher
from sandbox.programs import Program
from tests.support.sandboxes import state_directory

NAMES = (
    "auth-service", "user-service", "clinic-service", "health-service", "conversation-service",
    "appointment-service", "whatsapp-service", "google-calendar-service", "kong-1-status", "kong-2-status",
    "haproxy-exporter", "postgres-exporter", "redis-exporter", "node-exporter", "prometheus", "alertmanager",
    "pushgateway",
)  # fmt: skip


class Pages:
    """The pages of a sandbox, fetched once."""

    def __init__(self, environment: Environment) -> None:
        self.declared = metrics_pages(environment)
        nodes = [node.proxy for node in environment.gateway.nodes] if environment.gateway else []
        for node in nodes:  # Kong tells of requests once there was one
            with urllib.request.urlopen(f"{node.origin}/api/v1/health"):
                pass
        self.bodies = {name: self._fetch(page) for name, page in self.declared.items()}

    def _fetch(self, page: MetricsPage) -> bytes:
        with urllib.request.urlopen(page.url.origin + page.path) as answer:
            body: bytes = answer.read()
            return body

    def read(self, name: str) -> Page:
        return read(self.bodies[name])


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    with state_directory(), launcher.running("pages") as sandbox:
        yield Pages(load(sandbox.environment_file, os.environ))


def test_every_page_of_the_sandbox_is_known_here(pages: Pages) -> None:
    assert set(pages.declared) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_read_as_the_python_client_reads_it(pages: Pages, name: str) -> None:
    ours = [(sample.name, sample.labels, repr(sample.value)) for sample in pages.read(name).samples]
    known = {name for name, _, _ in ours}
    theirs = [
        # It gives every counter a _total, whatever the page says.
        (
            sample.name if sample.name in known else sample.name.removesuffix("_total"),
            tuple(sorted(sample.labels.items())),
            repr(float(sample.value)),
        )
        for family in text_string_to_metric_families(pages.bodies[name].decode())
        for sample in family.samples
    ]
    assert sorted(ours) == sorted(theirs)


@pytest.mark.parametrize("name", NAMES)
def test_its_names_are_judged_as_promtool_judges_them(pages: Pages, name: str) -> None:
    command = [Program("promtool", "prometheus").path, "check", "metrics"]
    done = subprocess.run(command, input=pages.bodies[name], capture_output=True, check=False)
    said = set((done.stdout + done.stderr).decode().splitlines())
    assert {f"{problem.metric} {problem.text}" for problem in lint(pages.read(name))} == said


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_that_its_vendor_does_not_mean(pages: Pages, name: str) -> None:
    page, kind = pages.read(name), pages.declared[name].kind
    assert [each for each in lint(page) if not named_by_design(kind, each.rule, each.metric)] == []
    assert [flaw for flaw in page.flaws if not odd_by_design(kind, flaw.kind, flaw.metric)] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_says_whose_it_is(pages: Pages, name: str) -> None:
    page, kind = pages.read(name), pages.declared[name].kind
    if kind == "service":
        assert (vendor_of(page), names_service(page)) == (None, name)
    else:
        assert vendor_of(page) == (name if kind == "monitoring" else kind)


def test_no_exception_for_a_vendor_is_without_need(pages: Pages) -> None:
    found = {
        (pages.declared[name].kind, rule, metric)
        for name in NAMES
        for rule, metric in (
            *((problem.rule, problem.metric) for problem in lint(pages.read(name))),
            *((flaw.kind, flaw.metric) for flaw in pages.read(name).flaws),
        )
    }
    unused = [
        each
        for each in ALLOWED
        if not any(
            kind == each.kind and rule is each.rule and each.names.match(metric)
            for kind, rule, metric in found
        )
    ]
    assert unused == []
