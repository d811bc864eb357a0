"""The plugins of every route as chains, made once; a request only walks along one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from atalaia.systems.kong.effective import Scopes
from atalaia.systems.kong.entities import Configuration, Plugin
from atalaia.systems.kong.plugins import answers
from atalaia.systems.kong.plugins.fields import Lines, fields_of, lines_of
from atalaia.systems.kong.plugins.known import KNOWN
from atalaia.systems.kong.plugins.prometheus import Groups, groups
from atalaia.systems.kong.plugins.turn import Answer, Asked, Counting, CountingStep, KongFailed, Step, Turn
from atalaia.systems.kong.plugins.worker import Worker
from atalaia.systems.kong.routing import Match


class Chain:
    """The steps of one route, in the order of their priority."""

    __slots__ = ("_access", "_filters", "_variants", "plugins", "prometheus", "worker")

    def __init__(
        self,
        worker: Worker,
        plugins: Mapping[str, Plugin],
        steps: Sequence[Step | None],
        variants: Mapping[str, Sequence[Step | None]],
    ) -> None:
        self.worker = worker
        self.plugins = plugins
        """The effective instances for a request without a consumer, those unknown to the model included."""
        self.prometheus: Groups = groups(plugins)
        """What is measured of its requests."""
        self._access = tuple(step if _overrides(step, "access") else None for step in steps)
        self._filters = tuple(step for step in steps if step and _overrides(step, "header_filter"))
        self._variants = {consumer: tuple(them) for consumer, them in variants.items()}
        """Consumer → step by step what runs for it instead."""

    def access(self, turn: Turn, at: int) -> Answer | Counting | None:
        """Run the steps from this one on."""
        steps: Sequence[Step | None] = self._access
        try:
            for position in range(at, len(steps)):
                step = self._step(turn, position) if self._variants else steps[position]
                if step is None:
                    continue
                outcome = step.access(turn)
                if outcome is not None:
                    if isinstance(outcome, Counting):
                        turn.paused(position)
                    return outcome
        except KongFailed:
            return answers.failed()
        return None

    def resume(self, turn: Turn, at: int, counts: Sequence[int] | None) -> Answer | Counting | None:
        """Let the step decide that asked to be counted for, and go on."""
        step = self._step(turn, at) if self._variants else self._access[at]
        assert isinstance(step, CountingStep), "it has asked for counters"
        answer = step.counted(turn, counts)
        return self.access(turn, at + 1) if answer is None else answer

    def finish(self, turn: Turn, status: int, headers: Lines) -> Lines | None:
        """Run the header filters of every collected plugin."""
        filters: Iterable[Step | None] = self._filters
        if not filters and not turn.early and not self._variants:
            return headers
        fields = fields_of(lines_of(turn.early), headers) if turn.early else fields_of(headers)
        try:
            if self._variants and turn.consumer is not None:
                filters = (self._step(turn, at) for at in range(len(self._access)))
            for step in filters:
                if step is not None:
                    step.header_filter(turn, status, fields)
        except KongFailed:
            return None
        return lines_of(fields)

    def _step(self, turn: Turn, at: int) -> Step | None:
        if turn.consumer is not None and (variant := self._variants.get(turn.consumer.id)) is not None:
            return variant[at]
        return self._access[at]


class Chains:
    """The chains of a configuration, made when a route is first met."""

    def __init__(self, configuration: Configuration, worker: Worker) -> None:
        self._configuration = configuration
        self._worker = worker
        self._scopes = Scopes(configuration)
        self._steps: dict[str, Step | None] = {}
        self._none = self._chain(self._scopes.without_route(), {})
        self._by_route: dict[str, Chain] = {}

    def of(self, match: Match | None) -> Chain:
        """The chain of a route; None: of requests without one (only header filters of global plugins)."""
        if match is None:
            return self._none
        found = self._by_route.get(match.route.id)
        if found is None:
            route = match.route
            others = {it: self._scopes.of(route, it) for it in self._scopes.consumers(route)}
            found = self._by_route[route.id] = self._chain(self._scopes.of(route), others)
        return found

    def begin(
        self, match: Match | None, request: Asked, *, client: str, now: float, tracker: str = ""
    ) -> Turn:
        """A request's turn. `client` is its address (after trusted_ips), `now` Unix seconds."""
        turn = Turn(self.of(match), match, request, client, now, tracker)
        turn.request_id = self._worker.request_id()
        return turn

    def _chain(self, plugins: Mapping[str, Plugin], others: Mapping[str, Mapping[str, Plugin]]) -> Chain:
        names = {name for them in (plugins, *others.values()) for name in them if name in KNOWN}
        ordered = sorted(names, key=lambda name: (-KNOWN[name][0], name))
        return Chain(
            self._worker,
            plugins,
            self._row(ordered, plugins),
            {consumer: self._row(ordered, them) for consumer, them in others.items()},
        )

    def _row(self, names: Sequence[str], plugins: Mapping[str, Plugin]) -> list[Step | None]:
        return [self._step(plugins[name]) if name in plugins else None for name in names]

    def _step(self, plugin: Plugin) -> Step | None:
        if plugin.id not in self._steps:
            make = KNOWN[plugin.name][1]
            self._steps[plugin.id] = make(plugin, self._configuration, self._worker)
        return self._steps[plugin.id]


def _overrides(step: Step | None, method: str) -> bool:
    return step is not None and getattr(type(step), method) is not getattr(Step, method)
