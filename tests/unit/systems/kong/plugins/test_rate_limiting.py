"""What rate-limiting tells and whose budget it counts, beyond what is on record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atalaia.systems.kong.entities import Plugin
from atalaia.systems.kong.plugins.rate_limiting import Limiter, decide
from atalaia.systems.kong.plugins.windows import LENGTHS, Window, reset, start, windows
from tests.support.kong_turns import NOW, SmallKong, plugin

MOMENTS = st.floats(0, 4_000_000_000, allow_nan=False)
LIMITS = st.dictionaries(st.sampled_from(list(LENGTHS)), st.integers(1, 1000), min_size=1)


@given(LIMITS, st.data(), MOMENTS)
def test_what_the_headers_tell_is_one_story(limits: dict[str, int], data: st.DataObject, now: float) -> None:
    """Allowed while something is left in every window; Remaining counts this request; RateLimit-* is the
    window with least left, the longer one of equals; Retry-After is its Reset, on a rejection alone."""
    declared = windows(limits)
    used = [data.draw(st.integers(0, window.limit + 2)) for window in declared]
    decision = decide(declared, used, now)
    headers = dict(decision.headers())
    assert len(headers) == len(decision.headers()), "no header twice"
    assert decision.allowed is all(count < window.limit for window, count in zip(declared, used, strict=True))
    for window, count in zip(declared, used, strict=True):
        period = window.period.capitalize()
        left = int(headers[f"X-RateLimit-Remaining-{period}"])
        assert int(headers[f"X-RateLimit-Limit-{period}"]) == window.limit
        assert left == max(0, window.limit - count - decision.allowed)
    least = min(remaining for _, remaining in decision.remaining)
    longest = max((w for w, remaining in decision.remaining if remaining == least), key=lambda w: w.length)
    assert decision.binding == longest
    assert (headers["RateLimit-Limit"], headers["RateLimit-Remaining"]) == (str(longest.limit), str(least))
    assert int(headers["RateLimit-Reset"]) == reset(longest.period, now)
    assert headers.get("Retry-After") == (None if decision.allowed else headers["RateLimit-Reset"])


@given(st.sampled_from(list(LENGTHS)), MOMENTS)
def test_windows_are_aligned_to_the_clock(period: str, now: float) -> None:
    """A window holds its moment; Reset is within it, and at least a second."""
    begun = start(period, now)
    assert begun <= now
    assert 1 <= reset(period, now) <= LENGTHS[period]
    assert start(period, begun) == begun
    at = datetime.fromtimestamp(begun, UTC)
    parts = {
        "minute": at.second,
        "hour": at.minute,
        "day": at.hour,
        "month": at.day - 1,
        "year": at.month - 1,
    }
    assert parts.get(period, 0) == 0


@pytest.mark.parametrize(
    ("period", "at", "seconds"),
    [
        ("second", "2026-11-21T10:48:03.999", 1),
        ("minute", "2026-11-21T10:48:00.000", 60),
        ("minute", "2026-11-21T10:48:59.900", 1),
        ("hour", "2026-11-21T10:48:04.142", 716),
        ("day", "2026-11-21T23:59:59", 1),
        ("month", "2026-11-01T00:00:00", 2592000),
        ("month", "2026-10-31T12:00:00", 1),
        ("month", "2026-02-28T23:59:59", 172801),
        ("year", "2028-12-31T23:59:59", 1),
    ],
)
def test_seconds_until_a_window_starts_again(period: str, at: str, seconds: int) -> None:
    """A month counts 30 days and a year 365, whatever the calendar says: the last day has 1 second left."""
    assert reset(period, datetime.fromisoformat(f"{at}+00:00").timestamp()) == seconds


def limiter(**config: Any) -> Limiter:
    return Limiter(Plugin("", "rate-limiting", None, None, None, None, True, {"minute": 5, **config}, {}))


WHO = {"client": "192.0.2.1", "consumer": "c", "credential": "k", "service": "s", "header": "h", "path": "/p"}


@pytest.mark.parametrize(
    ("limit_by", "known", "counted"),
    [
        ("consumer", WHO, "c"),
        ("consumer", {"client": "192.0.2.1", "credential": "k"}, "k"),
        ("consumer", {"client": "192.0.2.1"}, "192.0.2.1"),
        ("credential", WHO, "k"),
        ("credential", {"client": "192.0.2.1", "consumer": "c"}, "192.0.2.1"),
        ("ip", WHO, "192.0.2.1"),
        ("service", WHO, "s"),
        ("service", {"client": "192.0.2.1"}, "192.0.2.1"),
        ("header", WHO, "h"),
        ("header", {"client": "192.0.2.1"}, "192.0.2.1"),
        ("path", WHO, "/p"),
        ("path", {**WHO, "path": "/p/other"}, "192.0.2.1"),
    ],
)
def test_whose_budget_a_request_spends(limit_by: str, known: dict[str, str], counted: str) -> None:
    """What is missing falls back to the client's address: a shared bucket behind a load balancer."""
    assert limiter(limit_by=limit_by, header_name="x-client", path="/p").identifier(**known) == counted


def test_counters_are_of_the_scope_that_the_plugin_is_bound_to() -> None:
    """A service's plugin counts its routes together; a global one, everything."""
    nowhere = "00000000-0000-0000-0000-000000000000"
    bound = Limiter(Plugin("", "rate-limiting", None, "R", None, None, True, {"second": 1}, {}))
    shared = Limiter(Plugin("", "rate-limiting", None, None, "S", None, True, {"second": 1}, {}))
    assert bound.increments("i", 7.9)[0].key == f"ratelimit:R:{nowhere}:i:7000:second"
    assert shared.increments("i", 7.9)[0].key == f"ratelimit:{nowhere}:S:i:7000:second"


def test_a_header_of_the_client_makes_its_own_bucket() -> None:
    """limit_by header: whoever changes it is never limited."""
    kong = SmallKong(plugin("rate-limiting", minute=1, limit_by="header", header_name="X-Client"))
    assert [kong.ask(("x-client", str(n)))[1] for n in range(3)] == [None] * 3
    kong.ask()
    answer = kong.ask()[1]
    assert answer is not None
    assert answer.status == 429


def test_rejected_requests_are_not_counted_locally() -> None:
    kong = SmallKong(plugin("rate-limiting", second=1, minute=3))
    for _ in range(5):
        kong.ask()
    turn, answer = kong.ask(now=NOW + 1)
    assert answer is None
    assert (
        dict(line for lines in turn.early.values() for line in lines)["X-RateLimit-Remaining-Minute"] == "1"
    )


def test_code_and_message_are_configured() -> None:
    kong = SmallKong(
        plugin("rate-limiting", minute=1, error_code=503, error_message="later", hide_client_headers=True)
    )
    turn, _ = kong.ask()
    assert turn.finish(200, []) == []
    _, answer = kong.ask()
    assert answer is not None
    assert (answer.status, answer.headers) == (503, ()), "Retry-After is hidden with the others"
    assert b'"message":"later"' in answer.body


def test_windows_are_read_shortest_first() -> None:
    assert windows({"hour": 9, "second": 1, "minute": None}) == (Window("second", 1), Window("hour", 9))
