"""Every declared name and port."""

from atalaia.checks import addresses
from suites.holds import holds


@holds(addresses.NAME_UNRESOLVABLE)
def test_every_declared_host_name_resolves(case, hold):
    hold(case)


@holds(addresses.PORT_UNREACHABLE)
def test_every_declared_port_accepts_connections(case, hold):
    hold(case)
