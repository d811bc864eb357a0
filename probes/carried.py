"""What a journey carries from step to step, and the requests that are made of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from atalaia.environment.placeholder import PLACE
from atalaia.environment.url import Url
from atalaia.exchange import pointer
from atalaia.exchange.bearer import Bearer
from atalaia.exchange.network import Network
from atalaia.exchange.request import Request
from atalaia.exchange.response import Response
from atalaia.exchange.step import Step as Sent
from probes.step import Step


class Unknown(Exception):
    """A step needs a value that no step before it has saved."""


class Carried:
    """Values by the names under which steps have saved them."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def secrets(self) -> tuple[str, ...]:
        """What was saved, as texts: it may be anything, a token too."""
        return tuple(_text(value) for value in self._values.values())

    def save(self, step: Step, response: Response) -> str:
        """Keep what a step saves of its answer; why that cannot be done, or nothing."""
        if not step.save:
            return ""
        try:
            document = response.json()
        except ValueError:
            return "the body is no JSON, and values are to be saved of it"
        for name, place in step.save:
            try:
                self._values[name] = pointer.at(document, place)
            except pointer.NotThere as nothing:
                return f"{nothing}, to be saved as {name}"
        return ""

    def request(self, step: Step, url: Url, bearer: Bearer | None, network: Network) -> Sent:
        """A step's request as it goes on the wire. Raises Unknown."""
        headers = {name: self._header(value) for name, value in step.headers}
        named = {name.lower() for name in headers}
        body = None
        if step.json_body is not None:
            body = json.dumps(self._filled(step.json_body)).encode()
            if "content-type" not in named:
                headers["Content-Type"] = "application/json"
        target = url.path + PLACE.sub(lambda found: quote(_text(self._value(found[1])), safe=""), step.path)
        request = Request(
            method=step.method.upper(),
            url=url,
            target=target,
            headers=tuple(headers.items()),
            body=body,
            bearer=None if "authorization" in named else bearer,
        )
        return Sent.first(request, network)

    def _value(self, name: str) -> Any:
        if name not in self._values:
            raise Unknown(f"no step before it has saved {name}")
        return self._values[name]

    def _header(self, value: str) -> str:
        filled = self._text(value)
        if any(character in filled for character in "\r\n\0"):
            raise Unknown("what was saved cannot stand in a header")
        return filled

    def _text(self, text: str) -> str:
        return PLACE.sub(lambda found: _text(self._value(found[1])), text)

    def _filled(self, value: Any) -> Any:
        """A document with its places filled; a text that is one place only becomes the value itself."""
        if isinstance(value, str):
            alone = PLACE.fullmatch(value)
            return self._value(alone[1]) if alone else self._text(value)
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._filled(item) for item in value]
        return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
