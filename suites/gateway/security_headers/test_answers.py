"""What routes answer, and what clients get of it."""

from atalaia.checks.headers import normal
from suites.holds import holds


@holds(normal.MISSING)
def test_every_answer_has_the_security_headers_of_its_profile(case, hold):
    hold(case)


@holds(normal.WEAK)
def test_security_headers_have_values_that_protect(case, hold):
    hold(case)


@holds(normal.POLICY_MISTAKEN)
def test_the_content_security_policy_means_what_it_says(case, hold):
    hold(case)


@holds(normal.POLICY_PERMISSIVE)
def test_the_content_security_policy_lets_no_injected_script_run(case, hold):
    hold(case)
