"""The detection matrix of the metrics suites and of the fire drill, out of its areas."""

from __future__ import annotations

from tests.matrix import alerting, dashboards, drill, exposition, scraping

MATRIX: dict[str, set[str]] = {
    name: row for area in (exposition, scraping, alerting, dashboards) for name, row in area.MATRIX.items()
}
"""Fault → exactly the check@target that must fail; everything else passes, or is blocked by one of these."""

DRILL_MATRIX: dict[str, set[str]] = drill.MATRIX
"""The same for the drill, which takes longer and is played by itself."""
