"""What the gateway's configuration says about origins."""

from atalaia.checks.cors import anyone, lint, narrower, wider
from suites.holds import holds


@holds(lint.MISLEADING)
def test_every_origin_means_what_it_looks_like(case, hold):
    hold(case)


@holds(anyone.ANYONE)
def test_no_policy_gives_everybody_the_users_cookies(case, hold):
    hold(case)


@holds(wider.WIDER)
def test_nothing_is_allowed_beyond_the_policy(case, hold):
    hold(case)


@holds(narrower.NARROWER)
def test_everything_that_the_policy_declares_is_allowed(case, hold):
    hold(case)
