"""Expressions of environment files mean to `regex` what they mean to `re`."""

from __future__ import annotations

import re

import pytest
import regex

from atalaia.environment.expressions import as_regex


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("/orders/{id}", '"/orders/{id}"'),
        ("/orders/{id}", "/orders/"),
        ("a{d}", ""),
        ("state{e}", "stat"),
        ("UP{s<=1}", "UQ"),
        ("[{i}]+", "{i}"),
        (r"\{e}", "{e}"),
        (r"\\{e}", "\\{e}"),
        (r"\N{DIGIT ONE}{2}", "11"),
        ('{"status": "UP"}', '{"status": "UP"}'),
        ("a{2}b{1,}c{,3}d{0,1}", "aabcccd"),
        ("a{2", "a{2"),
        ("a{}", "a{}"),
        ("(?:a{2}){2}?", "aaaa"),
    ],
)
def test_they_match_the_same(pattern: str, text: str) -> None:
    expected, found = re.search(pattern, text), regex.search(as_regex(pattern), text)
    assert (found and found[0]) == (expected and expected[0])
