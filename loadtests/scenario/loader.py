"""A scenario file becomes a scenario, or every fault in it, and in its tables, is told in one go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from atalaia.environment.document import Document, document_of
from atalaia.environment.faults import Fault
from atalaia.environment.messages import fault_of
from atalaia.environment.reading import errors_of, read
from atalaia.environment.rules import table
from atalaia.environment.validated import validated
from atalaia.environment.yaml_nodes import compose
from atalaia.errors import UsageError, UsageErrors
from loadtests.plan import Table
from loadtests.scenario.data import read_table
from loadtests.scenario.model import Scenario
from loadtests.scenario.references import scenario_faults


def load(path: Path, variables: Mapping[str, str]) -> Scenario:
    """The scenario that a file describes, its variables filled in from `variables`.

    Raises UsageErrors with every fault of the file and of the tables that it names, each `file:line: key:
    what is wrong; what is allowed; did you mean …`; no value of the file is quoted. Raises UsageError where
    there is no file that could be read.
    """
    text = read(path, expected="a scenario")
    root, faults = compose(text)
    if root is None:
        raise errors_of(path, faults or [Fault(1, "", "an empty file", "a scenario has a name and stages")])
    document = document_of(root, variables, Scenario)
    scenario, errors = validated(document, Scenario, path.parent)
    tables, broken = _tables(document.data, path.parent)
    columns = {name: each.columns for name, each in tables.items()}
    faults += document.faults + [fault_of(error, document) for error in errors]
    faults += scenario_faults(document, columns)
    if scenario is None or faults or broken:
        own = errors_of(path, faults).problems if faults else ()
        raise UsageErrors((*own, *broken))
    return scenario.loaded_from(path, _in_requests(document), tables)


def _tables(data: Any, directory: Path) -> tuple[dict[str, Table], list[UsageError]]:
    """The tables that a file names and that can be read, and what is wrong with the others."""
    tables: dict[str, Table] = {}
    broken: list[UsageError] = []
    for name, file in table(data, "data").items():
        if not isinstance(file, str) or not (directory / file).is_file():
            continue  # the model has told that already
        try:
            tables[name] = read_table(directory / file)
        except UsageErrors as errors:
            broken += errors.problems
        except UsageError as error:
            broken.append(error)
    return tables, broken


def _in_requests(document: Document) -> frozenset[str]:
    """Values of the process's variables that went into requests: they may be credentials."""
    return frozenset(
        value for location, values in document.taken.items() if location[:1] == ("mix",) for value in values
    )
