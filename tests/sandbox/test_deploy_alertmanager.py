"""deploy/alertmanager: whom each alert reaches, by the Alertmanager's own tool and by a real one."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.deployed import alertmanager_files

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
FACILIAUTO = CONFIGURATION.with_suffix(".faciliauto.yml")
CONFIGURATIONS = (CONFIGURATION, FACILIAUTO)
TIERS = ("edge", "gateway", "service", "store", "host", "monitoring")
RECEIVERS = {
    "critical": ["on-call", "ops-whatsapp", "ops-email", "ops-slack"],
    "warning": ["ops-email", "ops-slack"],
    "info": ["ops-slack"],
    "": ["ops-slack"],
    "misspelt": ["ops-slack"],
}
RECEIVERS_OF_FACILIAUTO = {
    "critical": ["pagerduty", "slack-critical", "email-ops"],
    "warning": ["email-ops"],
    "info": ["email-ops"],
    "": ["email-ops"],
    "misspelt": ["email-ops"],
}


def amtool(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and what it said."""
    ended = subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False, timeout=30)
    return ended.returncode, ended.stdout


def receivers(configuration: Path = CONFIGURATION, **labels: str) -> list[str]:
    """The receivers of an alert with these labels, in order."""
    named = [f"{name}={value}" for name, value in labels.items() if value]
    code, said = amtool("config", "routes", "test", f"--config.file={configuration}", *named)
    assert code == 0
    return said.strip().split(",")


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.stem)
def test_the_alertmanager_takes_the_configuration(configuration: Path) -> None:
    code, said = amtool("check-config", configuration)
    assert code == 0, said


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("severity", RECEIVERS)
def test_every_severity_of_every_tier_reaches_its_receivers(severity: str, tier: str) -> None:
    """A severity that is not known reaches somebody, too: a misspelt rule must not fall silent."""
    assert receivers(severity=severity, tier=tier, service="auth-service") == RECEIVERS[severity]


@pytest.mark.parametrize("severity", RECEIVERS_OF_FACILIAUTO)
def test_every_severity_reaches_the_receivers_that_faciliautos_guide_names(severity: str) -> None:
    expected = RECEIVERS_OF_FACILIAUTO[severity]
    assert receivers(FACILIAUTO, severity=severity, tier="service", service="api") == expected


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.stem)
@pytest.mark.parametrize("severity", ["drill", "critical"])
def test_a_drill_reaches_its_own_receiver_and_nobody_else(severity: str, configuration: Path) -> None:
    """Whatever severity somebody gives it."""
    assert receivers(configuration, severity=severity, drill="true", tier="monitoring") == ["drill"]


