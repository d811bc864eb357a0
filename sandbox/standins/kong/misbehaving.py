"""A request at a node that a fault has broken."""

from __future__ import annotations

import re

from atalaia.systems.kong.plugins import Answer
from atalaia.systems.kong.plugins.correlation_id import DEFAULT_HEADER
from sandbox.standins.http.message import Headers, Request
from sandbox.standins.http.upstream import Trouble
from sandbox.standins.kong.lenient import mended
from sandbox.standins.kong.passing import Passing

_RESETS = frozenset({"ratelimit-reset", "retry-after"})
_UNAUTHORIZED = 401
_BEARER = re.compile(r"(\s*[Bb]earer\s+)(.+)")


class Misbehaving(Passing):
    """Does what the node's behaviour says; what that leaves alone goes the usual way."""

    __slots__ = ("_late", "_over", "_shown")

    def run(self) -> None:
        self._late: Answer | None = None
        self._over = False
        self._shown: dict[str, str] = {}
        """What the plugins see of Authorization → what was sent."""
        if self.node.behaviour.accepts is not None:
            self._mend_token()
        self.node.settle_due()
        super().run()

    def decided(self, answer: Answer | None) -> None:
        behaviour = self.node.behaviour
        limited = answer is not None and self._from_limiter(answer)
        if behaviour.limiter_sticks and self.turn.match is not None:
            key = (self.turn.match.route.id, self.turn.client)
            if answer is not None and limited:
                self.node.denied[key] = answer
            elif answer is None and key in self.node.denied:
                answer, limited = self.node.denied[key], True
        late = limited and behaviour.late_limiter
        if behaviour.late_jwt and answer is not None and "jwt" in self.turn.chain.plugins:
            late = late or answer.status == _UNAUTHORIZED
        if answer is not None and late:
            self._late = answer
            self.pass_on()
        else:
            super().decided(answer)

    def upstream_headers(self) -> Headers:
        shown = self._shown
        return self._uncorrelated([
            (name, shown.get(value, value)) if name.lower() == "authorization" else (name, value)
            for name, value in super().upstream_headers()
        ])  # fmt: skip

    def amended(self, status: int, headers: Headers) -> Headers:
        behaviour = self.node.behaviour
        headers = self._uncorrelated(super().amended(status, headers))
        if shift := behaviour.reset_shift:
            headers = [
                (name, str(int(value) + shift) if name.lower() in _RESETS and value.isdigit() else value)
                for name, value in headers
            ]
        return headers

    # --- an answer that only shows that the upstream has had the request

    def head(self, status: int, phrase: str, headers: Headers) -> None:
        if self._late is None:
            super().head(status, phrase, headers)

    def data(self, chunk: bytes) -> None:
        if self._late is None:
            super().data(chunk)

    def end(self) -> None:
        self._over = True
        super().end()

    def flush(self) -> None:
        if self._late is None:
            super().flush()
        elif self._over:
            self._answer_late(self._late)

    def failed(self, trouble: Trouble) -> None:
        if self._late is None:
            super().failed(trouble)
        else:
            self._answer_late(self._late)

    def _answer_late(self, answer: Answer) -> None:
        self._late = None
        self.reply.abandoned = self._call = None
        self.answer(answer)

    # --- what the plugins of the route are set to

    def _from_limiter(self, answer: Answer) -> bool:
        plugin = self.turn.chain.plugins.get("rate-limiting")
        return plugin is not None and answer.status == int(plugin.config.get("error_code") or 429)

    def _uncorrelated(self, headers: Headers) -> Headers:
        plugin = self.turn.chain.plugins.get("correlation-id")
        if plugin is None or not self.node.behaviour.correlation_dropped:
            return headers
        dropped = str(plugin.config.get("header_name") or DEFAULT_HEADER).lower()
        return [line for line in headers if line[0].lower() != dropped]

    def _mend_token(self) -> None:
        """Show the plugins another token than the one that goes on to the upstream."""
        turn, node, given = self.turn, self.node, self.request
        plugin = turn.chain.plugins.get("jwt")
        flaw = node.behaviour.accepts
        if plugin is None or flaw is None:
            return
        claim = str(plugin.config.get("key_claim_name") or "iss")
        credentials = [it for it in node.configuration.credentials if it.kind == "jwt_secrets"]

        def shown(value: str) -> str:
            mend = _BEARER.sub(
                lambda found: found[1] + mended(found[2], flaw, credentials, claim, turn.now), value
            )
            self._shown[mend] = value
            return mend

        seen = Request(given.method, given.target, given.client, given.local)
        seen.body, seen.version, seen.keep_alive = given.body, given.version, given.keep_alive
        seen.headers = [
            (name, shown(value)) if name.lower() == "authorization" else (name, value)
            for name, value in given.headers
        ]
        turn.request = seen
