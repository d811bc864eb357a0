"""Writing the files of sandbox/config/: templates with `${name}` for what differs from start to start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from string import Template

from sandbox.blueprint import Blueprint
from sandbox.ports import Ports
from sandbox.secrets import Secrets

CONFIG = Path(__file__).parent / "config"

DEFAULTS = {"limit_requests": "100", "limit_window": "60s", "check_interval": "200ms"}
"""Values that a fault may want to change, by name."""


def render(template: str, variables: Mapping[str, str]) -> str:
    """A file of sandbox/config/ with its variables written in. Raises KeyError for an unknown one."""
    return Template((CONFIG / template).read_text()).substitute(variables)


def variables(blueprint: Blueprint, server: str) -> dict[str, str]:
    """What the templates of one server may name in a sandbox on loopback."""
    return {
        **general(blueprint.ports, blueprint.secrets, lambda name: "127.0.0.1"),
        "listen": "127.0.0.1",
        "clients": "127.0.0.0/8",
        "home": str(blueprint.home(server)),
        "haproxy_socket": str(blueprint.socket("haproxy")),
        "front_certificate": str(blueprint.tls / "front.pem"),
    }


def general(ports: Ports, secrets: Secrets, host: Callable[[str], str]) -> dict[str, str]:
    """For each port NAME: `NAME_port`, `NAME_host` and `NAME` (host:port); for each secret `secret_NAME`.

    `host` tells on which host a port is found by those who connect to it.
    """
    values = dict(DEFAULTS)
    for name, port in ports:
        values |= {name: f"{host(name)}:{port}", f"{name}_host": host(name), f"{name}_port": str(port)}
    return values | {f"secret_{name}": value for name, value in asdict(secrets).items()}
