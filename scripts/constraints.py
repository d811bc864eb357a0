"""`make constraints`: write constraints.txt anew, with the newest versions that fit pyproject.toml."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

from scripts.children import ROOT

FILE = ROOT / "constraints.txt"
_OTHER_PYTHONS = ("async-timeout",)
"""What only other versions of Python need (redis before 3.11.3): never seen here, and kept as it is."""


def main() -> int:
    """Resolve in a virtual environment of its own, and write the versions under the old heading."""
    with tempfile.TemporaryDirectory(prefix="atalaia-constraints-") as directory:
        subprocess.run([sys.executable, "-m", "venv", directory], check=True)
        python = f"{directory}/bin/python"
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"{ROOT}[dev]"]
        subprocess.run(install, check=True)
        freeze = [python, "-m", "pip", "freeze"]
        frozen = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout
    pins = [line for line in frozen.splitlines() if re.fullmatch(r"[\w.-]+==[\w.+!-]+", line)]
    before = FILE.read_text().splitlines()
    seen = {pin.partition("==")[0] for pin in pins}
    pins += [
        line for line in before if (name := line.partition("==")[0]) in _OTHER_PYTHONS and name not in seen
    ]
    heading = [line for line in before if line.startswith("#")]
    FILE.write_text("\n".join([*heading, *sorted(pins, key=str.lower)]) + "\n")
    changed = sorted(set(pins).symmetric_difference(line for line in before if not line.startswith("#")))
    print("\n".join(changed) or "constraints.txt is current")
    return 0


if __name__ == "__main__":
    sys.exit(main())
