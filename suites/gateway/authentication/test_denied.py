"""Who is refused, by whom, and with which words."""

from atalaia.checks.authentication import denied, refusals
from suites.holds import holds


@holds(denied.NOT_REQUIRED)
def test_nobody_gets_in_without_a_token(case, hold):
    hold(case)


@holds(denied.MALFORMED_ACCEPTED)
def test_nobody_gets_in_with_what_is_no_token(case, hold):
    hold(case)


@holds(denied.FORGED_ACCEPTED)
def test_nobody_gets_in_with_a_forged_token(case, hold):
    hold(case)


@holds(denied.UNSIGNED_ACCEPTED)
def test_nobody_gets_in_with_an_unsigned_token(case, hold):
    hold(case)


@holds(denied.EXPIRED_ACCEPTED)
def test_nobody_gets_in_with_an_expired_token(case, hold):
    hold(case)


@holds(denied.OTHER_TENANT_ACCEPTED)
def test_nobody_gets_at_another_tenants_data(case, hold):
    hold(case)


@holds(refusals.REFUSAL_LEAKS)
def test_a_refusal_tells_nothing_of_what_is_behind_it(case, hold):
    hold(case)


@holds(refusals.CHALLENGE_MISSING)
def test_a_401_says_how_to_get_in(case, hold):
    hold(case)
