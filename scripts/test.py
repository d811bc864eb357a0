"""`make test`: every part of Atalaia's own tests, each part's duration at the end.

python -m scripts.test [PART…]    default: all parts, in this order

Every part runs even when one before it failed; a part without a test fails.
"""

from __future__ import annotations

import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "out" / "tests"


@dataclass(frozen=True)
class Part:
    """One part of the tests: commands that all have to succeed; `suite` names a folder of pytest tests."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    suite: bool = False


@dataclass(frozen=True)
class Ended:
    """How a part ended: whether all held, in how many seconds, and how many tests of each outcome."""

    name: str
    held: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def _pytest(name: str, *arguments: str) -> Part:
    junit = f"--junitxml={OUT / name}.xml"
    return Part(name, (("pytest", f"tests/{name}", "-q", "--durations=5", junit, *arguments),), suite=True)


PARTS = (
    Part("lint", (("ruff", "check", "--quiet"), ("ruff", "format", "--check", "--quiet"))),
    Part("types", (("mypy", "--no-error-summary"),)),
    _pytest("unit"),
    _pytest("sandbox"),
    _pytest("matrix", "-n", "2"),
)


def main(names: list[str]) -> int:
    """Run the parts named, or all; 0 when all of them held."""
    known = {part.name: part for part in PARTS}
    if unknown := [name for name in names if name not in known]:
        print(f"test: no part is called {' or '.join(unknown)}; parts: {' '.join(known)}", file=sys.stderr)
        return 3
    ended = []
    for part in (known[name] for name in names) if names else PARTS:
        print(f"── {part.name} ", "─" * (75 - len(part.name)), sep="", flush=True)
        ended.append(_run(part))
    print(_table(ended))
    return 0 if all(one.held for one in ended) else 1


def _run(part: Part) -> Ended:
    started = time.monotonic()
    OUT.mkdir(parents=True, exist_ok=True)
    junit = OUT / f"{part.name}.xml"
    junit.unlink(missing_ok=True)
    codes = [
        subprocess.run(
            [sys.executable, "-m", *command], cwd=ROOT, stdin=subprocess.DEVNULL, check=False
        ).returncode
        for command in part.commands
    ]
    held, seconds = not any(codes), time.monotonic() - started
    return Ended(part.name, held, seconds, *_counts(junit)) if part.suite else Ended(part.name, held, seconds)


def _counts(junit: Path) -> tuple[int, int, int]:
    """Passed, failed (errors too) and skipped tests of a JUnit file; none where pytest wrote none."""
    if not junit.is_file():
        return 0, 0, 0
    suite = ElementTree.parse(junit).getroot()
    total = {
        word: sum(int(found.get(word, 0)) for found in suite.iter("testsuite"))
        for word in ("tests", "failures", "errors", "skipped")
    }
    failed = total["failures"] + total["errors"]
    return total["tests"] - failed - total["skipped"], failed, total["skipped"]


def _table(ended: list[Ended]) -> str:
    rows = [f"{'part':<10} {'result':<8} {'seconds':>8} {'passed':>8} {'failed':>8} {'skipped':>8}"]
    rows += [
        f"{one.name:<10} {'ok' if one.held else 'FAILED':<8} {one.seconds:>8.1f}"
        + (
            f" {one.passed:>8} {one.failed:>8} {one.skipped:>8}"
            if one.passed + one.failed + one.skipped
            else ""
        )
        for one in ended
    ]
    total = [sum(getattr(one, word) for one in ended) for word in ("passed", "failed", "skipped")]
    held = all(one.held for one in ended)
    rows.append(f"{'total':<10} {'ok' if held else 'FAILED':<8} {sum(one.seconds for one in ended):>8.1f}")
    return "\n".join(["", *rows, "", "{} passed, {} failed, {} skipped".format(*total)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
