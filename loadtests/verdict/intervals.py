"""What a number of samples allows to say, at 95 % confidence. Nothing here knows of load tests."""

from __future__ import annotations

import math

Z = 1.959964
"""Standard deviations of a normal distribution that 95 % of it lie within."""
_TAIL = 0.025
_FAR = 9
"""Standard deviations beyond which a binomial distribution holds less than any double can add."""


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The interval that a share lies in, of which `hits` of `total` were seen; (0, 1) where none were.

    Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927): it is
    right also for few hits, where the textbook's normal interval of 0 hits would be a point.
    """
    if not total:
        return 0.0, 1.0
    share, weight = hits / total, Z * Z / total
    middle = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    # At the ends the interval ends exactly there; rounding must not leave a share of 1e-17.
    return (middle - half if hits else 0.0), (middle + half if hits < total else 1.0)


def ranks(share: float, total: int) -> tuple[int, int]:
    """Ranks (from 1) of the two ordered samples that the quantile lies between: 0 where the lower one, and
    total + 1 where the upper one is beyond all samples.

    By order statistics, exactly (David and Nagaraja, "Order Statistics", 7.1): how many of `total` samples
    are below the quantile is binomial, whatever the distribution of the times.
    """
    spread = math.sqrt(total * share * (1 - share))
    count = max(math.floor(total * share - _FAR * spread - _FAR), 0)
    odds, seen = share / (1 - share), 0.0
    lower = 0
    while count <= total:
        # The probability that exactly `count` samples are below the quantile, and that at most so many are.
        seen += math.exp(
            math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)
            + count * math.log(odds) + total * math.log1p(-share)
        )  # fmt: skip
        if seen <= _TAIL:
            lower = count + 1
        if seen >= 1 - _TAIL:
            return lower, count + 1
        count += 1
    return lower, total + 1


def needed(share: float, limit: float) -> int | None:
    """About how many samples tell a share from a limit, two significant digits; None: no number does.

    Wilson's interval excludes the limit exactly where the score test does.
    """
    if share == limit:
        return None
    count = Z * Z * limit * (1 - limit) / (share - limit) ** 2
    digits = int(10 ** max(math.floor(math.log10(max(count, 1))) - 1, 0))
    return math.ceil(count / digits) * digits
