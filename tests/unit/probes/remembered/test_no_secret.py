"""No secret is kept, in any form; where that cannot be, nothing is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from atalaia.environment.loader import load
from atalaia.redaction import Redactor
from probes.planning.watching import watch_of
from probes.remembered import place_of
from probes.remembered.sealed import sealed
from tests.support.remembered_plans import FILE, KONG, SECRETS, believed, watch


def test_no_secret_is_kept_in_any_form(file):
    secrets = load(file, SECRETS).secrets() | set(SECRETS.values())
    watch(file, SECRETS)
    raw = place_of(file).read_bytes()
    assert {"partner-key-of-the-file", "literal-in-the-file", "cache-s3cret"} <= secrets
    assert not [secret for secret in secrets if Redactor([secret]).occurs_in(raw)]
    assert b"s3cret" not in raw
    assert place_of(file).stat().st_mode & 0o777 == 0o600


def test_what_is_no_data_leaves_the_plan_unremembered(file):
    made = watch_of(load(file, SECRETS))
    odd = replace(made, planned=(replace(made.planned[0], parameters=Decimal(1)),))
    assert sealed(made, ("", *SECRETS.values(), FILE, KONG), 1 + len(SECRETS)) is not None
    assert sealed(odd, ("", *SECRETS.values(), FILE, KONG), 1 + len(SECRETS)) is None


@pytest.mark.parametrize(
    ("name", "value"), [("DATABASE", "p%40ss-w0rd"), ("BASIC", "abc")], ids=["decoded", "short"]
)
def test_a_secret_of_which_nothing_tells_from_where_it_is_read_leaves_the_plan_unremembered(
    file, name, value
):
    variables = {**SECRETS, name: value}
    assert watch(file, variables) == watch_of(load(file, variables))
    assert not place_of(file).exists()


def test_of_secrets_that_overlap_no_part_is_left(file):
    variables = {**SECRETS, "BASIC": "abcdefgh", "KEY": "efghijklmnop", "STEP": "abcdefghijklmnop"}
    assert watch(file, variables) == watch_of(load(file, variables))
    assert not place_of(file).exists() or b"ijklmnop" not in place_of(file).read_bytes()


def test_what_a_variable_puts_into_a_path_is_not_kept_either(file):
    file.write_text(FILE.replace("path: /login", 'path: "/login/${KEY}?token=${BASIC}"'))
    watch(file, SECRETS)
    assert believed(file, SECRETS) == watch_of(load(file, SECRETS))
    assert b"s3cret" not in place_of(file).read_bytes()
