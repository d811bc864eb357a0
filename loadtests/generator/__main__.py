"""python -m loadtests.generator: one load test, or one worker of it, in a process of its own."""

from __future__ import annotations

import os
import resource
import sys

from loadtests.generator import arguments
from loadtests.generator.family import Family
from loadtests.plan import LoadPlan


def main() -> int:
    """0 where what was asked for was done, whatever was measured."""
    asked = arguments.read()
    plan = LoadPlan.model_validate_json((asked.directory / "plan.json").read_bytes())
    _raise_limit(plan.in_flight)
    family = Family() if asked.sends or asked.alone else Family(asked.directory, asked.workers)
    # only now, so that the workers import it at the same time: it takes a second, and patches sockets
    import locust  # noqa: F401

    from loadtests.generator import ending, mastering, serving

    master = asked.master
    if asked.local:
        master = arguments.address(_first_line())
    ending.with_parent(None if asked.local else asked.directory)
    if master is not None:
        return serving.serve(plan, master, local=asked.local)
    if asked.alone:
        return mastering.alone(plan, asked)
    try:
        return mastering.master(plan, asked, family)
    finally:
        family.end()


def _first_line() -> str:
    """Of the standard input, which is read no further: its end is watched for."""
    line = b""
    while not line.endswith(b"\n"):
        if not (byte := os.read(0, 1)):
            raise SystemExit("the master has ended before it began")
        line += byte
    return line.decode()


def _raise_limit(in_flight: int) -> None:
    """Let this process have a file for each request that may be unanswered, as far as it is allowed to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = in_flight * 2 + 2048  # a connection that is being closed, and the one in its place
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    unlimited = hard == resource.RLIM_INFINITY
    for most in ((wanted, hard if unlimited else max(wanted, hard)), (hard, hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, most)
        except (ValueError, OSError):  # only root may have more than the hard limit
            continue
        return


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Locust's greenlets, and its sockets' lingering, have nothing more to say
