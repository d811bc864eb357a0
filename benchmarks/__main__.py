"""Every benchmark, one after the other: `make bench`. Ends with 1 where one misses what it promises.

python -m benchmarks [probes]: `probes` are those of the probe runner only (`make bench-probes`).
"""

from __future__ import annotations

import subprocess
import sys

PROBES = ("probe_http", "probe_cron", "probe_accuracy", "probe_daemon")
BENCHMARKS = ("gateway_load", "thousand_routes", *PROBES)


def main(arguments: list[str]) -> int:
    """Run each in a process of its own; the worst of their exit codes."""
    codes = []
    for name in PROBES if arguments == ["probes"] else BENCHMARKS:
        print(f"── {name} ", "─" * (75 - len(name)), sep="", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
