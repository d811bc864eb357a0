"""What the gateway's configuration says of tokens."""

from atalaia.checks.authentication import plugin, weak
from suites.holds import holds


@holds(plugin.NOT_ENFORCED)
def test_the_gateway_asks_for_a_token_on_every_way_to_a_protected_route(case, hold):
    hold(case)


@holds(plugin.ANONYMOUS_LET_IN)
def test_the_gateway_lets_nobody_in_as_anonymous(case, hold):
    hold(case)


@holds(plugin.EXPIRY_UNVERIFIED)
def test_the_gateway_verifies_when_a_token_ends(case, hold):
    hold(case)


@holds(plugin.TAKEN_ELSEWHERE)
def test_the_gateway_takes_tokens_from_the_authorization_header_only(case, hold):
    hold(case)


@holds(plugin.PREFLIGHT_REFUSED)
def test_preflights_need_no_token(case, hold):
    hold(case)


@holds(weak.WEAK_SECRET)
def test_credentials_of_the_gateways_file_cannot_be_guessed(case, hold):
    hold(case)
