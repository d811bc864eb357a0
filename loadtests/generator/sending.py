"""Requests under way: each is begun, answered or not, and counted exactly once."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

import gevent
from pydantic import JsonValue

from loadtests.generator.answers import Answer, saved
from loadtests.generator.arrivals import Arrival, Schedule, Share
from loadtests.generator.asking import Choice, Course, Ready
from loadtests.generator.connection import Connection
from loadtests.generator.filling import Unsendable
from loadtests.generator.pools import Pool, Pools
from loadtests.generator.recording import Key, Recorder
from loadtests.plan import LoadPlan

if TYPE_CHECKING:
    from loadtests.generator.native import Native

_OURS = {
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files",
    errno.EADDRNOTAVAIL: "no free source port, or no such source address",
    errno.ENOBUFS: "no buffers for sockets",
    errno.ENOMEM: "no memory for sockets",
}
"""What keeps this machine from sending: never the target's fault."""


class Flight:
    """An arrival under way: one request after the other."""

    __slots__ = (
        "broken", "connection", "course", "id", "intended", "key", "measured", "number", "pool", "ready",
        "resent", "second", "started", "step", "values",
    )  # fmt: skip

    def __init__(self, course: Course, values: dict[str, JsonValue], pool: Pool) -> None:
        self.course = course
        self.values = values
        self.pool = pool
        self.broken = False
        """Whether one of its steps did not go well."""
        self.connection: Connection | None = None
        self.id = 0
        """Of the request that is unanswered now; 0: none."""
        self.ready: Ready
        self.step: int
        self.intended: float
        self.started: float
        self.key: Key
        self.second: int
        self.measured: bool
        self.resent: bool


