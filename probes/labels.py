"""Labels of series, written once for many lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from probes.model import Planned, Run

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\0": "", "\r": " "})


@dataclass(frozen=True, slots=True)
class Labels:
    """The text between the braces: `probe="auth-service",kind="http"`."""

    text: str

    def also(self, **more: str) -> Labels:
        """With further labels."""
        return Labels(f"{self.text},{written(more)}")

    def __str__(self) -> str:
        return self.text


def of_run(run: Run) -> Labels:
    """Those of everything that a run writes."""
    told = {"environment": run.environment, "location": run.location, "shard": run.shard}
    return Labels(written(told))


def of_probe(run: Run, planned: Planned) -> Labels:
    """Those of everything that is about a probe."""
    return of_run(run).also(
        probe=planned.name, kind=planned.kind, instance=planned.instance, hop=planned.hop
    )  # fmt: skip


def written(labels: Mapping[str, str]) -> str:
    """Labels as they are written; what no label can hold is left out or replaced."""
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    text = value.translate(_ESCAPES)
    # A name out of the file system or a certificate may hold what UTF-8 cannot.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
