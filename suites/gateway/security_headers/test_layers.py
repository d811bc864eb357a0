"""What several layers make of an answer together."""

from atalaia.checks.headers import compression, conflicts, fingerprint, transport
from suites.holds import holds


@holds(conflicts.CONFLICTING)
def test_no_security_header_comes_twice_or_contradicts_another(case, hold):
    hold(case)


@holds(transport.HSTS_OVER_HTTP)
def test_strict_transport_security_is_said_over_https_only(case, hold):
    hold(case)


@holds(transport.INSECURE_REDIRECT)
def test_no_redirect_leads_away_from_https(case, hold):
    hold(case)


@holds(fingerprint.TELLING)
def test_answers_do_not_name_the_software_behind_them(case, hold):
    hold(case)


@holds(compression.UNCOMPRESSED)
def test_long_answers_are_compressed_where_it_is_promised(case, hold):
    hold(case)
