"""What every section of an environment file has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from atalaia.environment.url import Url, UrlType

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=63)]
"""A name of the user's: lower-case letters, digits and hyphens, so that it is a readable target."""

HttpPath = Annotated[str, StringConstraints(pattern=r"^/")]
"""A path on a server, with its leading slash."""

HttpUrl = Annotated[Url, UrlType("http", "https")]
PostgresUrl = Annotated[Url, UrlType("postgres", "postgresql")]
RedisUrl = Annotated[Url, UrlType("redis", "rediss")]

Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A frozen section: unknown keys are refused, and nothing is coerced."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )
