"""The load balancer: its servers, its statistics, its paths."""

from atalaia.checks import balancing, load_balancer
from suites.holds import holds


@holds(load_balancer.STATS_UNREADABLE)
def test_the_statistics_can_be_read_with_the_declared_credentials(case, hold):
    hold(case)


@holds(load_balancer.STATS_OPEN)
def test_the_statistics_are_refused_to_anybody_else(case, hold):
    hold(case)


@holds(load_balancer.SERVER_DOWN)
def test_every_declared_server_is_up(case, hold):
    hold(case)


@holds(load_balancer.SERVER_UNCHECKED)
def test_every_server_is_checked(case, hold):
    hold(case)


@holds(load_balancer.CHECK_BELOW_LAYER_7)
def test_every_server_is_checked_by_a_request(case, hold):
    hold(case)


@holds(load_balancer.SERVER_FLAPPING)
def test_no_server_goes_up_and_down(case, hold):
    hold(case)


@holds(balancing.PATH_MISROUTED)
def test_every_path_leads_to_its_backend(case, hold):
    hold(case)


@holds(balancing.TLS_FRONT_DIFFERS)
def test_the_tls_front_serves_as_the_plain_one_does(case, hold):
    hold(case)


@holds(balancing.UNBALANCED)
def test_requests_are_spread_as_declared(case, hold):
    hold(case)
