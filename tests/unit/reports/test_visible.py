"""Text of others, made visible."""

from __future__ import annotations

import io

import pytest

from reports.screen import Lead, Screen, writes_unicode
from reports.visible import cells, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain text, çãé, 你好", "plain text, çãé, 你好"),
        ("\x1b[2J\x07\x00\x7f", r"\x1b[2J\x07\x00\x7f"),
        ("\x9b31m", r"\x9b31m"),
        ("a\r\n\tb", r"a\r\n\tb"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u200b\u2060\ufeff\u00ad", r"\u200b\u2060\ufeff\xad"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ud800", r"\ud800"),
        ("\ue000\U000e0041", r"\ue000\U000e0041"),
        ("e\u0301", "e\u0301"),
        ("\u0301e", r"\u0301e"),
        ("z" + "\u0335" * 5, "z\u0335\u0335" + r"\u0335" * 3),
    ],
)
def test_what_could_drive_or_deceive_a_terminal_is_an_escape(text, seen):
    assert visible(text, limit=100) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [("“a” · b…", '"a" - b...'), ("ção", r"\xe7\xe3o"), ("你", r"\u4f60"), ("😀", r"\U0001f600")],
)
def test_a_terminal_without_unicode_gets_ascii(text, seen):
    assert visible(text, limit=100, unicode=False) == seen


def test_the_limit_counts_columns_and_the_rest_is_counted_in_characters():
    assert visible("a" * 10, limit=10) == "a" * 10
    assert visible("a" * 15, limit=10) == "a" * 10 + "… (+5 characters)"
    assert visible("你" * 15, limit=10) == "你" * 5 + "… (+10 characters)"
    assert visible("\x00" * 15, limit=10) == r"\x00\x00" + "… (+13 characters)"


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("你好", 4), ("😀", 2), ("e\u0301", 1), ("❤\ufe0f", 2)]
)
def test_columns_are_those_of_a_terminal(text, columns):
    assert cells(text) == columns


def hang(text: str, width: int = 40, indent: int = 10) -> list[str]:
    return list(Screen(width, colour=False).hang(Lead("x" * indent), text))


def test_a_paragraph_hangs_under_its_first_line():
    assert hang("one two three four five six seven eight nine ten") == [
        "xxxxxxxxxxone two three four five six",
        "          seven eight nine ten",
    ]


def test_a_word_longer_than_a_line_fills_it_and_is_broken_after_punctuation_if_it_can():
    assert hang("see " + "a" * 50) == [
        "xxxxxxxxxxsee " + "a" * 26,
        "          " + "a" * 24,
    ]
    assert hang('{"status":"DOWN","redis":"NOAUTH"}') == [
        'xxxxxxxxxx{"status":"DOWN",',
        '          "redis":"NOAUTH"}',
    ]


def test_a_wide_character_is_not_cut_in_half():
    assert hang("你" * 20, indent=11) == ["x" * 11 + "你" * 14, " " * 11 + "你" * 6]


@pytest.mark.parametrize(
    ("encoding", "answer"), [("utf-8", True), ("UTF8", True), ("ascii", False), ("latin-1", False)]
)
def test_a_stream_says_whether_it_writes_unicode(encoding, answer):
    assert writes_unicode(io.TextIOWrapper(io.BytesIO(), encoding=encoding)) is answer
