"""A dashboard's JSON is read as Grafana shows it, also one that was made by an older Grafana or by hand."""

from __future__ import annotations

from typing import Any

import pytest

from atalaia.systems.grafana import Query, interpolate, left_over, read, values
from atalaia.systems.grafana.document import page
from tests.support.deployed import DASHBOARDS


def panel(**others: Any) -> dict[str, Any]:
    return {"id": 1, "type": "stat", "title": "One"} | others


def test_what_is_missing_is_empty() -> None:
    board = read({})
    assert (board.uid, board.title, board.panels, board.variables) == ("", "", (), ())
    (only,) = read({"panels": [{}]}).panels
    assert (only.title, only.unit, only.queries) == ("", "", ())


@pytest.mark.parametrize(
    "model", [{"panels": [1]}, {"panels": 3}, {"templating": {"list": ["x"]}}, {"tags": 1}, {"templating": 5}]
)
def test_what_is_no_model_is_refused(model: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a dashboard's model"):
        read(model)


def test_panels_of_collapsed_and_open_rows_are_found_alike() -> None:
    collapsed = {"type": "row", "title": "Closed", "panels": [panel(title="Inside")]}
    opened = {"type": "row", "title": "Open", "panels": []}
    board = read({"panels": [panel(title="First"), collapsed, opened, panel(title="Below")]})
    assert [(one.title, one.row) for one in board.panels] == [
        ("First", ""), ("Inside", "Closed"), ("Below", "Open"),
    ]  # fmt: skip


def test_a_query_asks_its_own_data_source_or_its_panels() -> None:
    targets = [
        {"refId": "A", "expr": "up"},
        {"refId": "B", "expr": "down", "datasource": {"uid": "other"}, "legendFormat": "{{job}}"},
    ]
    (one,) = read({"panels": [panel(datasource={"uid": "mine"}, targets=targets)]}).panels
    assert one.queries == (Query("A", "up", "", "mine"), Query("B", "down", "{{job}}", "other"))
    (old,) = read({"panels": [panel(datasource="${DS_PROMETHEUS}", targets=targets[:1])]}).panels
    assert old.queries[0].datasource == "${DS_PROMETHEUS}"


def test_variables_have_the_saved_choice_or_stand_for_everything() -> None:
    given = [
        {"name": "one", "type": "custom", "query": "a,b", "current": {"value": "a"}},
        {
            "name": "all",
            "type": "query",
            "query": {"query": "label_values(x)"},
            "current": {"value": ["$__all"]},
        },
        {"name": "own", "type": "query", "allValue": "x.*", "current": {"value": "$__all"}},
        {"name": "some", "type": "query", "current": {"value": ["a", "b"]}},
        {"name": "new", "type": "query"},
    ]
    chosen = values(read({"templating": {"list": given}}))
    names = [variable["name"] for variable in given]
    assert [chosen[str(name)] for name in names] == ["a", ".+", "x.*", "a|b", ".+"]
    assert chosen["__rate_interval"] == "5m"


def test_a_variable_is_written_in_three_ways() -> None:
    given = {"service": "auth", "__range": "1h"}
    assert interpolate('a{s="$service"}[${__range}] [[service]] ${service:regex}', given) == (
        'a{s="auth"}[1h] auth auth'
    )
    assert interpolate("$other ${DS_PROMETHEUS} $1", given) == "$other ${DS_PROMETHEUS} $1"


def test_what_nobody_gives_a_value_is_left_over() -> None:
    assert left_over('x{a="$service"}[$__range] ${DS_PROMETHEUS} $1', {"service": "", "__range": ""}) == [
        "DS_PROMETHEUS"
    ]


def test_the_page_tells_every_panel_with_its_queries_and_links_to_runbooks() -> None:
    text = page(DASHBOARDS)
    assert "**Error rate (5xx)** (timeseries, percentunit):" in text
    assert "[HighErrorRate](runbooks/HighErrorRate.md)." in text
    assert 'min by (service) (up{tier="service", service=~"$service"})  # {{service}}' in text
