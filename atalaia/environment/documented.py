"""Models whose fields are described by their docstrings, and that cost little until they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler

if TYPE_CHECKING:
    from pydantic_core import CoreSchema


class Documented(BaseModel):
    """A model; its JSON Schema tells what the docstrings of its fields tell.

    Modules with many of them do without `from __future__ import annotations`: pydantic would compile every
    annotation again, at each start.
    """

    # Its validator is built when it is first needed: to build all takes longer than all probes of a run.
    model_config = ConfigDict(defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        # Loaded here: only who asks for the schema needs them.
        from atalaia.environment.described import described

        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in described(cls).items():
            key = cls.model_fields[name].alias or name
            if key in properties:
                properties[key].setdefault("description", text)
        return schema
