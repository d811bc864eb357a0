"""Reading findings.json back."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from atalaia.errors import UsageError
from atalaia.run.results import RunRecord

_LARGEST = 64 * 2**20
"""Bytes. A run of ten thousand results has five million."""
_TOLD = 5
Document = TypeVar("Document", bound=BaseModel)


def read_record(path: Path) -> RunRecord:
    """The record of a run. Raises UsageError where the file is missing, or not one of ours."""
    return read_document(path, RunRecord, name="findings", writer="`atalaia check`")


def read_document(path: Path, model: type[Document], *, name: str, writer: str) -> Document:
    """A document out/NAME.json that `writer` writes. Raises UsageError where it is missing, or is none."""
    try:
        with path.open("rb") as file:
            document = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise UsageError(
            "there is no such file", where=str(path), hint=f"{writer} writes out/{name}.json"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    if len(document) > _LARGEST:
        raise UsageError(
            f"larger than {_LARGEST >> 20} MiB", where=str(path), expected=f"a {name}.json of a run"
        )
    try:
        return model.model_validate_json(document)
    except ValidationError as error:
        raise UsageError(
            "; ".join(_problems(error)),
            where=str(path),
            expected=f"a {name}.json of this version of Atalaia (docs/{name}.schema.json)",
        ) from None


def _problems(error: ValidationError) -> list[str]:
    """What is wrong, without what was found there: that may be anything."""
    details = error.errors(include_url=False, include_input=False, include_context=False)
    told = [
        f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" if detail["loc"] else detail["msg"]
        for detail in details[:_TOLD]
    ]
    return told + [f"and {len(details) - _TOLD} more"] * (len(details) > _TOLD)
