"""What answers give into clients' keeping."""

from atalaia.checks.headers import caching, cookies
from suites.holds import holds


@holds(cookies.UNPROTECTED)
def test_cookies_are_for_their_owner_only(case, hold):
    hold(case)


@holds(caching.TOKENS_CACHEABLE)
def test_no_cache_keeps_tokens(case, hold):
    hold(case)
