"""`make test`: every part of Atalaia's own tests, each part's duration at the end.

python -m scripts.test [PART…]    default: all parts, in this order

Every part runs even when one before it failed. A part fails when it has no test, and when it skips
one: what is missing on this machine must be installed, not passed over.
"""

from __future__ import annotations

import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from scripts.children import INTERRUPTED, ROOT, Children

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

    @property
    def counted(self) -> bool:
        """Whether it consists of tests that were counted."""
        return self.passed + self.failed + self.skipped > 0


def _pytest(name: str, *arguments: str) -> Part:
    junit = f"--junitxml={OUT / name}.xml"
    return Part(name, (("pytest", f"tests/{name}", "-q", "--durations=5", junit, *arguments),), suite=True)


PARTS = (
    Part("lint", (("ruff", "check", "--quiet"), ("ruff", "format", "--check", "--quiet"))),
    Part("types", (("mypy", "--no-error-summary"),)),
    _pytest("unit", "-n", "2"),
    _pytest("sandbox"),
    _pytest("matrix", "-n", "2"),
)


def main(names: list[str]) -> int:
    """Run the parts named, or all; 0 when all of them held."""
    known = {part.name: part for part in PARTS}
    if unknown := [name for name in names if name not in known]:
        print(f"test: no part is called {' or '.join(unknown)}; parts: {' '.join(known)}", file=sys.stderr)
        return 3
    children, ended = Children(), []
    for part in (known[name] for name in names) if names else PARTS:
        print(f"── {part.name} ", "─" * (75 - len(part.name)), sep="")
        ended.append(_run(part, children))
        if children.interrupted:
            break
    print(_table(ended))
    if children.interrupted:
        print("interrupted")
        return INTERRUPTED
    return 0 if all(one.held for one in ended) else 1


def _run(part: Part, children: Children) -> Ended:
    started = time.monotonic()
    OUT.mkdir(parents=True, exist_ok=True)
    junit = OUT / f"{part.name}.xml"
    junit.unlink(missing_ok=True)
    codes = [children.run(sys.executable, "-m", *command) for command in part.commands]
    held, seconds = not any(codes), time.monotonic() - started
    if not part.suite:
        return Ended(part.name, held, seconds)
    passed, failed, skipped = _counts(junit)
    return Ended(part.name, held and skipped == 0, seconds, passed, failed, skipped)


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
        + (f" {one.passed:>8} {one.failed:>8} {one.skipped:>8}" if one.counted else "")
        for one in ended
    ]
    total = [sum(getattr(one, word) for one in ended) for word in ("passed", "failed", "skipped")]
    held = all(one.held for one in ended)
    rows.append(f"{'total':<10} {'ok' if held else 'FAILED':<8} {sum(one.seconds for one in ended):>8.1f}")
    return "\n".join(["", *rows, "", "{} passed, {} failed, {} skipped".format(*total)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
