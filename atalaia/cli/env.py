"""`atalaia env`: look at environment files."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import TYPE_CHECKING

import click

from atalaia.cli.start import quick_start
from atalaia.errors import UsageError, UsageErrors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atalaia.environment import Environment
    from atalaia.environment.document import Document
    from atalaia.environment.faults import Fault

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_ENV = click.option(
    "--env", metavar="NAME|FILE", help="Environment; `sandbox` is the one that runs. [$ATALAIA_ENV]"
)


@click.group(context_settings=_SETTINGS)
def env() -> None:
    """Look at environment files: is one right, what does it say, what may one say?

    \b
    Examples:
      atalaia env validate environments/mine.yml   every fault of it, with its line
      atalaia env show --env sandbox               what it comes to, secrets left out
      atalaia env schema > environment.schema.json so that editors complete the YAML
    """


@env.command(context_settings=_SETTINGS)
@click.argument("files", metavar="[NAME|FILE]...", nargs=-1)
@_ENV
def validate(files: tuple[str, ...], env: str | None) -> None:
    """Read environment files and tell every fault of each, with its line.

    \b
    Examples:
      atalaia env validate environments/mine.yml
      atalaia env validate environments/*.yml
      atalaia env validate atendeai       one that comes with Atalaia: lists the variables to set
      ATALAIA_ENV=mine atalaia env validate

    Exits 0 when all are right, 3 when one is not. Nothing is sent to the stack.
    """
    with quick_start():
        from atalaia.environment.find import find
        from atalaia.environment.loader import load_with_document
        from atalaia.environment.reading import shown_path

    faults: list[UsageError] = []
    for selector in [*files, *([env] if env or not files else [])]:
        try:
            path = find(selector)
            environment, document = load_with_document(path, os.environ)
        except UsageErrors as error:
            faults += error.problems
            continue
        except UsageError as error:
            faults.append(error)
            continue
        further = [fault.error(shown_path(path)) for fault in _unknown_defects(environment, document)]
        further += _unplannable(environment)
        faults += further
        if not further:
            click.echo(f"{shown_path(path)}: OK: {_summary(environment)}")
            for note in _notes(environment):
                click.echo(f"{shown_path(path)}: note: {note}", err=True)
    if faults:
        raise UsageErrors(faults)


@env.command(context_settings=_SETTINGS)
@click.argument("file", metavar="[NAME|FILE]", required=False)
@_ENV
def show(file: str | None, env: str | None) -> None:
    """Print what an environment comes to: variables filled in, defaults told, secrets as [redacted].

    \b
    Examples:
      atalaia env show environments/mine.yml
      atalaia env show --env sandbox
    """
    from atalaia.environment.find import find
    from atalaia.environment.loader import load
    from atalaia.environment.reading import shown_path
    from atalaia.environment.show import as_yaml

    path = find(file or env)
    environment = load(path, os.environ)
    click.echo(
        f"# {shown_path(path)}, variables filled in, secrets left out\n{as_yaml(environment)}", nl=False
    )


@env.command(context_settings=_SETTINGS)
def schema() -> None:
    """Print the JSON Schema of environment files, for editors.

    \b
    Example:
      atalaia env schema > docs/environment.schema.json
    and as the first line of the environment file:
      # yaml-language-server: $schema=../docs/environment.schema.json
    """
    from atalaia.environment.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _unplannable(environment: Environment) -> tuple[UsageError, ...]:
    """What is wrong about probes, and limiters of which they would take too much."""
    with quick_start():
        from probes.planning.drawing import plan

    try:
        plan(environment)
    except UsageErrors as error:
        return error.problems
    return ()


def _unknown_defects(environment: Environment, document: Document) -> Iterator[Fault]:
    """Entries of `accepted` for a check or a target that there is not: they would never take effect."""
    if not environment.accepted:
        return
    with quick_start():
        from atalaia.checks.catalogue import ALL
        from atalaia.environment.faults import Fault, did_you_mean, dotted, listed

    checks = {check.id: check for check in ALL}
    for index, entry in enumerate(environment.accepted):
        check = checks.get(entry.check)
        targets = check.targets(environment) if check else ()
        where = ("accepted", index, "target" if check else "check")
        line, key = document.line(where), dotted(where)
        if check is None:
            yield Fault(
                line, key, "no such check", "docs/checks.md lists them", did_you_mean(entry.check, checks)
            )
        elif not isinstance(targets, tuple):
            yield Fault(line, key, "the check has no targets here", f"not declared: {targets.what}")
        elif entry.target not in targets:
            yield Fault(
                line, key, "not a target of the check", listed(targets), did_you_mean(entry.target, targets)
            )


def _summary(environment: Environment) -> str:
    gateway = environment.gateway
    counts = Counter(
        {
            "service": len(environment.services),
            "gateway node": len(gateway.nodes) if gateway else 0,
            "route": len(environment.routes),
            "accepted defect": len(environment.accepted),
        }
    )
    told = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count]
    return f"{environment.name} ({environment.safety.value}): {', '.join(told) or 'nothing declared'}"


def _notes(environment: Environment) -> list[str]:
    """What is allowed, and still worth knowing."""
    from atalaia.redaction import SHORTEST

    short = sum(len(secret) < SHORTEST for secret in environment.secrets())
    if not short:
        return []
    return [
        f"{short} secret{'s' if short > 1 else ''} of fewer than {SHORTEST} characters cannot be told from "
        "ordinary text, and so cannot be kept out of reports"
    ]