class Sender:
    """All requests of one worker."""

    def __init__(
        self, plan: LoadPlan, share: Share, courses: Sequence[Course], pools: Pools, native: Native
    ) -> None:
        self.plan = plan
        self.begin = 0.0
        """The moment of the load's beginning, on the monotonic clock."""
        self.in_flight: dict[int, Flight] = {}
        """By id, the oldest first."""
        self.opening = 0
        """Connections that are being opened."""
        self.now = self._fresh()
        """(warm-up, measured) since the last report …"""
        self.total = self._fresh()
        """… and before it."""
        self.problem = ""
        """What went wrong in the generator itself; the first of it."""
        self.ended = False
        """Whether nothing more is to be begun."""
        self._choice = Choice(plan, courses, share)
        self._schedule = Schedule(plan.stages)
        self._pools = pools
        self._native = native
        self._capacity = share.part(plan.in_flight)
        self._ids = 0

    @staticmethod
    def _fresh() -> tuple[Recorder, Recorder]:
        return Recorder(), Recorder()

    def arrive(self, arrival: Arrival, now: float) -> None:
        """Begin what was intended for this moment, or count that it cannot be."""
        course, values = self._choice.next()
        intended = self.begin + arrival.at
        stage = self.plan.stages[arrival.stage]
        self.now[stage.measured].lag.record(now - intended)
        flight = Flight(course, values, self._pools.of(arrival.number))
        self._intend(flight, 0, arrival.stage, intended)
        if len(self.in_flight) >= self._capacity:
            self.now[flight.measured].left(flight.key, flight.second, crowded=True)
        else:
            self._begin(flight, now)

    def skip(self, arrival: Arrival) -> None:
        """Count an arrival that is never begun."""
        course, values = self._choice.next()
        flight = Flight(course, values, self._pools.of(arrival.number))
        self._intend(flight, 0, arrival.stage, self.begin + arrival.at)
        self.now[flight.measured].left(flight.key, flight.second, crowded=False)

    def report(self) -> tuple[Recorder, Recorder]:
        """What was counted since the last report."""
        taken, self.now = self.now, self._fresh()
        for mine, new in zip(self.total, taken, strict=True):
            mine.merge(new)
        return taken

    def sweep(self, now: float) -> None:
        """Give up what has had no answer in time."""
        limit = now - self.plan.timeout
        late = []
        for flight in self.in_flight.values():
            if flight.started > limit:
                break
            late.append(flight)
        for flight in late:
            self._give_up(flight, "timeout", now)

    def abandon(self, why: str) -> None:
        """Give up all that is unanswered."""
        self.ended = True
        for flight in list(self.in_flight.values()):
            self._give_up(flight, why, monotonic())

    def defect(self, error: Exception) -> None:
        """Something went wrong here, not at the target."""
        self.trouble(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)

    def trouble(self, what: str) -> None:
        """The generator could not do what it should; only the first is told."""
        self.problem = self.problem or what

    # what connections tell

    def answered(self, flight: Flight, answer: Answer, length: int) -> None:
        """A whole answer is here."""
        now = monotonic()
        service = now - flight.started
        if service > self.plan.timeout:
            self._ran_out(flight, "timeout", now)
            return
        ready = flight.ready
        wrong = ready.judge(answer)
        if wrong is None and ready.saves:
            found = saved(ready.request, answer)
            if isinstance(found, str):
                wrong = found
            else:
                flight.values.update(found)
        if wrong is not None:
            self._failed(flight, wrong, now)
            return
        del self.in_flight[flight.id]
        self.now[flight.measured].went_well(flight.key, flight.second, now - flight.intended, service)
        self._native.note(ready.name, ready.method, service, length, None)
        if len(flight.course.steps) > 1:
            self._go_on(flight, now)

    def broke(self, flight: Flight, error: OSError, *, stale: bool) -> None:
        """Its connection ended before any answer; stale: it had rested, and not a byte came back."""
        if stale and flight.ready.safe and not flight.resent:
            flight.resent = True
            self.now[flight.measured].resent += 1
            self._open(flight)
        else:
            self._failed(flight, self._told(error), monotonic())

    def failed(self, flight: Flight, why: str) -> None:
        """Its answer is none."""
        self._failed(flight, why, monotonic())

    # one request's course

    def _intend(self, flight: Flight, step: int, stage: int, intended: float) -> None:
        flight.step = step
        flight.ready = flight.course.steps[step]
        flight.intended = intended
        flight.measured = self.plan.stages[stage].measured
        flight.key = (stage, flight.ready.name)
        flight.second = int(intended - self.begin)
        flight.resent = False
        flight.connection = None

    def _begin(self, flight: Flight, now: float) -> None:
        try:
            data = flight.ready.encoded(flight.values)
        except Unsendable as error:
            self.trouble(f"{flight.ready.name}: {error}")
            self.now[flight.measured].left(flight.key, flight.second, crowded=False)
            flight.broken = True
            self._go_on(flight, now)
            return
        except KeyError:  # it cleans up what was never made: there is nothing to send
            self._go_on(flight, now)
            return
        self._ids += 1
        flight.id = self._ids
        flight.started = now
        self.in_flight[flight.id] = flight
        self.now[flight.measured].began(flight.key, flight.second)
        connection = flight.pool.take()
        if connection is None:
            self._open(flight)
        else:
            connection.carry(flight, data)

    def _open(self, flight: Flight) -> None:
        self.opening += 1
        gevent.spawn(self._connect, flight, flight.id)

    def _connect(self, flight: Flight, of: int) -> None:
        try:
            connection = Connection(flight.pool.open(), flight.pool, self)
        except OSError as error:
            if self.in_flight.get(of) is flight:
                self._failed(flight, self._told(error), monotonic())
            return
        except Exception as error:
            self.defect(error)
            if self.in_flight.get(of) is flight:
                self._failed(flight, "defect", monotonic())
            return
        finally:
            self.opening -= 1
        try:
            if self.in_flight.get(of) is flight:
                connection.carry(flight, flight.ready.encoded(flight.values))
            else:
                flight.pool.keep(connection)
        except Exception as error:
            self.defect(error)

    def _failed(self, flight: Flight, why: str, now: float) -> None:
        if now - flight.started > self.plan.timeout:
            self._ran_out(flight, "timeout", now)
            return
        del self.in_flight[flight.id]
        self.now[flight.measured].failed(flight.key, flight.second, why)
        self._native.note(flight.ready.name, flight.ready.method, now - flight.started, 0, why)
        flight.broken = True
        self._go_on(flight, now)

    def _give_up(self, flight: Flight, why: str, now: float) -> None:
        connection = flight.connection
        if connection is not None and connection.flight is flight:
            connection.flight = None
            connection.close()
        self._ran_out(flight, why, now)

    def _ran_out(self, flight: Flight, why: str, now: float) -> None:
        del self.in_flight[flight.id]
        self.now[flight.measured].ran_out(flight.key, flight.second, why)
        self._native.note(flight.ready.name, flight.ready.method, now - flight.started, 0, why)
        flight.broken = True
        self._go_on(flight, now)

    def _go_on(self, flight: Flight, now: float) -> None:
        """The journey's next step, if one is still to be done."""
        steps = flight.course.steps
        step = flight.step + 1
        while flight.broken and step < len(steps) and not steps[step].always:
            step += 1
        if step >= len(steps) or self.ended:
            return
        self._intend(flight, step, self._schedule.stage_at(now - self.begin), now)
        self._begin(flight, now)

    def _told(self, error: OSError) -> str:
        """In few words what an error of a connection is; what is this machine's own is told apart."""
        if isinstance(error, ssl.SSLCertVerificationError):
            return "certificate"
        if isinstance(error, ssl.SSLError):
            return "TLS"
        if isinstance(error, ConnectionRefusedError):
            return "connection refused"
        if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
            return "connection reset"
        if isinstance(error, TimeoutError):
            return "connection timed out"
        if ours := _OURS.get(error.errno or 0):
            self.trouble(ours)
            return ours
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
