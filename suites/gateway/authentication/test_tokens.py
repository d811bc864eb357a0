"""The tokens that a login yields."""

from atalaia.checks.authentication import lifetime
from suites.holds import holds


@holds(lifetime.OTHER_LIFETIME)
def test_tokens_are_good_for_as_long_as_declared(case, hold):
    hold(case)
