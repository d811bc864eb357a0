"""compose.yaml, which no test runs: that it says what the sandbox is, and mounts what is written for it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import sandbox
from atalaia.environment.loader import load
from atalaia.errors import UsageError
from sandbox.compose import write
from sandbox.ports import SEED_PORTS
from sandbox.services import SERVICES
from sandbox.standins.config import load as load_standins

COMPOSE = Path(sandbox.__file__).parent / "compose.yaml"


def test_it_has_the_real_images_and_publishes_the_documented_ports_on_loopback_only() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    images = {service["image"].partition(":")[0] for service in services.values() if "image" in service}
    assert {
        "kong", "haproxy", "postgres", "redis", "grafana/grafana", "prom/prometheus", "prom/alertmanager",
        "prom/pushgateway", "prom/node-exporter",
    } <= images  # fmt: skip
    published = [port for service in services.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in published)
    numbers = {port.split(":")[1] for port in published} - {"3001-3008"}
    own = {str(port) for name, port in SEED_PORTS if name != "dead" and not name.endswith("_service")}
    assert numbers == own


def test_everything_that_it_mounts_or_names_is_written_for_it(tmp_path: Path) -> None:
    write(tmp_path / "files")
    text = COMPOSE.read_text()
    mounted = re.findall(r'"\$\{SANDBOX\}/([^:"]+):', text)
    assert len(mounted) > 8
    assert [name for name in mounted if not (tmp_path / "files" / name).exists()] == []
    given = dict(line.split("=", 1) for line in (tmp_path / "files" / ".env").read_text().splitlines())
    assert set(re.findall(r"\$\{(\w+)", text)) == set(given)
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


def test_its_files_are_those_that_their_readers_understand(tmp_path: Path) -> None:
    write(tmp_path / "files")
    environment = load(tmp_path / "files" / "environment.yml", {})
    assert environment.stand_ins == (
        "services 2.0.0 (stand-ins): all eight",
        "alert receivers (stand-ins): Slack, PagerDuty, webhook, mail",
    )
    assert environment.client.addresses is None
    services = load_standins(tmp_path / "files" / "services.json").services
    assert [service.name for service in services] == [service.name for service in SERVICES]
    assert "server kong-1 kong-1:8000 check port 8100" in (tmp_path / "files" / "haproxy.cfg").read_text()


def test_it_never_writes_over_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be made"):
        write(tmp_path)
