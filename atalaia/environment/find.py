"""Which environment file a user means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from atalaia.errors import UsageError
from atalaia.state import RunningSandbox, sandboxes

VARIABLE = "ATALAIA_ENV"
SANDBOX = "sandbox"
SUFFIXES = (".yml", ".yaml")


def find(selector: str | None, variables: Mapping[str, str] = os.environ) -> Path:
    """The file that `--env SELECTOR` (or `$ATALAIA_ENV`, where there is none) stands for.

    A path (something with a slash, or that ends in .yml or .yaml) is itself, whether the file exists
    or not; a name is ./environments/NAME.yml, else one of the files that come with Atalaia;
    `sandbox` is the sandbox that runs, `sandbox:ID` one of several. There is no default.
    Raises UsageError where it stands for nothing, or for more than one thing.
    """
    chosen = selector or variables.get(VARIABLE)
    if not chosen:
        raise UsageError(
            "no environment is chosen, and there is no default",
            expected=_choices(),
            hint=f"choose one by --env NAME or the variable {VARIABLE}",
        )
    if chosen == SANDBOX or chosen.startswith(f"{SANDBOX}:"):
        return _sandbox(chosen.partition(":")[2]).environment_file
    if os.sep in chosen or chosen.endswith(SUFFIXES):
        return Path(chosen)
    environments = _named()
    if chosen in environments:
        return environments[chosen]
    if Path(chosen).exists():
        return Path(chosen)
    similar = get_close_matches(chosen, [*environments, SANDBOX], 1)
    raise UsageError(
        f"no environment is called {chosen!r}",
        expected=_choices(),
        hint=f"did you mean {similar[0]}?" if similar else "a path has a slash in it or ends in .yml",
    )


def named(shipped: Path, own: Path) -> dict[str, Path]:
    """Name → file of YAML. A file of the user's own goes before the one of the same name that is shipped."""
    return {
        path.stem: path
        for directory in (shipped, own)
        for suffix in reversed(SUFFIXES)
        for path in sorted(directory.glob(f"*{suffix}"))
    }


def _named() -> dict[str, Path]:
    package = find_spec("environments")
    assert package, "it comes with Atalaia"
    shipped = package.submodule_search_locations
    assert shipped, "it is a directory"
    return named(Path(shipped[0]), Path("environments"))


def _choices() -> str:
    ids = [sandbox.id for sandbox in _running()]
    running = f"{SANDBOX} (running: {', '.join(ids)})" if ids else f"{SANDBOX} (none runs)"
    return f"there are: {', '.join([*sorted(_named()), running])}"


def _running() -> list[RunningSandbox]:
    return [sandbox for sandbox in sandboxes() if sandbox.running]


def _sandbox(id: str) -> RunningSandbox:
    running = _running()
    if not running:
        raise UsageError("no sandbox runs", hint="start one: atalaia sandbox up")
    choices = ", ".join(sandbox.id for sandbox in running)
    if not id:
        if len(running) > 1:
            raise UsageError(
                f"{len(running)} sandboxes run: {choices}",
                hint=f"choose one: --env {SANDBOX}:{running[0].id}",
            )
        return running[0]
    for sandbox in running:
        if sandbox.id == id:
            return sandbox
    raise UsageError(f"no sandbox {id!r} runs", expected=f"running: {choices}")
