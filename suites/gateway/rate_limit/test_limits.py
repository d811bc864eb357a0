"""Limiters as they behave, and what they tell their clients."""

from atalaia.checks.rate_limits import answers, denial, enforced, identity, storeless
from suites.holds import holds


@holds(enforced.NOT_ENFORCED)
def test_as_many_requests_pass_as_declared_and_no_more(case, hold):
    hold(case)


@holds(enforced.OVERSHOOTS)
def test_as_many_pass_when_they_come_at_once(case, hold):
    hold(case)


@holds(answers.WRONG_HEADERS)
def test_clients_are_told_what_is_left(case, hold):
    hold(case)


@holds(answers.WRONG_RESET)
def test_clients_are_told_when_a_window_ends(case, hold):
    hold(case)


@holds(denial.UNHELPFUL_DENIAL)
def test_a_denial_says_when_to_come_back(case, hold):
    hold(case)


@holds(storeless.FAILS_OTHERWISE)
def test_a_limiter_without_its_store_does_as_declared(case, hold):
    hold(case)


@holds(answers.STICKS)
def test_a_denied_client_is_served_again_when_the_window_is_over(case, hold):
    hold(case)


@holds(identity.CLIENTS_SHARE)
def test_clients_behind_the_front_have_a_budget_each(case, hold):
    hold(case)


@holds(identity.EVADABLE)
def test_a_claimed_address_helps_no_denied_client(case, hold):
    hold(case)


@holds(identity.REACHES_SERVICE)
def test_what_is_denied_reaches_no_service(case, hold):
    hold(case)
