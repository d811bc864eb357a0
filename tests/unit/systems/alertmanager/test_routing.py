"""Matchers and routes, as the Alertmanager 0.25 reads them (held against amtool in tests/sandbox)."""

from __future__ import annotations

import pytest

from atalaia.systems.alertmanager.matchers import Matcher, Unclear, read_matchers
from atalaia.systems.alertmanager.routing import read_route, receivers


@pytest.mark.parametrize(
    ("text", "matchers"),
    [
        ('a="b"', [("a", "=", "b")]),
        ("a=b", [("a", "=", "b")]),
        (' a != "b" ', [("a", "!=", "b")]),
        ('{a="b",c=~"d|e",}', [("a", "=", "b"), ("c", "=~", "d|e")]),
        ('a=~"x,y",b=c', [("a", "=~", "x,y"), ("b", "=", "c")]),
        (r'a="say \"x\""', [("a", "=", 'say "x"')]),
        (r'a=~"\d+\\."', [("a", "=~", r"\d+\.")]),
        ("a=", [("a", "=", "")]),
        ('a!~""', [("a", "!~", "")]),
    ],
)
def test_a_line_of_matchers(text: str, matchers: list[tuple[str, str, str]]) -> None:
    assert read_matchers(text) == tuple(Matcher(*one) for one in matchers)


@pytest.mark.parametrize("text", ["a", "=b", 'a="b', "a-b=c", "1a=b", "a==b c d{"])
def test_what_is_no_matcher(text: str) -> None:
    if text == "a==b c d{":
        assert read_matchers(text) == (Matcher("a", "=", "=b c d{"),)
        return
    with pytest.raises(Unclear):
        read_matchers(text)


@pytest.mark.parametrize(
    ("sign", "value", "label", "found"),
    [
        ("=", "x", "x", True), ("=", "x", "", False), ("=", "", None, True), ("!=", "x", None, True),
        ("=~", "a|b", "b", True), ("=~", "a|b", "ab", False), ("=~", "a.*", "xa", False),
        ("!~", "a.*", "xa", True), ("=~", ".+", None, False), ("=~", ".*", None, True),
        ("=~", "(?i)A", "a", True), ("=~", "a", "a\n", False),
    ],
)  # fmt: skip
def test_a_label_that_is_not_there_is_empty_and_expressions_are_anchored(
    sign: str, value: str, label: str | None, found: bool
) -> None:
    labels = {} if label is None else {"l": label}
    assert Matcher("l", sign, value).matches(labels) is found


@pytest.mark.parametrize("value", ["(", r"\pL", "[[:alpha:]]", "(?U)a"])
def test_an_expression_that_python_does_not_read_like_re2(value: str) -> None:
    with pytest.raises(Unclear):
        Matcher("l", "=~", value).matches({"l": "a"})


TREE = {
    "receiver": "default",
    "routes": [
        {"match": {"team": "a"}, "receiver": "a", "continue": True,
         "routes": [{"match_re": {"severity": "crit.*"}, "receiver": "a-pager"}]},
        {"matchers": ['team=~"a|b"'], "routes": [{"matchers": ["severity=info"], "receiver": "nobody"}]},
        {"matchers": ['severity!~"info"'], "receiver": "last"},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "reached"),
    [
        ({}, ("last",)),
        ({"severity": "info"}, ("default",)),
        ({"team": "a"}, ("a", "default")),
        ({"team": "a", "severity": "critical"}, ("a-pager", "default")),
        ({"team": "b", "severity": "info"}, ("nobody",)),
        ({"team": "c", "severity": "warning"}, ("last",)),
    ],
)
def test_an_alert_goes_down_the_tree(labels: dict[str, str], reached: tuple[str, ...]) -> None:
    """A child without a receiver has its parent's; without `continue` its later siblings see nothing."""
    assert receivers(read_route(TREE), labels) == reached


@pytest.mark.parametrize("given", [{"routes": [1]}, {"matchers": 5}, {"match": ["a"]}])
def test_what_is_no_route(given: dict[str, object]) -> None:
    with pytest.raises(Unclear):
        read_route(given)
