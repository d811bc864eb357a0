"""Addresses of servers: an URL that never prints its credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

_DEFAULT_PORTS = {
    "http": 80, "https": 443, "postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379,
}  # fmt: skip


@dataclass(frozen=True)
class Url:
    """`scheme://[user:password@]host[:port][/path]`, split once.

    `str()` and `repr()` leave the credentials and the query out; `reveal()` is the whole text,
    for the one place that sends it.
    """

    scheme: str
    host: str
    port: int
    path: str = ""
    query: str = field(default="", repr=False)
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    raw: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """`host`, or `host:port` where the port is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """`scheme://host[:port]`, without path, query or credentials."""
        return f"{self.scheme}://{self.authority}"

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted from its first byte."""
        return self.scheme in {"https", "rediss"}

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be printed: the password, and the values of the query."""
        values = [value for _, value in parse_qsl(self.query) if len(value) > 3]
        return tuple(filter(None, [self.password, *values]))

    def reveal(self) -> str:
        """The address as written, credentials and query included."""
        return self.raw

    def join(self, path: str) -> str:
        """The origin with this URL's own path as prefix, followed by `path`."""
        return self.origin + self.path.rstrip("/") + path


def parse_url(text: str, schemes: frozenset[str]) -> Url:
    """Split an URL of one of `schemes`. Raises ValueError, never quoting the input."""
    allowed = " or ".join(f"{scheme}://" for scheme in sorted(schemes))
    try:
        parts: SplitResult = urlsplit(text)
        port = parts.port
    except ValueError as error:
        about_port = "ort" in str(error)
        raise ValueError(
            "a port between 1 and 65535" if about_port else f"an URL: {allowed}host:port"
        ) from None
    if parts.scheme not in schemes or not parts.hostname or any(c.isspace() for c in text):
        raise ValueError(f"an URL: {allowed}host:port")
    if port == 0:
        raise ValueError("a port between 1 and 65535")
    return Url(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or _DEFAULT_PORTS[parts.scheme],
        path=parts.path.rstrip("/"),
        query=parts.query,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        raw=text,
    )


class UrlType:
    """Pydantic's view of an `Url` limited to some schemes: `Annotated[Url, UrlType("http")]`."""

    def __init__(self, *schemes: str) -> None:
        self.schemes = frozenset(schemes)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: object) -> Url:
            if isinstance(value, Url):
                return value
            if not isinstance(value, str):
                raise ValueError("an URL in quotes")
            return parse_url(value, self.schemes)

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        # A variable may stand anywhere in an URL, so the editor only checks the scheme.
        prefix = "|".join(sorted(self.schemes))
        return {"type": "string", "pattern": rf"^(({prefix})://|\$\{{)"}
