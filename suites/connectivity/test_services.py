"""Services: asked directly, through the gateway, and through the load balancer."""

from atalaia.checks import service_paths, services
from suites.holds import holds


@holds(services.UNHEALTHY)
def test_a_service_says_itself_that_it_is_up(case, hold):
    hold(case)


@holds(services.SLOW)
def test_a_service_answers_within_its_limit(case, hold):
    hold(case)


@holds(service_paths.UNHEALTHY_THROUGH_GATEWAY)
def test_a_service_is_up_through_every_gateway_node(case, hold):
    hold(case)


@holds(service_paths.UNHEALTHY_THROUGH_LOAD_BALANCER)
def test_a_service_is_up_through_the_load_balancer(case, hold):
    hold(case)


@holds(service_paths.ANSWERED_BY_ANOTHER)
def test_every_way_to_a_service_leads_to_that_service(case, hold):
    hold(case)
