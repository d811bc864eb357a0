"""Run the `atalaia` command for make, and print its exit code last: make turns every failure into 2.

python -m scripts.atalaia ARGUMENTS…
"""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.children import Children

ATALAIA = Path(sys.executable).with_name("atalaia")


def main(arguments: list[str]) -> int:
    """The exit code of the command."""
    code = Children().run(ATALAIA, *arguments)
    print(f"atalaia exit code: {code}")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
