"""An environment as it came out of its file: defaults told, units kept, secrets left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from atalaia.environment.model import Environment
from atalaia.redaction import Redactor


def as_yaml(environment: Environment) -> str:
    """The environment as YAML; every secret in it is `[redacted]`."""
    # The types of secrets and of addresses leave them out by themselves, however short they are;
    # the redactor finds those in headers and bodies.
    document = _told(environment, environment.model_dump(mode="json", by_alias=True))
    redacted = Redactor(environment.secrets()).structure(document)
    return yaml.safe_dump(redacted, sort_keys=False, allow_unicode=True, width=110)


def _told(value: object, dumped: Any) -> Any:
    """What was dumped, without sections, lists and options that the file leaves out."""
    if isinstance(value, BaseModel):
        told = {}
        for name, about in type(value).model_fields.items():
            item, key = getattr(value, name), about.alias or name
            if item is None and about.default is None:
                continue
            told[key] = _told(item, dumped[key])
        return {key: item for key, item in told.items() if item not in ({}, [])}
    if isinstance(value, Mapping) and isinstance(dumped, dict):
        return {key: _told(item, dumped[key]) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_told(item, one) for item, one in zip(value, dumped, strict=True)]
    return dumped
