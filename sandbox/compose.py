"""`python -m sandbox.compose DIRECTORY`: what compose.yaml mounts, from the same sandbox/config/."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import yaml

from atalaia.errors import AtalaiaError, ExitCode, UsageError
from sandbox.blueprint import Blueprint
from sandbox.certificates import create_authority
from sandbox.deployed import alertmanager_files, grafana_files, prometheus_files
from sandbox.environment import RECEIVERS, environment_text
from sandbox.ports import SEED_PORTS
from sandbox.render import general, render
from sandbox.secrets import generate
from sandbox.servers.standins import receivers_config, service_config
from sandbox.services import SERVICES
from sandbox.standins.config import StandIns

_HOSTS = {"receivers": "services", "receivers_smtp": "services", "dead": "127.0.0.1"}
"""Where a container's name is not that of its port."""
_TEMPLATES = {
    "haproxy.cfg": "haproxy/haproxy.cfg",
    "kong.yml": "kong/kong.yml",
    "postgresql.conf": "postgres/postgresql.conf",
    "pg_hba.conf": "postgres/pg_hba.conf",
    "roles.sql": "postgres/roles.sql",
    "redis.conf": "redis/redis.conf",
}
_HOMES = {"postgresql.conf": "/var/lib/postgresql", "redis.conf": "/data"}
"""Where the images keep their data."""


def write(directory: Path) -> None:
    """Write everything that compose.yaml mounts, with new passwords. Raises UsageError.

    The directory is its owner's alone; the files in it can be read by whatever account an image uses.
    """
    try:
        directory.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise UsageError("cannot be made", where=str(directory), observed=error.strerror or "") from None
    blueprint = Blueprint("compose", directory, SEED_PORTS, generate())
    common = {
        **general(blueprint.ports, blueprint.secrets, _host),
        "listen": "0.0.0.0",
        "clients": "samenet",
        "haproxy_socket": "/tmp/haproxy.sock",
        # Its container has an address of its own, which Kong's settings in compose.yaml trust.
        "haproxy_source": "0.0.0.0",
        "front_certificate": "/usr/local/etc/haproxy/front.pem",
    }
    for file, template in _TEMPLATES.items():
        _put(directory / file, render(template, common | {"home": _HOMES.get(file, "")}))
    for file, text in prometheus_files(common).items():
        _put(directory / "prometheus" / file, text)
    for file, text in alertmanager_files(common, "/etc/alertmanager/secrets").items():
        _put(directory / "alertmanager" / file, text)
    for file, text in grafana_files(common).items():
        _put(directory / "grafana" / file, text)
    _put(directory / "services.json", _services(blueprint).model_dump_json(indent=1))
    _put(directory / ".env", _variables(blueprint))
    _certificates(blueprint)
    _put(directory / "environment.yml", _environment(blueprint))


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _host(port: str) -> str:
    """The name of the container behind a port, as the other containers know it."""
    server = port.removesuffix("_proxy").removesuffix("_admin").removesuffix("_status")
    if server.startswith("haproxy"):
        server = "haproxy"
    return _HOSTS.get(server, server.replace("_", "-"))


def _services(blueprint: Blueprint) -> StandIns:
    addresses = {"postgres": "postgres:5432", "redis": "redis:6379"}
    return StandIns(
        control=Path("/tmp/control.sock"),
        host="0.0.0.0",
        services=tuple(service_config(service, blueprint, **addresses) for service in SERVICES),
        receivers=receivers_config(blueprint),
    )


def _variables(blueprint: Blueprint) -> str:
    secrets = blueprint.secrets
    values = {
        "SANDBOX": str(blueprint.directory.absolute()),
        "POSTGRES_PASSWORD": secrets.postgres,
        "EXPORTER_PASSWORD": secrets.postgres_exporter,
        "REDIS_PASSWORD": secrets.redis,
        "GRAFANA_PASSWORD": secrets.grafana,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _certificates(blueprint: Blueprint) -> None:
    authority = create_authority()
    blueprint.tls.mkdir()
    authority.save(blueprint.tls)
    (blueprint.directory / "front.pem").write_bytes(authority.bundle(authority.issue()))


def _environment(blueprint: Blueprint) -> str:
    stand_ins = json.dumps(["services 2.0.0 (stand-ins): all eight", RECEIVERS])
    document = yaml.safe_load(
        environment_text(
            blueprint,
            stand_ins=stand_ins,
            kong_file="kong.yml",
            declared=".",
            ca="tls/root.pem",
        )
    )
    # Docker's proxy would show every client by one address.
    del document["client"]
    return yaml.safe_dump(document, sort_keys=False)


def main(arguments: list[str]) -> int:
    """Write the files; the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m sandbox.compose DIRECTORY\n")
        return ExitCode.USAGE
    # The accounts of the images read these files; the directory itself stays its owner's alone.
    os.umask(0o022)
    try:
        write(Path(arguments[0]))
    except AtalaiaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(f"docker compose -f sandbox/compose.yaml --env-file {arguments[0]}/.env up\n")
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
