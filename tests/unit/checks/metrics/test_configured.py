"""Whether Prometheus runs with its file: judged on what it said of itself in the sandbox, and on worse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from atalaia.checks.check import Check, Inconclusive
from atalaia.checks.metrics.configuration import DIFFERS, MeantSection
from atalaia.checks.metrics.meant import Meant
from atalaia.checks.metrics.scraping.as_meant import MeantJob
from atalaia.checks.metrics.scraping.differs import JOB_DIFFERS
from atalaia.checks.metrics.scraping.scraped import DeclaredJob
from atalaia.checks.metrics.scraping.up import DOWN
from atalaia.exchange.exchange import Exchange, Exchanges
from atalaia.systems.lines import Lines
from atalaia.systems.prometheus.configuration import read_configuration
from tests.support.told import DATA, REPLAYING, STALLED, recorded, silent, told

MEANT = (DATA / "prometheus" / "meant.yml").read_text()
BROKEN = {
    "replaying": told(REPLAYING, 503),
    "no YAML": told({"status": "success", "data": {"yaml": "a: ["}}),
    "cut": told(b'{"status":'),
    "no answer": silent(),
}


def judge(check: Check, seen: tuple[Any, ...], expected: Any) -> Any:
    """A verdict."""
    return check.judge(seen, expected)


def loaded(old: str = "", new: str = "") -> Exchange:
    """What it runs with, something in it replaced."""
    document = recorded("prometheus/config.json")
    assert old in document["data"]["yaml"]
    document["data"]["yaml"] = document["data"]["yaml"].replace(old, new, 1)
    return told(document)


def targets(change: Callable[[Any], Any] = lambda active: None) -> Exchanges:
    """What it scrapes, once that was changed."""
    document = recorded("prometheus/targets.json")
    change(document["data"]["activeTargets"])
    return Exchanges(steps=(told(recorded("prometheus/runtimeinfo.json")), told(document)))


def file(text: str = MEANT) -> Meant:
    """The declared file."""
    return Meant(read_configuration(text), "prometheus.yml", Lines(text))


def section(name: str | None, text: str = MEANT, *apart: str) -> MeantSection:
    """A section of the file."""
    return MeantSection(name, file(text), apart)


def job(name: str = "kong", number: int = 2, text: str = MEANT) -> MeantJob:
    """A job of the file."""
    return MeantJob(DeclaredJob(name, number, cause="prometheus.yml:1"), file(text))


def line_of(text: str) -> int:
    """Where a line stands."""
    return MEANT.splitlines().index(text) + 1


class TestSections:
    def test_a_difference_names_path_and_line(self) -> None:
        assert judge(DIFFERS, (loaded(),), section("global")) == []
        exchange = loaded("stack: atendeai", "stack: neo")
        (finding,) = judge(DIFFERS, (exchange,), section("global"))
        assert finding.expected == "global.external_labels.stack: atendeai"
        assert finding.observed == "neo"
        assert finding.cause.startswith("prometheus.yml:")

    def test_a_section_without_known_defaults_is_looked_for(self) -> None:
        missing = yaml.safe_dump(yaml.safe_load(MEANT) | {"remote_write": [{"url": "http://far"}]})
        (finding,) = judge(DIFFERS, (loaded(),), section(None, missing))
        assert (finding.expected, finding.observed) == ("remote_write[0]: url http://far", "not there")

    def test_jobs_that_are_judged_by_themselves_are_left_out(self) -> None:
        text = MEANT.replace("- job_name: kong\n", "- job_name: kong\n  scrape_interval: 15s\n")
        assert judge(DIFFERS, (loaded(),), section("scrape_configs", text))
        assert judge(DIFFERS, (loaded(),), section("scrape_configs", text, "kong")) == []

    @pytest.mark.parametrize("bad", BROKEN)
    def test_an_answer_that_tells_no_configuration_is_a_finding(self, bad: str) -> None:
        assert judge(DIFFERS, (BROKEN[bad],), section("global"))

    def test_what_cannot_be_judged_is_not(self) -> None:
        assert isinstance(judge(DIFFERS, (loaded(),), section("global", "a: [")), Inconclusive)
        assert isinstance(judge(DIFFERS, (silent(STALLED),), section("global")), Inconclusive)


class TestJobs:
    TEXT = MEANT.replace("- job_name: kong\n", "- job_name: kong\n  scrape_interval: 15s\n")

    def test_a_difference_names_path_and_line(self) -> None:
        assert judge(JOB_DIFFERS, (targets(), loaded()), job()) == []
        (finding,) = judge(JOB_DIFFERS, (targets(), loaded()), job(text=self.TEXT))
        assert finding.expected == "scrape_configs[kong].scrape_interval: 15s"
        assert finding.observed == "1s"
        assert finding.cause == f"prometheus.yml:{line_of('- job_name: kong') + 1}"

    def test_scrape_targets_that_are_too_many_are_told_as_that(self) -> None:
        text = yaml.safe_load(MEANT)
        kong = next(each for each in text["scrape_configs"] if each["job_name"] == "kong")
        kong["static_configs"][0]["targets"].pop()
        shorter = yaml.safe_dump(text)
        assert judge(JOB_DIFFERS, (targets(), loaded()), job("kong", 1, shorter)) == []
        assert judge(JOB_DIFFERS, (targets(), loaded()), job("kong", 2, shorter))

    @pytest.mark.parametrize("bad", BROKEN)
    def test_an_answer_that_tells_no_configuration_is_a_finding(self, bad: str) -> None:
        assert judge(JOB_DIFFERS, (targets(), BROKEN[bad]), job())

    def test_what_cannot_be_judged_is_not(self) -> None:
        assert isinstance(judge(JOB_DIFFERS, (targets(), loaded()), job(text="a: [")), Inconclusive)
        assert isinstance(judge(JOB_DIFFERS, (targets(), silent(STALLED)), job()), Inconclusive)
        unread = Exchanges(steps=(told(b"{"), told(b"{")))
        assert isinstance(judge(JOB_DIFFERS, (unread, loaded()), job()), Inconclusive)


class TestDown:
    SECRET = "S3cretThatNobodyMaySee"

    def down(self, active: Any) -> None:
        url = f"http://u:{self.SECRET}@127.0.0.1:23650/metrics?token={self.SECRET}"
        active[0] |= {"health": "down", "scrapeUrl": url, "lastError": f'Get "{url}": connection refused'}

    def test_what_is_loaded_otherwise_comes_first(self) -> None:
        document = recorded("prometheus/config.json")
        configuration = yaml.safe_load(document["data"]["yaml"])
        configuration["scrape_configs"][0]["scheme"] = "https"
        running = told({"status": "success", "data": {"yaml": yaml.safe_dump(configuration)}})
        (finding,) = judge(DOWN, (targets(self.down), told(b""), running), job("auth-service", 1))
        assert finding.observed == (
            "http://[redacted]:[redacted]@127.0.0.1:23650/metrics is down: connection refused; "
            "it runs with scheme: https, meant: http; asked by us, http://prometheus.test:9090/ is well"
        )
        assert finding.cause == f"prometheus.yml:{line_of('- job_name: auth-service')}"

    def test_the_job_is_its_cause_where_nothing_differs_or_nothing_is_told(self) -> None:
        for running in (loaded(), *BROKEN.values()):
            (finding,) = judge(DOWN, (targets(self.down), told(b""), running), job("auth-service", 1))
            assert "it runs with" not in finding.observed
            assert finding.cause == "prometheus.yml:1"
            assert self.SECRET not in finding.observed

    def test_a_secret_in_an_error_is_not_shown(self) -> None:
        def quoting(active: Any) -> None:
            self.down(active)
            active[0]["lastError"] = "expected a label, got password=hunter2hunter2"

        (finding,) = judge(DOWN, (targets(quoting), told(b""), loaded()), job("auth-service", 1))
        assert "an error with a password in an argument in it" in finding.observed
