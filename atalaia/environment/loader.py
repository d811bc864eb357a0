"""An environment file becomes an environment, or every fault in it is told in one go."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from atalaia.environment.document import Document, document_of
from atalaia.environment.faults import Fault, Location
from atalaia.environment.gateway_file import read_gateway_file
from atalaia.environment.messages import fault_of
from atalaia.environment.model import Environment
from atalaia.environment.monitoring_files import read_monitoring_files
from atalaia.environment.reading import read, shown_path
from atalaia.environment.references import reference_faults
from atalaia.environment.yaml_nodes import compose
from atalaia.errors import UsageErrors

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
_TRUTH = {"true": True, "false": False}


def load(path: Path, variables: Mapping[str, str]) -> Environment:
    """The environment that a file describes, its variables filled in from `variables`.

    Raises UsageErrors with every fault of the file, each `file:line: section.key: what is wrong; what
    is allowed; did you mean …`; no value of the file is quoted. Raises UsageError where there is no file
    that could be read.
    """
    return load_with_document(path, variables)[0]


def load_with_document(path: Path, variables: Mapping[str, str]) -> tuple[Environment, Document]:
    """As `load`, with the document, which knows the line of each place."""
    text = read(path)
    root, faults = compose(text)
    if root is None:
        raise _errors(path, faults or [Fault(1, "", "an empty file", "an environment has at least a name")])
    document = document_of(root, variables)
    environment, errors = _validated(document, path.parent)
    faults += document.faults + [fault_of(error, document) for error in errors] + reference_faults(document)
    if environment is None or faults:
        raise _errors(path, faults)
    declarative = environment.gateway.declarative if environment.gateway else None
    gateway_file = read_gateway_file(declarative) if declarative else None
    monitoring_files = read_monitoring_files(
        environment.prometheus.config if environment.prometheus else None,
        environment.alertmanager.config if environment.alertmanager else None,
        environment.metrics.names,
    )
    loaded = environment.loaded_from(
        path,
        sampled=_sampled(document),
        gateway_file=gateway_file,
        monitoring_files=monitoring_files,
    )
    return loaded, document


def _validated(document: Document, directory: Path) -> tuple[Environment | None, list[ErrorDetails]]:
    """The model of the data, or what is wrong with it apart from what is known to be wrong."""
    errors: list[ErrorDetails] = []
    for _ in range(2):
        try:
            environment = Environment.model_validate_json(
                json.dumps(document.data), context={"directory": directory}
            )
        except ValidationError as invalid:
            errors = invalid.errors(include_url=False)
            if not _retyped(document, errors):
                break
        else:
            return environment, []
    return None, [error for error in errors if _counts(error, errors, document)]


def _counts(error: ErrorDetails, errors: list[ErrorDetails], document: Document) -> bool:
    """Whether an error is a fault of its own. A list is also too short for pydantic when one of its
    items is wrong."""
    location = error["loc"]
    if error["type"] == "too_short":
        length = len(location)
        if any(len(other["loc"]) > length and other["loc"][:length] == location for other in errors):
            return False
    return not document.is_faulty(location)


def _retyped(document: Document, errors: list[ErrorDetails]) -> bool:
    """Whether texts that came from variables could be made the numbers and truth values that are wanted."""
    changed = False
    for error in errors:
        location: Location = error["loc"]
        text = error["input"]
        if location not in document.taken or not isinstance(text, str):
            continue
        if error["type"] == "int_type" and _WHOLE_NUMBER.fullmatch(text):
            document.retype(location, int(text))
            changed = True
        if error["type"] == "bool_type" and text in _TRUTH:
            document.retype(location, _TRUTH[text])
            changed = True
    return changed


def _sampled(document: Document) -> frozenset[str]:
    """Values of the process's variables that went into headers and bodies of sample requests and probes."""
    return frozenset(
        value
        for location, values in document.taken.items()
        if {"headers", "json"} & set(location) and {"sample", "login", "probes"} & set(location)
        for value in values
    )


def _errors(path: Path, faults: list[Fault]) -> UsageErrors:
    shown = shown_path(path)
    return UsageErrors(fault.error(shown) for fault in sorted(set(faults)))
