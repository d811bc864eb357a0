"""acl: only consumers of certain groups may ask, or all but these."""

from __future__ import annotations

from atalaia.systems.kong.entities import Configuration, Plugin
from atalaia.systems.kong.plugins import answers
from atalaia.systems.kong.plugins.credentials import groups
from atalaia.systems.kong.plugins.fields import put
from atalaia.systems.kong.plugins.turn import Answer, Step, Turn


class Acl(Step):
    """The plugin in the pipeline."""

    name = "acl"

    def __init__(self, plugin: Plugin, configuration: Configuration) -> None:
        config = plugin.config
        self._deny = frozenset(config.get("deny") or ())
        self._allow = frozenset(config.get("allow") or ())
        self._tells = not config.get("hide_groups_header")
        self._groups = groups(configuration)

    def access(self, turn: Turn) -> Answer | None:
        """Refuse who is in no group that may, or in one that may not."""
        if turn.consumer is None:
            return answers.error(turn, 401, "Unauthorized")
        own = self._groups.get(turn.consumer.id, [])
        blocked = not self._deny.isdisjoint(own) if self._deny else self._allow.isdisjoint(own)
        if blocked:
            return answers.error(turn, 403, "You cannot consume this service")
        if self._tells and own:
            put(turn.change_headers(), "X-Consumer-Groups", ", ".join(own))
        return None
