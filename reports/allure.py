"""The files that Allure reads beside the results of allure-pytest."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from atalaia import __version__
from atalaia.errors import DeliveryError
from atalaia.run.results import RunRecord
from atalaia.run.verdict import exit_code
from reports.visible import visible

# allure-pytest begins a message with the name of the exception. A category must match the whole of
# it. Allure 2 is Java and Allure 3 JavaScript: `[\s\S]` is any character to both, `(?s)` is not.
_REST = r"[\s\S]*$"
_CATEGORIES = (
    {"name": "Failed", "matchedStatuses": ["failed"], "messageRegex": "^Failed: " + _REST},
    {"name": "Blocked", "matchedStatuses": ["skipped"], "messageRegex": "^Skipped: blocked: " + _REST},
    {
        "name": "Inconclusive",
        "matchedStatuses": ["skipped"],
        "messageRegex": "^Skipped: inconclusive: " + _REST,
    },
    {"name": "Accepted", "matchedStatuses": ["skipped"], "messageRegex": "^XFAIL accepted: " + _REST},
    {"name": "Defect of Atalaia", "matchedStatuses": ["broken", "failed"]},
)
"""The first that matches counts; a failure that no check reported is a defect of ours."""


def write_side_files(record: RunRecord, directory: Path, variables: Mapping[str, str] = os.environ) -> None:
    """Write environment.properties, categories.json and executor.json into a directory of Allure results.

    `variables` are those of the process environment; they say which CI system runs this. Raises
    DeliveryError where the directory cannot be written.
    """
    files = {
        "environment.properties": _properties(_environment(record)),
        "categories.json": _json(_CATEGORIES),
        "executor.json": _json(_executor(record, variables)),
    }
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (directory / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise DeliveryError(
            f"Allure's files cannot be written: {error.strerror}", where=str(error.filename or directory)
        ) from error


def _environment(record: RunRecord) -> dict[str, str]:
    facts = {
        "Environment": record.environment,
        "Safety": record.safety,
        "Suites": ", ".join(record.suites),
        "Run": record.run,
        "Started": record.started,
        "Stand-ins": ", ".join(record.stand_ins),
        "Notes": "; ".join(record.notes),
        "Complete": "no" if record.interrupted or not record.complete else "yes",
        "Exit-code": str(exit_code(record).value),
        "Atalaia": __version__,
    }
    return {key: value for key, value in facts.items() if value}


def _properties(facts: Mapping[str, str]) -> str:
    """Java's format, in ASCII: its readers disagree on the encoding, not on the escapes."""
    return "".join(f"{_escaped(key)} = {_escaped(value)}\n" for key, value in facts.items())


def _escaped(text: str) -> str:
    utf16 = visible(text, limit=1000).replace("\\", "\\\\").encode("utf-16-be")
    units = (int.from_bytes(utf16[index : index + 2], "big") for index in range(0, len(utf16), 2))
    return "".join(chr(unit) if unit < 0x7F else f"\\u{unit:04x}" for unit in units)


def _executor(record: RunRecord, variables: Mapping[str, str]) -> dict[str, Any]:
    """Who ran it, by the variables that CI systems set; Allure makes its trends by `buildOrder`."""
    said = variables.get
    report = f"Atalaia: {visible(record.environment, limit=100)}"
    if said("GITHUB_ACTIONS") and said("GITHUB_RUN_ID"):
        project = f"{said('GITHUB_SERVER_URL', 'https://github.com')}/{said('GITHUB_REPOSITORY', '')}"
        ci = {
            "name": "GitHub Actions",
            "type": "github",
            "url": project,
            "buildOrder": said("GITHUB_RUN_NUMBER"),
            "buildName": f"{said('GITHUB_WORKFLOW', 'workflow')} #{said('GITHUB_RUN_NUMBER', '')}",
            "buildUrl": f"{project}/actions/runs/{said('GITHUB_RUN_ID')}",
        }
    elif said("GITLAB_CI"):
        ci = {
            "name": "GitLab CI",
            "type": "gitlab",
            "url": said("CI_PROJECT_URL"),
            "buildOrder": said("CI_PIPELINE_IID"),
            "buildName": f"{said('CI_JOB_NAME', 'job')} #{said('CI_PIPELINE_IID', '')}",
            "buildUrl": said("CI_JOB_URL"),
        }
    elif said("JENKINS_URL"):
        ci = {
            "name": "Jenkins",
            "type": "jenkins",
            "url": said("JENKINS_URL"),
            "buildOrder": said("BUILD_NUMBER"),
            "buildName": f"{said('JOB_NAME', 'job')} #{said('BUILD_NUMBER', '')}",
            "buildUrl": said("BUILD_URL"),
        }
    else:
        ci = {"name": "atalaia", "type": "local", "buildName": record.run}
    return {**{key: _typed(key, value) for key, value in ci.items() if value}, "reportName": report}


def _typed(key: str, value: str) -> str | int:
    if key == "buildOrder" and value.isdecimal():
        return int(value)
    return _without_credentials(value) if key.lower().endswith("url") else value


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
