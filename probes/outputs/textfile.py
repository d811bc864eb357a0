"""A page for node_exporter's textfile collector."""

from __future__ import annotations

from pathlib import Path

from atalaia.errors import UsageError
from probes.outputs.files import put


def write(path: Path, text: str) -> None:
    """Put the page there by an atomic rename: the collector never reads half a page.

    The collector reads files that end in `.prom`, and adds no label of its own to them. Raises UsageError
    for another name, DeliveryError where the file cannot be written.
    """
    if path.suffix != ".prom":
        raise UsageError(
            "node_exporter's textfile collector reads only files that end in .prom", where=str(path)
        )
    put(path, text)
