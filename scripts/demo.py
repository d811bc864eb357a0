"""`make demo`: a stack of its own on loopback: tested by all suites but the drill, probed, loaded, stopped.

python -m scripts.demo [MORE ARGUMENTS FOR atalaia check]
"""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

from scripts.atalaia import ATALAIA
from scripts.children import Children
from scripts.setup import packages

OUT = Path("out") / "demo"
"""Apart from out/, where the latest run against a stack of the user's is kept."""

OK, NOT_MEASURED = 0, 2


def main(arguments: list[str]) -> int:
    """Up, check, probe, load, down, whatever happens. The first exit code that is not 0, or 2 for less."""
    children = Children()
    sandbox = f"demo-{os.getpid()}"
    missing = packages.missing()

    def atalaia(*words: str) -> int:
        print("$ atalaia", *words)
        return children.run(ATALAIA, *words)

    code = atalaia("sandbox", "up", "--id", sandbox, *(["--partial"] if missing else []))
    if code == OK and not children.interrupted:
        code = atalaia("check", "--env", f"sandbox:{sandbox}", "--out", str(OUT), *arguments)
        if not children.interrupted:
            code = code or atalaia("probe", "run", "--env", f"sandbox:{sandbox}")
        if not missing and not children.interrupted:
            # Last, and by itself: whatever else runs takes processors from the stack and from the generator.
            load = atalaia("load", "run", "demo", "--env", f"sandbox:{sandbox}", "--out", str(OUT))
            code = code or load
    stopped = atalaia("sandbox", "down", sandbox)
    if missing:
        names = textwrap.fill(" ".join(missing), 76, break_on_hyphens=False)
        print("not installed, so not tested:", textwrap.indent(names, "  "), sep="\n")
    if code == OK and (missing or stopped != OK or children.interrupted):
        code = NOT_MEASURED
    print(f"atalaia exit code: {code}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
