"""bot-detection: user agents that are refused. The plugin's own list of robots is not in the model."""

from __future__ import annotations

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.paths import compile_expression
from atalaia.systems.kong.plugins import answers
from atalaia.systems.kong.plugins.turn import Answer, Step, Turn


class BotDetection(Step):
    """The plugin in the pipeline."""

    name = "bot-detection"

    def __init__(self, plugin: Plugin) -> None:
        self._allow = [compile_expression(text) for text in plugin.config.get("allow") or ()]
        self._deny = [compile_expression(text) for text in plugin.config.get("deny") or ()]

    def access(self, turn: Turn) -> Answer | None:
        """Refuse what `deny` names, unless `allow` does."""
        given = turn.request.by_name.get("user-agent")
        if not given:
            return None
        if len(given) > 1:
            return answers.error(turn, 400, "Only one User-Agent header allowed")
        agent = given[0].strip()
        if any(it.search(agent) for it in self._allow) or not any(it.search(agent) for it in self._deny):
            return None
        return answers.error(turn, 403, "Forbidden")
