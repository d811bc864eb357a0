"""Every benchmark, one after the other: `make bench`. Ends with 1 where one misses what it promises."""

from __future__ import annotations

import subprocess
import sys

BENCHMARKS = ("gateway_load", "thousand_routes", "probe_http", "probe_accuracy")


def main() -> int:
    """Run each in a process of its own; the worst of their exit codes."""
    codes = []
    for name in BENCHMARKS:
        print(f"── {name} ", "─" * (75 - len(name)), sep="", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