def test_that_whatsapp_is_down_is_not_told_by_whatsapp() -> None:
    assert receivers(severity="critical", service="whatsapp-service") == ["on-call", "ops-email", "ops-slack"]


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.stem)
def test_every_receiver_is_used_and_each_channel_is_part_of_a_drill(configuration: Path) -> None:
    document = yaml.safe_load(configuration.read_text())
    routed = {document["route"]["receiver"], *(route["receiver"] for route in document["route"]["routes"])}
    by_name = {receiver["name"]: receiver.keys() - {"name"} for receiver in document["receivers"]}
    assert by_name.keys() == routed
    assert by_name["drill"] == set().union(*by_name.values())
    assert all(
        channel["send_resolved"]
        for receiver in document["receivers"]
        for kind, channels in receiver.items()
        if kind != "name"
        for channel in channels
    )


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.stem)
def test_no_secret_stands_in_the_configuration(configuration: Path) -> None:
    """Each is read from a file, in a way that 0.25 knows; of a webhook that is its token, not its URL."""
    text = configuration.read_text()
    files = {line.split()[-1].rstrip("}") for line in text.splitlines() if "_file:" in line}
    known = {"slack_api_url", "smtp_password", "pagerduty_key", "whatsapp_token"}
    if "whatsapp" not in text:
        known.remove("whatsapp_token")
    assert {Path(file).name for file in files} == known
    for setting in (
        "slack_api_url:",
        "api_url:",
        "smtp_auth_password:",
        "routing_key:",
        "service_key:",
        "credentials:",
    ):
        assert f" {setting}" not in text, setting


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Alertmanager with this configuration, whose receivers lead nowhere; its URL."""
    home = tmp_path_factory.mktemp("alertmanager")
    with socket.socket() as dead, socket.socket() as chosen:
        dead.bind(("127.0.0.1", 0))
        chosen.bind(("127.0.0.1", 0))
        nowhere, port = dead.getsockname()[1], chosen.getsockname()[1]
        chosen.close()
        addresses = dict.fromkeys(("receivers", "receivers_smtp"), f"127.0.0.1:{nowhere}")
        for name, text in alertmanager_files(addresses, str(home / "secrets")).items():
            (home / name).parent.mkdir(exist_ok=True)
            (home / name).write_text(text)
        command = [
            "prometheus-alertmanager",
            f"--config.file={home / 'alertmanager.yml'}",
            f"--storage.path={home / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: _answers(url), (home / "log").read_text)
            yield url
        finally:
            process.terminate()
            process.wait(10)


def eventually(true: Callable[[], bool], told: Callable[[], object] = str) -> None:
    """Wait until something is true. Raises AssertionError after 10 s."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def post(url: str, alerts: list[dict[str, str]]) -> None:
    body = json.dumps([{"labels": labels} for labels in alerts]).encode()
    request = urllib.request.Request(f"{url}/api/v2/alerts", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()


def states(url: str, stack: str) -> dict[str, str]:
    """What became of each alert of a stack: by its name and severity, `active` or `suppressed`."""
    with urllib.request.urlopen(f"{url}/api/v2/alerts?filter=stack%3D{stack}", timeout=5) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return {name_of(one["labels"]): one["status"]["state"] for one in found}


def name_of(labels: dict[str, str]) -> str:
    return f"{labels['alertname']} {labels['severity']}"


def alert(name: str, severity: str, **labels: str) -> dict[str, str]:
    return {"alertname": name, "severity": severity, **labels}


SERVICE = {"service": "auth-service", "tier": "service"}
CASES = {
    "a-service-that-is-down": (
        [
            alert("ServiceDown", "critical", **SERVICE),
            alert("ServiceSlow", "warning", **SERVICE),
            alert("SlowScrape", "info", **SERVICE),
            alert("HighErrorRate", "critical", **SERVICE),
            alert("LowThroughput", "warning", service="user-service", tier="service"),
        ],
        {"ServiceSlow warning", "SlowScrape info"},
    ),
    "a-stack-that-is-down": (
        [
            alert("StackDown", "critical", tier="service"),
            alert("ServiceDown", "critical", **SERVICE),
            alert("ErrorBudgetBurn", "critical", service="haproxy", tier="service"),
            alert("BackendServerDown", "warning", service="kong-1", tier="edge"),
            alert("DiskSpace", "warning", instance="n", tier="host"),
            alert("AtalaiaDrill", "drill", drill="true", tier="monitoring", service="atalaia-drill"),
        ],
        {"ServiceDown critical", "ErrorBudgetBurn critical", "BackendServerDown warning"},
    ),
    "two-thresholds": (
        [
            alert("DiskSpace", "critical", instance="n", mountpoint="/", tier="host"),
            alert("DiskSpace", "warning", instance="n", mountpoint="/", tier="host"),
            alert("HighLatency", "critical", **SERVICE),
            alert("ServiceSlow", "warning", **SERVICE),
        ],
        {"DiskSpace warning", "ServiceSlow warning"},
    ),
    "another-disk-and-another-service": (
        [
            alert("DiskSpace", "critical", instance="n", mountpoint="/", tier="host"),
            alert("DiskSpace", "warning", instance="n", mountpoint="/data", tier="host"),
            alert("HighLatency", "critical", **SERVICE),
            alert("ServiceSlow", "warning", service="user-service", tier="service"),
        ],
        set(),
    ),
    "a-drill": (
        [
            alert("AtalaiaDrill", "drill", drill="true", tier="monitoring", service="atalaia-drill"),
            alert("AtalaiaDrillInhibited", "drill", drill="true", tier="monitoring", service="atalaia-drill"),
            alert("ServiceSlow", "warning", **SERVICE),
        ],
        {"AtalaiaDrillInhibited drill"},
    ),
}


@pytest.mark.parametrize("stack", CASES)
def test_what_says_nothing_new_is_held_back_and_nothing_else(alertmanager: str, stack: str) -> None:
    """Each case is a stack of its own: what is down in one holds nothing back in another."""
    alerts, inhibited = CASES[stack]
    post(alertmanager, [labels | {"stack": stack} for labels in alerts])
    names = [name_of(labels) for labels in alerts]
    expected = {name: "suppressed" if name in inhibited else "active" for name in names}
    eventually(lambda: states(alertmanager, stack) == expected, lambda: states(alertmanager, stack))
