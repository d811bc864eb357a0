"""Every benchmark, one after the other: `make bench`. Ends with 1 where one misses what it promises.

python -m benchmarks [probes | load]: those of the probe runner only (`make bench-probes`), or of the load
generator (`make bench-load`).
"""

from __future__ import annotations

import argparse
import subprocess
import sys

PROBES = ("probe_http", "probe_cron", "probe_accuracy", "probe_daemon")
LOAD = ("load_rate", "load_processor", "load_accuracy", "load_workers", "load_histogram")
PARTS = {
    "all": ("gateway_load", "thousand_routes", *PROBES, *LOAD),
    "probes": PROBES,
    "load": LOAD,
}


def main() -> int:
    """Run each in a process of its own; the worst of their exit codes."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS, default="all")
    codes = []
    for name in PARTS[parser.parse_args().part]:
        print(f"── {name} ", "─" * (75 - len(name)), sep="", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode)
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
