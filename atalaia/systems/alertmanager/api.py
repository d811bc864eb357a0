"""What the Alertmanager's API v2 says: its configuration, its receivers.

github.com/prometheus/alertmanager, api/v2/openapi.yaml (0.25).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from atalaia.systems.document import Unreadable, instead_of, json_object
from atalaia.systems.nesting import check_depth

_INTEGER = "tag:yaml.org,2002:int"
_NUMBER = re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$")


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """Go's YAML knows no numbers to the base of 60: `end_time: 17:00` is a text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own attribute
        first: [(tag, _NUMBER if tag == _INTEGER else pattern) for tag, pattern in resolvers]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


@lru_cache(maxsize=8)
def read_status(body: bytes) -> Mapping[str, Any] | Unreadable:
    """The configuration that it runs with, of `/api/v2/status`; not to be changed."""
    document = json_object(body)
    if isinstance(document, Unreadable):
        return document
    config = document.get("config")
    original = config.get("original") if isinstance(config, dict) else None
    if not isinstance(original, str):
        return Unreadable("a status that tells no configuration")
    return read_configuration(original, "the configuration of its status")


def read_configuration(text: str, shown: str) -> Mapping[str, Any] | Unreadable:
    """A configuration's document."""
    try:
        check_depth(text)
        document = _Loader(text).get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError):
        return Unreadable(f"{shown} is no YAML")
    if not isinstance(document, dict) or not isinstance(document.get("route"), dict):
        return Unreadable(f"{shown} is no configuration of the Alertmanager: it has no route")
    return document


def read_receivers(body: bytes) -> tuple[str, ...] | Unreadable:
    """The names of `/api/v2/receivers`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable(instead_of(body, "JSON"))
    if not isinstance(document, list) or not all(isinstance(one, dict) and "name" in one for one in document):
        return Unreadable("a document that is no list of receivers")
    return tuple(str(one["name"]) for one in document)


def integrations(configuration: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Receiver → the kinds of what it sends by: slack, email."""
    return {str(one.get("name")): tuple(_kinds(one)) for one in configuration.get("receivers") or ()}


def _kinds(receiver: Mapping[str, Any]) -> Iterator[str]:
    for key, value in receiver.items():
        if key.endswith("_configs") and value:
            yield key.removesuffix("_configs")
