"""The rooms and their arrows (docs/architecture.md): who may import whom, read from the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ORDER = (
    {"atalaia.environment"},
    {"atalaia.exchange"},
    {"atalaia.systems"},
    {"atalaia.checks"},
    {"atalaia.run"},
    {"reports"},
    {"suites", "probes", "loadtests"},
    {"atalaia.cli"},
)
"""A room may import the rooms before it, never a room beside or after it."""

LEAVES = {"atalaia.errors", "atalaia.state", "atalaia.redaction"}
MAY_IMPORT = {
    **{room: {room}.union(LEAVES, *ORDER[:rank]) for rank, rooms in enumerate(ORDER) for room in rooms},
    **{leaf: {leaf} for leaf in LEAVES},
    "atalaia": set(),
    "environments": set(),
    "deploy": set(),
    "sandbox": {"sandbox", "atalaia.environment", "atalaia.systems"} | LEAVES,
    "scripts": {"scripts"},
    "benchmarks": {"benchmarks", "sandbox", "atalaia.environment", "atalaia.systems"}
    | LEAVES
    | {"atalaia.exchange", "atalaia.checks", "atalaia.run", "probes", "loadtests"},
}
MAY_IMPORT["atalaia.cli"] |= {"sandbox"}
"""The command starts sandboxes; nothing else of the toolkit knows that there is one."""

AREAS = ("routing", "authentication", "rate_limits", "headers", "cors")
"""The gateway's areas of checks: one may require what those before it have found, never the other way."""

OURS = {
    "atalaia", "suites", "probes", "reports", "sandbox", "loadtests", "environments", "deploy", "scripts",
    "benchmarks",
}  # fmt: skip


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the toolkit, by its dotted name."""
    for top in sorted(OURS):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def room(module: str) -> str:
    """`atalaia.systems.kong.routes` lives in `atalaia.systems`; `suites.plugin` in `suites`."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "atalaia" else parts[0]


def imports(name: str, path: Path) -> Iterator[tuple[str, int]]:
    """What a module imports, relative imports resolved, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
                base = ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
            # `from atalaia import systems` names a room too
            yield from (
                (f"{base}.{alias.name}" if base == "atalaia" else base, node.lineno) for alias in node.names
            )


def allowed(importer: str, imported: str) -> bool:
    """Whether a module may import another; what is not ours is no matter of arrows."""
    if imported.split(".")[0] not in OURS or imported == "atalaia.__version__":
        return True
    return room(imported) in MAY_IMPORT[room(importer)]


def test_every_module_imports_only_the_rooms_before_its_own() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {room(name)} imports {imported}"
        for name, path in modules()
        for imported, line in imports(name, path)
        if not allowed(name, imported)
    ]
    assert wrong == []


def test_areas_of_checks_lean_on_the_areas_before_them_only() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {area} imports {imported}"
        for name, path in modules()
        if (area := _area(name))
        for imported, line in imports(name, path)
        if (other := _area(imported)) and AREAS.index(other) > AREAS.index(area)
    ]
    assert wrong == []


def _area(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[:2] == ["atalaia", "checks"] and parts[2:3] and parts[2] in AREAS else None


@pytest.mark.parametrize(
    ("importer", "imported", "may"),
    [
        ("atalaia.checks.cors", "atalaia.systems.kong", True),
        ("atalaia.systems.kong", "atalaia.checks.cors", False),
        ("atalaia.environment.model", "atalaia.exchange", False),
        ("atalaia.exchange.client", "atalaia.errors", True),
        ("atalaia.errors", "atalaia.environment", False),
        ("suites.plugin", "probes.runner", False),
        ("suites.plugin", "atalaia.cli", False),
        ("atalaia.run.plan", "suites.plugin", False),
        ("sandbox.launch", "atalaia.systems.kong", True),
        ("sandbox.launch", "atalaia.exchange", False),
        ("suites.plugin", "sandbox.launch", False),
        ("atalaia.cli.sandbox", "sandbox.launch", True),
        ("scripts.demo", "atalaia.errors", False),
        ("atalaia.checks.cors", "re", True),
    ],
)
def test_the_arrows_as_they_are_meant(importer: str, imported: str, may: bool) -> None:
    assert allowed(importer, imported) is may


def test_only_the_generator_imports_locust() -> None:
    """It patches Python's sockets and threads: it has a process of its own."""
    patching = {"locust", "gevent", "geventhttpclient"}
    importers = {
        name
        for name, path in modules()
        for imported, _ in imports(name, path)
        if imported.split(".")[0] in patching
    }
    assert importers
    beside = {"benchmarks.fast_http_user"}  # a locustfile, which Locust's own process reads
    assert {name for name in importers if not name.startswith("loadtests.generator.")} == beside
    code = "import sys, loadtests.process, loadtests.generator; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert {name.split(".")[0] for name in loaded.stdout.split()} & patching == set()


def test_nothing_else_imports_the_generator() -> None:
    importers = {
        name
        for name, path in modules()
        for imported, _ in imports(name, path)
        if imported.startswith("loadtests.generator") and not name.startswith("loadtests.generator")
    }
    assert importers == set()


def test_scripts_need_nothing_but_python() -> None:
    """They run before anything is installed."""
    foreign = {
        imported
        for name, path in modules()
        if room(name) == "scripts"
        for imported, _ in imports(name, path)
        if imported.split(".")[0] not in sys.stdlib_module_names | {"scripts"}
    }
    assert foreign == set()


@pytest.mark.parametrize("module", ["atalaia.checks.catalogue", "atalaia.checks.document"])
def test_checks_pull_in_no_network_library(module: str) -> None:
    """Judging is pure: a check that could open a socket could also disagree with itself."""
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    tops = {name.split(".")[0] for name in loaded.stdout.split()}
    assert tops & {"httpx", "httpcore", "psycopg", "redis", "anyio", "ssl", "pytest"} == set()


def test_the_reader_of_imports_sees_through_relative_imports(tmp_path: Path) -> None:
    """The tests above are only as good as their reading."""
    source = tmp_path / "module.py"
    source.write_text(
        "from . import a\nfrom ..run import b\nfrom atalaia import checks\ndef f():\n    import httpx\n"
    )
    found = {imported for imported, _ in imports("atalaia.exchange.module", source)}
    assert found == {"atalaia.exchange", "atalaia.run", "atalaia.checks", "httpx"}
