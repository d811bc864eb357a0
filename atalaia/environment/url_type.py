"""Addresses of servers as pydantic reads them."""

from __future__ import annotations

from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from atalaia.environment.url import DEFAULT_PORTS, Url, parse_url


class UrlType:
    """Pydantic's view of an `Url` limited to some schemes: `Annotated[Url, UrlType("http")]`."""

    def __init__(self, *schemes: str) -> None:
        self.schemes = frozenset(schemes)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: object) -> Url:
            if isinstance(value, Url):
                return value
            # Not a TypeError: that is how a validator says "wrong" to pydantic.
            return parse_url(value if isinstance(value, str) else "", self.schemes)

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.plain_serializer_function_ser_schema(Url.masked)
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        first = sorted(self.schemes)[0]
        return {
            "type": "string",
            "pattern": f"^({'|'.join(sorted(self.schemes))})://",
            "examples": [f"{first}://localhost:{DEFAULT_PORTS[first]}"],
        }
