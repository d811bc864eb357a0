"""What is answered when something is wrong."""

from atalaia.checks.headers import errors
from suites.holds import holds


@holds(errors.MISSING_ON_ERROR)
def test_errors_have_the_same_security_headers(case, hold):
    hold(case)


@holds(errors.MISSING_ON_DENIAL)
def test_a_limiters_denial_has_the_same_security_headers(case, hold):
    hold(case)
