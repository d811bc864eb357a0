"""What the gateway's configuration says about origins."""

from atalaia.checks.cors import intent, lint
from suites.holds import holds


@holds(lint.MISLEADING)
def test_every_origin_means_what_it_looks_like(case, hold):
    hold(case)


@holds(intent.WIDER)
def test_nothing_is_allowed_beyond_the_policy(case, hold):
    hold(case)


@holds(intent.NARROWER)
def test_everything_that_the_policy_declares_is_allowed(case, hold):
    hold(case)
