"""Who a request turns out to come from: what the plugins of authentication have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from atalaia.systems.kong.entities import Configuration, Consumer, Credential
from atalaia.systems.kong.plugins import answers
from atalaia.systems.kong.plugins.turn import Answer, Counting, KongFailed, Step, Turn

_TOLD = tuple(
    (name.lower(), name)
    for name in (
        "X-Consumer-ID", "X-Consumer-Custom-ID", "X-Consumer-Username", "X-Credential-Identifier",
        "X-Anonymous-Consumer",
    )
)  # fmt: skip


class Identity(NamedTuple):
    """A consumer, and what it proved itself with; neither may be missing but for anonymous ones."""

    consumer: Consumer
    credential: Credential | None


class Authenticator(Step, ABC):
    """Finds out who asks; refuses, or lets `anonymous` in where it fails and one is configured."""

    kind: str
    """Its credentials: `keyauth_credentials` …"""
    unique: str
    """The field of a credential that requests name it by."""

    def __init__(self, anonymous: str | None, configuration: Configuration, *, on_preflight: bool) -> None:
        self._consumers = {consumer.id: consumer for consumer in configuration.consumers}
        self._credentials = {
            str(credential.document[self.unique]): credential
            for credential in configuration.credentials
            if credential.kind == self.kind and credential.document.get(self.unique) is not None
        }
        self._anonymous = anonymous
        self._on_preflight = on_preflight

    def access(self, turn: Turn) -> Answer | Counting | None:
        """Authenticate, but for preflights where they are exempt, and who was authenticated already."""
        if not self._on_preflight and turn.request.method == "OPTIONS":
            return None
        if self._anonymous and turn.credential is not None:
            return None  # several plugins with `anonymous`: one that succeeds is enough
        found = self.authenticate(turn)
        if isinstance(found, Answer):
            if not self._anonymous:
                return found
            found = Identity(self._named(self._anonymous), None)
        tell(turn, found)
        return None

    @abstractmethod
    def authenticate(self, turn: Turn) -> Identity | Answer:
        """Who asks, or the refusal. Raises KongFailed."""

    def identity(self, credential: Credential) -> Identity:
        """The credential's consumer. Raises KongFailed where there is none."""
        consumer = self._consumers.get(credential.consumer or "")
        if consumer is None:
            raise KongFailed("a credential without its consumer")
        return Identity(consumer, credential)

    def credential(self, key: str) -> Credential | None:
        """The credential of this key, username …"""
        return self._credentials.get(key)

    def _named(self, anonymous: str) -> Consumer:
        found = self._consumers.get(anonymous)
        if found is None:
            found = next((it for it in self._consumers.values() if it.username == anonymous), None)
        if found is None:
            raise KongFailed("the anonymous consumer does not exist")
        return found


def tell(turn: Turn, identity: Identity) -> None:
    """Remember who it is, and tell the upstream; what a client claims itself is overwritten."""
    turn.consumer, turn.credential = identity.consumer, identity.credential
    fields = turn.change_headers()
    consumer, credential = identity.consumer, identity.credential
    said = consumer.id, consumer.custom_id, consumer.username, _identifier(credential)
    for (lower, name), value in zip(_TOLD, (*said, None if credential else "true"), strict=True):
        if value is not None:
            fields[lower] = [(name, value)]
        else:
            fields.pop(lower, None)


def groups(configuration: Configuration) -> dict[str, list[str]]:
    """Consumer id → the groups that it is in (`acls`)."""
    found: dict[str, list[str]] = {}
    for credential in _of_kind(configuration.credentials, "acls"):
        found.setdefault(credential.consumer or "", []).append(credential.document["group"])
    return found


def unauthorized(turn: Turn, message: str, *headers: tuple[str, str]) -> Answer:
    """401 in the format that Accept asks for."""
    return answers.error(turn, 401, message, *headers)


def _identifier(credential: Credential | None) -> str | None:
    if credential is None:
        return None
    if credential.kind == "jwt_secrets":
        return str(credential.document.get("key") or "") or None
    if credential.kind == "basicauth_credentials":
        return str(credential.document.get("username") or "") or None
    return credential.id


def _of_kind(credentials: Iterable[Credential], kind: str) -> Iterable[Credential]:
    return (credential for credential in credentials if credential.kind == kind)
