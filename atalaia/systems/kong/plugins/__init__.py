"""Kong's plugins, each as a pure model in a file of its own, and the pipeline that runs them.

How a proxy uses it (nothing here waits, reads a clock or opens a socket):

    worker = Worker(version_of("3.4.2"))          # one a node; keeps the `local` counters
    chains = Chains(configuration, worker)        # at every change of the configuration

    turn = chains.begin(match, request, client=address, now=time.time())   # match None: no route
    outcome = turn.access()                       # not for match None, nor for nginx' own 400 and 405
    while isinstance(outcome, Counting):          # Redis: count first, then decide
        counts = await incremented(outcome.store, outcome.increments)      # None: it did not answer
        outcome = turn.resume(counts)
    loop.call_soon(turn.settle)                   # `local` counts after the decision

    if isinstance(outcome, Answer):               # Kong's own answer
        headers = [Content-Type, Connection, *outcome.headers, Content-Length]
    else:                                         # pass it on: turn.method, turn.upstream_target(),
        headers = …                               # turn.headers, turn.host, turn.body
    headers = turn.finish(status, headers)        # on *every* answer: Kong's own, 404, 502, the upstream's
    if headers is None: close the connection      # Kong's own code fails here
    # then Kong's latencies, Via or Server are added

`turn.consumer` says who was authenticated, `chains.of(match).plugins` which instances are effective.
What the model does not know, `unmodelled(configuration)` lists.
"""

from __future__ import annotations

from atalaia.systems.kong.plugins.counters import Counters, LocalCounters
from atalaia.systems.kong.plugins.known import unmodelled
from atalaia.systems.kong.plugins.pipeline import Chain, Chains
from atalaia.systems.kong.plugins.turn import Answer, Asked, Counting, Increment, RedisStore, Turn
from atalaia.systems.kong.plugins.worker import Worker

__all__ = [
    "Answer", "Asked", "Chain", "Chains", "Counters", "Counting", "Increment", "LocalCounters", "RedisStore",
    "Turn", "Worker", "unmodelled",
]  # fmt: skip
