"""correlation-id: a header that names the request, made up where the client sent none.

It runs last (priority 1 in 3.4): a request that another plugin answered has no id for the upstream, and
with echo_downstream its answer gets one that nobody else has seen. What the client sends is trusted.
"""

from __future__ import annotations

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins.fields import Fields
from atalaia.systems.kong.plugins.turn import Step, Turn
from atalaia.systems.kong.plugins.worker import Worker

DEFAULT_HEADER = "Kong-Request-ID"


class CorrelationId(Step):
    """The plugin in the pipeline."""

    name = "correlation-id"

    def __init__(self, plugin: Plugin, worker: Worker) -> None:
        config = plugin.config
        self.header_name: str = config.get("header_name") or DEFAULT_HEADER
        self.generator: str = config.get("generator") or "uuid#counter"
        self.echo_downstream = bool(config.get("echo_downstream"))
        self._lower = self.header_name.lower()
        self._worker = worker

    def access(self, turn: Turn) -> None:
        """Give the request an id, if it has none."""
        found = turn.header(self._lower)
        if not found:
            found = self._generate(turn)
            turn.change_headers()[self._lower] = [(self.header_name, found)]
        if self.echo_downstream:
            turn.kept[self.name] = found

    def header_filter(self, turn: Turn, status: int, headers: Fields) -> None:
        """Tell the client."""
        if self.echo_downstream:
            found = turn.kept.get(self.name) or turn.header(self._lower) or self._generate(turn)
            headers[self._lower] = [(self.header_name, found)]

    def _generate(self, turn: Turn) -> str:
        if self.generator == "uuid":
            return self._worker.uuid()
        if self.generator == "uuid#counter":
            return self._worker.counted_id()
        return f"{turn.tracker}-{turn.now:.3f}"
