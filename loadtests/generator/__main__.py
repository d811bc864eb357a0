"""python -m loadtests.generator: one load test, or one worker of it, in a process of its own."""

from __future__ import annotations

import os
import resource
import sys

from loadtests.generator import arguments
from loadtests.plan import LoadPlan


def main() -> int:
    """0 where what was asked for was done, whatever was measured."""
    asked = arguments.read()
    # the fixtures of Locust that this process needs are imported first: it patches sockets and threads
    import locust  # noqa: F401

    from loadtests.generator import ending, mastering, serving

    plan = LoadPlan.model_validate_json((asked.directory / "plan.json").read_bytes())
    _raise_limit(plan.in_flight)
    ending.with_parent(asked.directory if asked.master is None else None)
    if asked.master is not None:
        return serving.serve(plan, asked.master, local=asked.local)
    if asked.alone:
        return mastering.alone(plan, asked)
    return mastering.master(plan, asked)


def _raise_limit(in_flight: int) -> None:
    """Let this process have a file for each request that may be unanswered, as far as it is allowed to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = in_flight * 2 + 2048  # a connection that is being closed, and the one in its place
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # Locust's greenlets, and its sockets' lingering, have nothing more to say
