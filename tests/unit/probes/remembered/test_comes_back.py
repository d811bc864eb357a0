"""What comes back is what was planned, whatever a secret looks like."""

from __future__ import annotations

import enum

import pytest

from atalaia.environment.find import find
from atalaia.environment.loader import load
from probes.planning.watching import watch_of
from probes.remembered import place_of
from tests.support.remembered_plans import FILE, SECRETS, believed, watch
from tests.unit.environment.test_shipped import NEEDED, value


def test_what_comes_back_is_what_was_planned(file):
    planned = watch_of(load(file, SECRETS))
    assert watch(file, SECRETS) == planned
    back = believed(file, SECRETS)
    assert back == planned
    assert watch(file, SECRETS) == planned
    # Equality leaves this out.
    assert back.pushgateway.reveal() == planned.pushgateway.reveal()


def test_it_comes_back_whatever_python_makes_of_enumerations(file, monkeypatch):
    """3.11.2 keeps them as the function `getattr` and what it is called with."""
    by_name = lambda value, _: (getattr, (type(value), value.name))  # noqa: E731
    monkeypatch.setattr(enum.Enum, "__reduce_ex__", by_name)
    planned = watch(file, SECRETS)
    assert believed(file, SECRETS) == planned


@pytest.mark.parametrize("name", NEEDED)
def test_the_environments_that_come_with_atalaia_are_remembered(name):
    variables = {variable: value(variable) for variable in NEEDED[name]}
    made = watch(find(name), variables)
    assert believed(find(name), variables) == made


def test_a_token_with_its_scheme_is_remembered(file):
    file.write_text(FILE.replace('X-Api-Key: "${KEY}"', 'Authorization: "Bearer ${KEY}"'))
    made = watch(file, SECRETS)
    assert believed(file, SECRETS) == made
    assert b"s3cret" not in place_of(file).read_bytes()


@pytest.mark.parametrize(
    "secret", ["BASIC", "BASIC_", "variable", "password", "probes", "http", "name", "12345678"]
)
def test_a_secret_that_is_an_ordinary_word_comes_back_as_every_other(file, secret):
    variables = {**SECRETS, "BASIC": secret}
    made = watch_of(load(file, variables))
    assert watch(file, variables) == made
    assert watch(file, variables) == made
