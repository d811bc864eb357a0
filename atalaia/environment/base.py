"""What every section of an environment file has in common."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from atalaia.environment.documented import Documented
from atalaia.environment.url import Url, parse_url
from atalaia.environment.url_type import UrlType
from atalaia.redaction import MARK

if TYPE_CHECKING:
    pass

NAME = r"^[a-z0-9][a-z0-9-]*$"
Name = Annotated[str, StringConstraints(pattern=NAME, max_length=63)]
"""A name of the user's: lower-case letters, digits and hyphens, so that it is a readable target."""

HTTP_PATH = r"^/[^\s#]*$"
HttpPath = Annotated[str, StringConstraints(pattern=HTTP_PATH)]
"""A path on a server, with its leading slash."""

Text = Annotated[str, StringConstraints(min_length=1)]
"""Free text that says something."""

HttpUrl = Annotated[Url, UrlType("http", "https")]
HttpsUrl = Annotated[Url, UrlType("https")]
PostgresUrl = Annotated[Url, UrlType("postgres", "postgresql")]
RedisUrl = Annotated[Url, UrlType("redis", "rediss")]

Count = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=1, le=65535)]

Secret = Annotated[SecretStr, PlainSerializer(lambda secret: MARK, return_type=str)]
"""A value that is never printed; belongs in a variable of the process: `${NAME}`."""


def _address(value: str) -> str:
    try:
        return str(ip_address(value))
    except ValueError:
        raise ValueError("not an IP address; such as 127.0.0.1 or ::1") from None


IpAddress = Annotated[str, AfterValidator(_address), Field(examples=["127.0.0.1"])]
"""An IPv4 or IPv6 address."""


def _host(value: str) -> str:
    try:
        url = parse_url(f"http://[{value}]" if ":" in value else f"http://{value}", frozenset({"http"}))
    except ValueError:
        url = None
    if url is None or url.path or url.query or url.username:
        raise ValueError("not a host; a name or an address without scheme and port: example.com, 192.0.2.1")
    return value


Host = Annotated[str, AfterValidator(_host), Field(examples=["example.com"])]
"""A host name or an IP address."""


def _existing(path: Path, info: ValidationInfo) -> Path:
    """The file, found from the directory of the environment file, which the loader gives as context."""
    directory = (info.context or {}).get("directory")
    if directory is None:
        return path
    whole = Path(directory) / path
    if whole.exists() and not whole.is_file():
        kind = "a directory" if whole.is_dir() else "a pipe" if whole.is_fifo() else "a device or a socket"
        raise ValueError(f"it is {kind}, not a file that can be read to its end")
    if not whole.is_file():
        raise ValueError("no such file; a path relative to the directory of this file")
    return whole


NamedFile = Annotated[Path, AfterValidator(_existing), WithJsonSchema({"type": "string"})]
"""A file that the environment names; relative to the environment file."""


class Section(Documented):
    """A frozen section: unknown keys are refused, and nothing is coerced.

    Where a section is a field's default it is `model_construct()`: it holds defaults only, which need no
    validator, and so none is built.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
    )
