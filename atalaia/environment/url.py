"""Addresses of servers: an URL that never prints its credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urlsplit

from atalaia.redaction import MARK

DEFAULT_PORTS = {
    "http": 80, "https": 443, "postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379,
}  # fmt: skip


_HARMLESS = frozenset({
    "application_name", "connect_timeout", "db", "protocol", "socket_timeout", "ssl_cert_reqs",
    "ssl_check_hostname", "sslmode", "sslrootcert", "target_session_attrs",
})  # fmt: skip
"""Options of psycopg and redis-py whose values are words and paths, not secrets."""

_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")


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
        return host if self.told_port is None else f"{host}:{self.told_port}"

    @property
    def told_port(self) -> int | None:
        """The port, where it is not the scheme's own."""
        return None if self.port == DEFAULT_PORTS[self.scheme] else self.port

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
        """What must never be printed, as written and decoded: the password, or a user name that
        stands in for one (a token before the @ of an HTTP address), and the values of the query.
        """
        parts = urlsplit(self.raw)
        token = "" if self.password or self.scheme not in {"http", "https"} else self.username
        written = [self.password, parts.password or "", token, (parts.username or "") if token else ""]
        for name, value in _options(self.query):
            if name not in _HARMLESS:
                written += [value, unquote_plus(value)]
        return tuple(dict.fromkeys(filter(None, written)))

    def reveal(self) -> str:
        """The address as written, credentials and query included."""
        return self.raw

    def masked(self) -> str:
        """The address with `[redacted]` for everything secret in it, to be shown."""
        user = self.username if self.password or self.scheme not in {"http", "https"} else ""
        credentials = quote(user) + (f":{MARK}" if self.password else "") if user or self.password else ""
        if self.username and not user:
            credentials = MARK
        query = "&".join(
            f"{name}={value if name in _HARMLESS else MARK}" if name else MARK
            for name, value in _options(self.query)
        )
        return (
            f"{self.scheme}://{credentials}{'@' if credentials else ''}{self.authority}{self.path}"
            f"{'?' if query else ''}{query}"
        )

    def join(self, path: str) -> str:
        """The origin with this URL's own path as prefix, followed by `path`."""
        return self.origin + self.path.rstrip("/") + path


def _options(query: str) -> Iterator[tuple[str, str]]:
    """(name, value as written) of each part of a query; a part without `=` is a value without name."""
    for part in filter(None, query.split("&")):
        name, equals, value = part.partition("=")
        yield (name, value) if equals else ("", part)


def parse_url(text: str, schemes: frozenset[str]) -> Url:
    """Split an URL of one of `schemes`. Raises ValueError, never quoting the input."""
    allowed = " or ".join(f"{scheme}://host:port" for scheme in sorted(schemes))
    if "@" in text:
        allowed += " (in a user name or password, / ? # @ : and % are written %2F %3F %23 %40 %3A %25)"
    broken = ValueError(f"not an URL; {allowed}")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise broken from None
    if any(c.isspace() or not c.isprintable() or c == "\\" for c in text):
        raise broken
    # An unencoded / or ? in a password would make the rest of it the path or the query.
    stray = parts.path if parts.scheme in {"http", "https"} else parts.path + parts.query
    if parts.scheme not in schemes or not _is_host(host) or "#" in text or "@" in stray:
        raise broken
    return Url(
        scheme=parts.scheme,
        host=host,
        port=_port(parts, allowed),
        path=parts.path.rstrip("/"),
        query=parts.query,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        raw=text,
    )


def _port(parts: SplitResult, allowed: str) -> int:
    written = parts.netloc.rpartition("@")[2].rpartition("]")[2].partition(":")[2]
    if not written:
        return DEFAULT_PORTS[parts.scheme]
    if not re.fullmatch("[0-9]+", written):
        raise ValueError(f"an URL whose port is not a number; {allowed}")
    if len(written) > 5 or not 1 <= int(written) <= 65535:
        raise ValueError("a port out of range; between 1 and 65535")
    return int(written)


def _is_host(host: str) -> bool:
    if ":" in host:
        try:
            return bool(IPv6Address(host))
        except ValueError:
            return False
    return len(host) <= 253 and bool(_HOST.fullmatch(host))
