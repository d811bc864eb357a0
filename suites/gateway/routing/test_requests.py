"""Which requests are taken, and what becomes of them on their way to the service."""

from atalaia.checks.routing import choosing, client, correlation, methods, normalisation, rewriting, seen
from suites.holds import holds


@holds(rewriting.WRONG_PATH)
def test_a_route_leads_to_the_path_that_its_service_serves(case, hold):
    hold(case)


@holds(rewriting.WRONG_HOST)
def test_a_service_sees_the_declared_host(case, hold):
    hold(case)


@holds(choosing.OVERLAPS)
def test_one_route_takes_a_request(case, hold):
    hold(case)


@holds(choosing.SHADOWED)
def test_every_route_is_reached_by_some_request(case, hold):
    hold(case)


@holds(choosing.PREFIX_TOO_WIDE)
def test_a_route_is_configured_for_no_more_than_its_path(case, hold):
    hold(case)


@holds(choosing.PREFIX_SERVED)
def test_a_route_takes_no_more_than_its_path(case, hold):
    hold(case)


@holds(methods.DIFFER)
def test_the_declared_methods_are_configured_and_no_others(case, hold):
    hold(case)


@holds(methods.LEAKS)
def test_a_method_that_is_not_declared_is_404(case, hold):
    hold(case)


@holds(methods.TRACE_ANSWERED)
def test_trace_is_refused(case, hold):
    hold(case)


@holds(normalisation.BYPASSED)
def test_another_spelling_of_a_path_is_the_same_path(case, hold):
    hold(case)


@holds(seen.PATH_REWRITTEN)
def test_a_service_sees_the_path_that_is_configured(case, hold):
    hold(case)


@holds(seen.HOST_REWRITTEN)
def test_a_service_sees_the_host_that_is_configured(case, hold):
    hold(case)


@holds(client.ADDRESS_LOST)
def test_a_service_is_told_its_clients_address(case, hold):
    hold(case)


@holds(client.SCHEME_LOST)
def test_a_service_is_told_whether_its_client_came_over_tls(case, hold):
    hold(case)


@holds(client.HOST_LOST)
def test_a_service_is_told_which_host_was_asked_for(case, hold):
    hold(case)


@holds(client.ADDRESS_FORGED)
def test_a_client_cannot_choose_its_address(case, hold):
    hold(case)


@holds(correlation.MISSING)
def test_an_answer_carries_an_id(case, hold):
    hold(case)


@holds(correlation.NOT_FORWARDED)
def test_a_service_sees_the_id_that_its_client_is_told(case, hold):
    hold(case)


@holds(correlation.REPEATED)
def test_every_request_has_an_id_of_its_own(case, hold):
    hold(case)


@holds(correlation.NOT_KEPT)
def test_a_clients_own_id_is_kept(case, hold):
    hold(case)
