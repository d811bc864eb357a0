"""What is answered when something is wrong."""

from atalaia.checks.headers import errors, own_errors
from suites.holds import holds


@holds(errors.MISSING_ON_ERROR)
def test_errors_have_the_same_security_headers(case, hold):
    hold(case)


@holds(errors.MISSING_ON_DENIAL)
def test_a_limiters_denial_has_the_same_security_headers(case, hold):
    hold(case)


@holds(own_errors.BARE)
def test_the_gateways_own_errors_will_have_the_headers_too(case, hold):
    hold(case)
