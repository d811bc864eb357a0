"""What everything observed has in common; its parts may be frozen dataclasses, which need no pydantic."""

from pydantic import BaseModel, ConfigDict


class Seen(BaseModel):
    """Base of everything observed: frozen, and the same after a trip through JSON."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", defer_build=True
    )
