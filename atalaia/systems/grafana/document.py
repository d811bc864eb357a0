"""Dashboards as a page for people: docs/dashboards.md."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from atalaia.systems.grafana.dashboard import Dashboard, Panel, read

HEAD = """# The dashboards

What is in `deploy/grafana/dashboards/`, without starting Grafana: each dashboard with its panels, their
queries and what they mean. This page is generated
(`python -m atalaia.systems.grafana.document deploy/grafana/dashboards > docs/dashboards.md`); a test keeps
the two the same.

Grafana finds them by `deploy/grafana/provisioning/`, with two environment variables of its process:
`PROMETHEUS_URL`, and `DASHBOARDS`, the directory with the folders below. Which metrics a stack is expected to
export, and where each name comes from, is listed in `deploy/metrics/`. `$__rate_interval` and `$__range` are
Grafana's own: at least four scrapes, and the time that is shown.
"""


def page(directory: Path) -> str:
    """The page of a directory with a folder of dashboards for each stack."""
    boards = [
        (path.relative_to(directory), read(json.loads(path.read_text())))
        for path in sorted(directory.glob("*/*.json"))
    ]
    table = ["| dashboard | file | panels |", "|---|---|---|"]
    table += [
        f"| [{board.title}](#{_anchor(board.title)}) | `{path}` | {len(board.panels)} |"
        for path, board in boards
    ]
    parts = [HEAD, "\n".join(table), *(_board(path, board) for path, board in boards)]
    return "\n".join(parts) + "\n"


def _board(path: Path, board: Dashboard) -> str:
    lines = [f"\n## {board.title}\n", f"{board.description}\n", f"Uid `{board.uid}`, file `{path}`."]
    if board.variables:
        named = ", ".join(f"`${one.name}` ({one.label}: `{one.query}`)" for one in board.variables)
        lines.append(f"Variables: {named}.")
    return "\n".join([*lines, *_panels(board)])


def _panels(board: Dashboard) -> Iterator[str]:
    row = ""
    for panel in board.panels:
        if panel.row != row:
            row = panel.row
            yield f"\n### {row}"
        yield _panel(panel)


def _panel(panel: Panel) -> str:
    meaning = panel.description.replace("\n\n", " ").rstrip(".")
    lines = [f"\n**{panel.title}** ({panel.type}, {panel.unit}): {_linked(meaning)}.\n", "```promql"]
    for query in panel.queries:
        legend = f"  # {query.legend}" if query.legend else ""
        lines.append(query.expression + legend)
    return "\n".join([*lines, "```"])


def _linked(text: str) -> str:
    """Runbooks as links: this page lies beside their directory."""
    words = [
        f"[{word.strip(',').removeprefix('docs/runbooks/').removesuffix('.md')}]"
        f"({word.strip(',').removeprefix('docs/')}){',' if word.endswith(',') else ''}"
        if word.startswith("docs/runbooks/")
        else word
        for word in text.replace(".md.", ".md").split(" ")
    ]
    return " ".join(words)


def _anchor(title: str) -> str:
    """The fragment that GitHub makes of a heading."""
    kept = (letter for letter in title.lower() if letter.isalnum() or letter in " -_")
    return "".join(kept).replace(" ", "-")


if __name__ == "__main__":
    sys.stdout.write(page(Path(sys.argv[1])))
