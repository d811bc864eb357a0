"""Writing the files of sandbox/config/: templates with `${name}` for what differs from start to start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from string import Template

from sandbox.blueprint import Blueprint
from sandbox.limits import LIMITS, Windows
from sandbox.ports import HAPROXY_ADDRESS, Ports
from sandbox.secrets import Secrets
from sandbox.services import ISSUER

CONFIG = Path(__file__).parent / "config"

DEFAULTS = {"check_interval": "200ms", "token_issuer": ISSUER, "haproxy_source": HAPROXY_ADDRESS}
"""Values that a fault may want to change, by name, beside those of the limiters."""


def render(template: str, variables: Mapping[str, str]) -> str:
    """A file of sandbox/config/ with its variables written in. Raises KeyError for an unknown one."""
    return Template((CONFIG / template).read_text()).substitute(variables)


def variables(blueprint: Blueprint, server: str) -> dict[str, str]:
    """What the templates of one server may name in a sandbox on loopback."""
    return {
        **general(blueprint.ports, blueprint.secrets, lambda name: "127.0.0.1", blueprint.windows),
        "listen": "127.0.0.1",
        "clients": "127.0.0.0/8",
        "home": str(blueprint.home(server)),
        "haproxy_socket": str(blueprint.socket("haproxy")),
        "front_certificate": str(blueprint.tls / "front.pem"),
    }


def general(
    ports: Ports, secrets: Secrets, host: Callable[[str], str], windows: Windows = "declared"
) -> dict[str, str]:
    """For each port NAME: `NAME_port`, `NAME_host` and `NAME` (host:port); for each secret `secret_NAME`.

    `host` tells on which host a port is found by those who connect to it; `windows` how long the limiters
    count.
    """
    values = {**DEFAULTS, **LIMITS[windows]}
    for name, port in ports:
        values |= {name: f"{host(name)}:{port}", f"{name}_host": host(name), f"{name}_port": str(port)}
    return values | {f"secret_{name}": value for name, value in asdict(secrets).items()}
