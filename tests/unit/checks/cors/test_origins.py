"""The origins that look like an allowed one and are another's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.checks.origins import FOREIGN, mutations, plaintext_twin, serialised

APP = "https://app.atendeai.example"


def test_there_are_twelve_and_each_is_a_mistake_of_its_own():
    assert mutations(APP) == (
        "https://evilapp.atendeai.example",
        "https://appxatendeai.example",
        "https://app.atendeai.example.evil.example",
        "capacitor://app.atendeai.example",
        "https://evil.app.atendeai.example",
        "https://evil.atendeai.example",
        "https://app.atendeai.example:8443",
        "https://app.atendeai.exampleevil",
        "https://app.atendeai.example@evil.example",
        "https://app.atendeai.example_.evil.example",
        "https://app.atendeai.example`.evil.example",
        FOREIGN,
    )


def test_what_is_no_origin_has_no_look_alikes():
    assert mutations("app.example") == (FOREIGN,)


def test_every_dot_but_the_last_may_have_been_left_unescaped():
    found = mutations("https://app.clinica.com.br")
    assert {"https://appxclinica.com.br", "https://app.clinicaxcom.br"} <= set(found)


@pytest.mark.parametrize("origin", ["https://app.example", "http://localhost:3000", "https://[::1]:8443"])
def test_short_hosts_have_twelve_too(origin):
    assert len(mutations(origin)) == 12


@given(st.from_regex(r"https?://[a-z0-9-]{1,9}(\.[a-z0-9-]{1,9}){0,4}(:[1-9][0-9]{1,3})?", fullmatch=True))
def test_no_mutation_is_the_origin_itself_as_browsers_serialise_it(origin):
    found = mutations(origin)
    assert len(set(found)) == len(found) >= 11
    assert serialised(origin) not in {serialised(each) for each in found}


@pytest.mark.parametrize(
    ("written", "as_sent"),
    [
        ("https://App.Example", "https://app.example"),
        ("HTTPS://app.example:443", "https://app.example"),
        ("http://app.example:80", "http://app.example"),
        ("https://app.example:80", "https://app.example:80"),
        ("null", "null"),
        ("app.example", "app.example"),
    ],
)
def test_an_origin_is_written_as_browsers_do(written, as_sent):
    assert serialised(written) == as_sent


def test_only_https_has_a_twin_in_plain_http():
    assert plaintext_twin("https://app.example:8443") == "http://app.example:8443"
    assert plaintext_twin("http://app.example") is None
