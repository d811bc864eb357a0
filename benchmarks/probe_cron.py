"""One run of cron with its push, process start included, against a bash script of curl that does the same.

python -m benchmarks.probe_cron [--targets 40] [--rounds 15]

Both ask the same server on loopback for each target, try the same address that must not answer, and push
to the same Pushgateway (Debian's), in turns. The script asks one after the other, as such scripts do, and
pushes status, success and time of each; Atalaia opens its state file, measures phases, counts, and keeps
each result. The environment file is as it was the run before; what a run takes that plans anew is printed
beside. What arrived is counted. Ends with 1 where a promise is not kept.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.answering import answering

_ANEW = 3
PROMISED_RATIO = 1.0
PROMISED_SECONDS = 0.6
PUSHGATEWAY = "prometheus-pushgateway"
_SCRIPT = """\
set -u
page=$(mktemp)
printf '# TYPE %s gauge\\n' probe_success probe_http_status_code probe_duration_seconds >"$page"
for number in $(seq 0 $(($TARGETS - 1))); do
  url="http://127.0.0.1:$PORT/health/$number"
  read -r status seconds < <(curl --silent --max-time 5 --output /dev/null \\
    --write-out '%{http_code} %{time_total}\\n' "$url")
  success=0; [ "$status" = 200 ] && success=1
  labels="{probe=\\"service-$number\\",instance=\\"$url\\"}"
  printf 'probe_success%s %s\\nprobe_http_status_code%s %s\\nprobe_duration_seconds%s %s\\n' \\
    "$labels" "$success" "$labels" "$status" "$labels" "$seconds" >>"$page"
done
curl --silent --max-time 5 --output /dev/null "http://127.0.0.1:1" && exit 1
LC_ALL=C sort -o "$page" "$page"
curl --silent --fail --request PUT --data-binary @"$page" "http://127.0.0.1:$PUSH/metrics/job/script" || exit
rm "$page"
"""


class _Taken(NamedTuple):
    """What a run took, in seconds."""

    seconds: float
    processor: float


def main() -> int:
    """Measure, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--targets", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each, in turns")
    given = parser.parse_args()
    for needed in (PUSHGATEWAY, "bash", "curl"):
        if shutil.which(needed) is None:
            sys.stdout.write(f"missing: {needed}\n")
            return 1
    with tempfile.TemporaryDirectory() as directory, answering() as port, _pushgateway(directory) as push:
        file = Path(directory, "mine.yml")
        file.write_text(_environment(port, push, given.targets))
        ours = [sys.executable, "-m", "atalaia.cli", "probe", "run", "--env", str(file)]
        script = ["bash", "-c", _SCRIPT]
        variables = {
            **_as_installed(directory),
            "TARGETS": str(given.targets), "PORT": str(port), "PUSH": str(push),
            "ATALAIA_STATE_DIR": str(Path(directory, "state")),
        }  # fmt: skip
        _taken(ours, variables)  # keeps bytecode
        anew = [_planned_anew(ours, variables, directory, number) for number in range(_ANEW)]
        _taken(ours, variables)
        _taken(script, variables)
        pairs = [_pair(ours, script, variables, turned=bool(number % 2)) for number in range(given.rounds)]
        for job in ("atalaia-probes", "script"):
            if (there := _successes(push, job)) != given.targets:
                raise SystemExit(f"{job}: of {given.targets} targets {there} were seen to work")
    ratios = [our.seconds / their.seconds for our, their in pairs]
    mine = median(our.seconds for our, _ in pairs)
    sys.stdout.write(
        f"{given.targets} targets, from process start to the end of the push: "
        f"Atalaia {mine:.3f} s, bash and curl {median(their.seconds for _, their in pairs):.3f} s\n"
        f"processor time: Atalaia {median(our.processor for our, _ in pairs):.3f} s, "
        f"bash and curl {median(their.processor for _, their in pairs):.3f} s\n"
        f"where nothing is remembered: {median(each.seconds for each in anew):.3f} s\n"
        f"ratio: {median(ratios):.2f}, in rounds {', '.join(f'{ratio:.2f}' for ratio in ratios)}\n"
    )
    kept = median(ratios) <= PROMISED_RATIO and mine < PROMISED_SECONDS
    promised = f"a ratio of at most {PROMISED_RATIO}, under {PROMISED_SECONDS} s"
    sys.stdout.write("kept\n" if kept else f"missed: {promised}\n")
    return 0 if kept else 1


def _planned_anew(ours: list[str], variables: dict[str, str], directory: str, number: int) -> _Taken:
    """A first run of ours, with a state directory of its own."""
    return _taken(ours, {**variables, "ATALAIA_STATE_DIR": str(Path(directory, f"state-{number}"))})


def _environment(port: int, push: int, targets: int) -> str:
    added = "".join(
        f"    - {{name: service-{number}, kind: http, path: /health/{number}, "
        f'url: "http://127.0.0.1:{port}"}}\n'
        for number in range(targets)
    )
    return (
        f"name: mine\nprobes:\n  location: here\n  pushgateway: http://127.0.0.1:{push}\n"
        f"  overrides: {{probes-pushgateway: {{enabled: false}}}}\n  add:\n{added}"
    )


def _as_installed(directory: str) -> dict[str, str]:
    """The process's variables, and Python's bytecode is kept, as pip leaves it for what it installs: a
    development's shell may say otherwise, and each run would compile everything anew."""
    told = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**told, "PYTHONPYCACHEPREFIX": str(Path(directory, "bytecode"))}


def _pair(
    ours: list[str], script: list[str], variables: dict[str, str], *, turned: bool
) -> tuple[_Taken, _Taken]:
    """Ours and theirs, right after one another; `turned`: theirs first."""
    if turned:
        their = _taken(script, variables)
        return _taken(ours, variables), their
    return _taken(ours, variables), _taken(script, variables)


def _taken(command: list[str], variables: dict[str, str]) -> _Taken:
    before, begun = _processor(), time.perf_counter()
    ended = subprocess.run(command, env=variables, check=False, capture_output=True, text=True)
    took = time.perf_counter() - begun
    if ended.returncode:
        raise SystemExit(f"{command[0]} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
    return _Taken(took, _processor() - before)


def _processor() -> float:
    """Processor time of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _successes(push: int, job: str) -> int:
    """How many targets were seen to work, by what was pushed last."""
    with urllib.request.urlopen(f"http://127.0.0.1:{push}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return sum(
        line.startswith("probe_success{") and f'job="{job}"' in line and line.endswith(" 1") for line in lines
    )


@contextmanager
def _pushgateway(directory: str) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        PUSHGATEWAY,
        f"--web.listen-address=127.0.0.1:{port}",
        f"--persistence.file={directory}/pushed",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + 10
            while not _ready(port):
                if time.monotonic() > end:
                    raise SystemExit(f"{PUSHGATEWAY} is not ready")
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
