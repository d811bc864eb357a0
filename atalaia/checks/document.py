"""The catalogue of checks as a page for people: docs/checks.md."""

from __future__ import annotations

from collections.abc import Mapping

from atalaia.checks.catalogue import AREAS
from atalaia.checks.check import Check

_PREFACE = """\
# The checks

Each check is named after the defect that it finds. A result names the check and its target, as in
`service.unhealthy@auth-service`. This page is generated from the catalogue
(`python -m atalaia.checks.document > docs/checks.md`); a test keeps the two the same.

*Severity* orders findings; it never decides an outcome. *Effect* says what a check does to the stack:
it reads, spends a limiter's budget, writes, or pages people. *Source* names the rule's origin: CN01 to
CN12 are the project's own list for connectivity; AtendeAI 2.0 is the stack whose documents ask for it.
"""


def render(areas: Mapping[str, tuple[Check, ...]] = AREAS) -> str:
    """The page in Markdown."""
    parts = [_PREFACE, _overview(areas)]
    for area, checks in areas.items():
        parts.append(f"## {area}\n")
        parts.extend(_entry(check) for check in checks)
    return "\n".join(parts)


def _overview(areas: Mapping[str, tuple[Check, ...]]) -> str:
    rows = [
        f"| [{check.id}](#{_anchor(check.id)}) | {area} | {check.severity.value} | {check.effect.value} |"
        for area, checks in areas.items()
        for check in checks
    ]
    return "\n".join(["| check | area | severity | effect |", "|---|---|---|---|", *rows, ""])


def _entry(check: Check) -> str:
    return (
        f"### {check.id}\n\n"
        f"{check.catches}\n\n"
        f"- **Remedy:** {check.remedy}\n"
        f"- **Severity:** {check.severity.value} · **Effect:** {check.effect.value}\n"
        f"- **Source:** {check.source}\n"
    )


def _anchor(check_id: str) -> str:
    """The anchor that Markdown renderers make of a heading: without its dots."""
    return check_id.replace(".", "")


if __name__ == "__main__":
    print(render(), end="")
