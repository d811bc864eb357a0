"""The gateway's nodes."""

from atalaia.checks import gateway
from suites.holds import holds


@holds(gateway.ADMIN_UNUSABLE)
def test_the_admin_api_tells_the_state_of_a_node(case, hold):
    hold(case)


@holds(gateway.EMPTY_CONFIGURATION)
def test_a_node_has_a_configuration(case, hold):
    hold(case)


@holds(gateway.NOT_READY)
def test_a_node_is_ready_by_its_own_word(case, hold):
    hold(case)


@holds(gateway.NODES_DIFFER)
def test_all_nodes_have_the_same_configuration(case, hold):
    hold(case)
