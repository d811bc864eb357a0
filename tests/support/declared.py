"""The sandbox as it is declared, without a server: its environment file beside its kong.yml."""

from __future__ import annotations

from pathlib import Path

from atalaia.environment import Environment
from atalaia.environment.loader import load
from sandbox.blueprint import Blueprint
from sandbox.environment import environment_text, write_declared
from sandbox.limits import Windows
from sandbox.ports import SEED_PORTS
from sandbox.render import render, variables
from sandbox.secrets import generate


def sandbox_as_declared(directory: Path, windows: Windows = "declared") -> Environment:
    """The environment of a sandbox with the documented ports; its files lie in `directory`."""
    blueprint = Blueprint("declared", directory, SEED_PORTS, generate(), windows=windows)
    for path, text in (
        (blueprint.kong_file, render("kong/kong.yml", variables(blueprint, "kong-1"))),
        (blueprint.tls / "root.pem", ""),
        (blueprint.environment_file, environment_text(blueprint)),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    write_declared(blueprint)
    return load(blueprint.environment_file, {})
