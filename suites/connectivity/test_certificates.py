"""Every TLS front."""

from atalaia.checks import certificates
from suites.holds import holds


@holds(certificates.NO_HANDSHAKE)
def test_a_tls_port_speaks_tls(case, hold):
    hold(case)


@holds(certificates.CHAIN_INCOMPLETE)
def test_the_certificate_leads_to_a_trusted_authority(case, hold):
    hold(case)


@holds(certificates.WRONG_NAME)
def test_the_certificate_is_for_the_name_that_clients_use(case, hold):
    hold(case)


@holds(certificates.EXPIRED)
def test_the_certificate_is_valid_today(case, hold):
    hold(case)


@holds(certificates.EXPIRING)
def test_the_certificate_stays_valid_long_enough_to_be_renewed(case, hold):
    hold(case)
