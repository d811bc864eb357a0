"""An environment file becomes an environment, or every fault in it is told in one go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from atalaia.environment.document import Document, document_of
from atalaia.environment.faults import Fault
from atalaia.environment.messages import fault_of
from atalaia.environment.model import Environment
from atalaia.environment.reading import errors_of, read
from atalaia.environment.references import reference_faults
from atalaia.environment.validated import validated
from atalaia.environment.yaml_nodes import compose

if TYPE_CHECKING:
    from atalaia.environment.gateway_file import GatewayFile
    from atalaia.environment.monitoring_files import MonitoringFiles


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
        raise errors_of(path, faults or [Fault(1, "", "an empty file", "an environment has at least a name")])
    document = document_of(root, variables)
    environment, errors = validated(document, Environment, path.parent)
    faults += document.faults + [fault_of(error, document) for error in errors] + reference_faults(document)
    if environment is None or faults:
        raise errors_of(path, faults)
    loaded = environment.loaded_from(
        path,
        sampled=_sampled(document),
        gateway_file=_gateway_file(environment),
        monitoring_files=_monitoring_files(environment),
    )
    return loaded, document


def _gateway_file(environment: Environment) -> GatewayFile | None:
    declarative = environment.gateway.declarative if environment.gateway else None
    if declarative is None:
        return None
    # Loaded here, as below: not every environment names such files, and a run of probes starts often.
    from atalaia.environment.gateway_file import read_gateway_file

    return read_gateway_file(declarative)


def _monitoring_files(environment: Environment) -> MonitoringFiles | None:
    named = (
        environment.prometheus.config if environment.prometheus else None,
        environment.alertmanager.config if environment.alertmanager else None,
        environment.metrics.names,
    )
    if not any(named):
        return None
    from atalaia.environment.monitoring_files import read_monitoring_files

    return read_monitoring_files(*named)


def _sampled(document: Document) -> frozenset[str]:
    """Values of the process's variables that went into headers and bodies of sample requests and probes."""
    return frozenset(
        value
        for location, values in document.taken.items()
        if {"headers", "json"} & set(location) and {"sample", "login", "probes"} & set(location)
        for value in values
    )
