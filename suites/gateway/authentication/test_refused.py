"""Who is refused, by whom, and with which words."""

from atalaia.checks.authentication import reaching, refusals, refused
from suites.holds import holds


@holds(refused.NOT_REQUIRED)
def test_nobody_gets_in_without_a_token(case, hold):
    hold(case)


@holds(refused.MALFORMED_ACCEPTED)
def test_nobody_gets_in_with_what_is_no_token(case, hold):
    hold(case)


@holds(refused.FORGED_ACCEPTED)
def test_nobody_gets_in_with_a_forged_token(case, hold):
    hold(case)


@holds(refused.UNSIGNED_ACCEPTED)
def test_nobody_gets_in_with_an_unsigned_token(case, hold):
    hold(case)


@holds(refused.EXPIRED_ACCEPTED)
def test_nobody_gets_in_with_an_expired_token(case, hold):
    hold(case)


@holds(refused.OTHER_TENANT_ACCEPTED)
def test_nobody_gets_at_another_tenants_data(case, hold):
    hold(case)


@holds(refusals.REFUSAL_LEAKS)
def test_a_refusal_tells_nothing_of_what_is_behind_it(case, hold):
    hold(case)


@holds(refusals.CHALLENGE_MISSING)
def test_a_401_says_how_to_get_in(case, hold):
    hold(case)


@holds(reaching.REACHES_SERVICE)
def test_no_service_is_asked_for_what_the_gateway_refuses(case, hold):
    hold(case)
