"""Kong's declarative file: formats 1.1, 2.1 and 3.0, nested and flat, as Kong 3.4 reads them."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from typing import Any

from atalaia.systems.kong import build
from atalaia.systems.kong.entities import Configuration
from atalaia.systems.kong.problems import DeclarativeError, Problem
from atalaia.systems.kong.records import Records
from atalaia.systems.kong.source import parse
from atalaia.systems.kong.upgrade import UPGRADED, upgrade

FORMATS = ("1.1", "2.1", "3.0")
_ENTITIES = (
    "services", "routes", "consumers", "plugins", "upstreams", "targets",
    "keyauth_credentials", "jwt_secrets", "basicauth_credentials", "hmacauth_credentials", "acls",
    "oauth2_credentials", "oauth2_authorization_codes", "oauth2_tokens", "acme_storage", "sessions",
    "certificates", "ca_certificates", "snis", "vaults", "keys", "key_sets", "filter_chains", "tags",
    "workspaces", "parameters", "clustering_data_planes",
)  # fmt: skip
_OTHERS = ("_format_version", "_transform", "_comment", "_ignore", "_workspace", "_info")


def load(text: str, *, loaded_at: float = 0) -> Configuration:
    """What Kong serves once it has read this file; `loaded_at` (Unix seconds) dates its entities.

    Raises DeclarativeError with every fault where Kong would refuse the file.
    """
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return load_document(parse(text), digest=digest, loaded_at=loaded_at)


def load_document(document: Mapping[str, Any], *, digest: str, loaded_at: float = 0) -> Configuration:
    """`load` for a document that is parsed already; `digest` becomes the configuration_hash."""
    problems: list[Problem] = []
    _check_head(document, problems)
    version = str(document.get("_format_version"))
    usable: dict[str, list[Any]] = {}
    for entity in _ENTITIES:
        given = document.get(entity)
        if isinstance(given, list):
            usable[entity] = given
        elif given is not None:
            problems.append(Problem((entity,), "expected an array"))
    if version in UPGRADED:
        usable = copy.deepcopy(usable)
        upgrade(usable)
    records = Records(problems.append)
    records.add_all(usable)
    records.resolve()
    if problems:
        raise DeclarativeError(problems, given=document)
    return build.configuration(records, digest=digest, format_version=version, loaded_at=loaded_at)


def _check_head(document: Mapping[str, Any], problems: list[Problem]) -> None:
    version = document.get("_format_version")
    if version is None:
        problems.append(Problem(("_format_version",), "required field missing"))
    elif not isinstance(version, str):
        problems.append(Problem(("_format_version",), "expected a string"))
    elif version not in FORMATS:
        problems.append(Problem(("_format_version",), "expected one of: " + ", ".join(FORMATS)))
    transform = document.get("_transform")
    if transform is not None and not isinstance(transform, bool):
        problems.append(Problem(("_transform",), "expected a boolean"))
    for key in document:
        if key not in _ENTITIES and key not in _OTHERS:
            problems.append(Problem((str(key),), "unknown field"))
