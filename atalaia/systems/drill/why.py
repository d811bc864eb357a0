"""Why an alert of a drill does not fire, as far as Prometheus tells."""

from __future__ import annotations

from atalaia.environment.secrecy import shown
from atalaia.systems.document import Unreadable
from atalaia.systems.drill.alerts import is_of
from atalaia.systems.drill.model import AHEAD, EXPIRES, METRIC
from atalaia.systems.prometheus.envelope import data


def why_not_fired(
    figure: bytes | Unreadable, rules: bytes | Unreadable, alert: str, drill: str, started: float
) -> str:
    """What is amiss, by the answers to a query for the pushed figure, and for the alerting rules.

    `started` is the Unix time that was pushed as the drill's beginning.
    """
    there = figure if isinstance(figure, Unreadable) else _looked_up(figure, drill)
    if isinstance(there, Unreadable):
        return str(there)
    loaded = rules if isinstance(rules, Unreadable) else _rule(rules, alert)
    if there is None:
        return (
            f"Prometheus has no {METRIC} of this drill: it does not scrape the Pushgateway that was pushed to"
        )
    if isinstance(loaded, Unreadable):
        return str(loaded)
    if loaded is None:
        return f"Prometheus has the pushed {METRIC}, and no alerting rule {alert}"
    if not -AHEAD <= there - started < EXPIRES:
        before = f"{there - started:.0f} s ago" if there > started else f"in {started - there:.0f} s"
        return f"by Prometheus' clock the drill begins {before}: its clock and this machine's differ"
    error = f", and says of it: {loaded}" if loaded else ""
    return f"Prometheus has the pushed {METRIC} and a rule {alert}, which does not fire{error}"


def _looked_up(body: bytes, drill: str) -> float | Unreadable | None:
    """When Prometheus looked the figure up, by its clock; None where it has none."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    result = found.get("result") if isinstance(found, dict) else None
    if not isinstance(result, list):
        return Unreadable("a query's answer without a result")
    of_this = [each for each in result if isinstance(each, dict) and is_of(each.get("metric"), drill)]
    try:
        return float(of_this[0]["value"][0]) if of_this else None
    except (KeyError, IndexError, TypeError, ValueError):
        return Unreadable("a query's result without a time")


def _rule(body: bytes, alert: str) -> str | Unreadable | None:
    """The rule's last error, empty where it has none; None where there is no such rule."""
    found = data(body)
    if isinstance(found, Unreadable):
        return found
    try:
        named = [rule for group in found["groups"] for rule in group["rules"] if rule["name"] == alert]
    except (KeyError, TypeError):
        return Unreadable("an answer without groups of rules")
    return shown(str(named[0].get("lastError", ""))) if named else None
