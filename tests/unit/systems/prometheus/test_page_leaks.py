"""Secrets on a page as it came, whatever is wrong with it."""

from __future__ import annotations

import pytest

from atalaia.systems.prometheus.exposition.leaks import leaks

RANDOM = "f9e8d7c6b5a4f3e2d1c0"
JWT = ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2lnbmF0dXJl"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f'a{{token="{RANDOM}"}} 1', "line 2: the label token of a holds 20 random characters"),
        (f'a{{token="{RANDOM}"}} 1,5', "line 2: the label token of a holds 20 random characters"),
        (f'a{{token="{RANDOM}', "line 2: the label token of a holds 20 random characters"),
        (f"a{{token={RANDOM}}} 1", "line 2: the label token of a holds 20 random characters"),
        (f'{{x="{JWT}"}} 1', "line 2: the label x holds a JSON web token"),
        (f"a-b {JWT}", "line 2: the line of a-b holds a JSON web token"),
        (JWT, "line 2: it holds a JSON web token"),
        (f"{JWT}=1", "line 2: it holds a JSON web token"),
        (f"# HELP {JWT}", "line 2: a comment holds a JSON web token"),
        (f"# HELP a see {JWT}", "the HELP of a holds a JSON web token"),
        (f"# {JWT}", "line 2: a comment holds a JSON web token"),
    ],
)
def test_a_secret_is_found_in_lines_that_are_none(line: str, told: str) -> None:
    assert list(leaks(f"up 1\n{line}\nup 1\n".encode())) == [told]
    assert RANDOM not in told
    assert JWT not in told


def test_what_two_lines_hold_together_is_no_secret() -> None:
    assert list(leaks(b"# Bearer\n f9e8d7c6b5a4f3e2d1c0 1\n")) == []


def test_lines_are_counted_right_wherever_secrets_stand() -> None:
    page = "\n".join(("up 1", f"# {JWT}", "up 2", "# Bearer f9e8d7c6b5a4f3e2d1c0", f"# {JWT}"))
    numbers = [found.partition(":")[0] for found in leaks(page.encode())]
    assert numbers == ["line 2", "line 4", "line 5"]


def test_a_label_of_a_metric_is_told_once() -> None:
    lines = "".join(f'a_{kind}{{token="{RANDOM}{kind}1"}} 1\n' for kind in ("bucket", "sum", "count"))
    assert len(list(leaks(2 * lines.encode()))) == 1


def test_what_is_no_secret_is_not_told_and_bytes_of_any_kind_are_read() -> None:
    assert list(leaks(b'a{token="access",password="****"} 1\n\xff\xfe\0 {}"=,=\n')) == []
