"""The pure model says what a real Kong 3.4.2 did: every recorded exchange, in the order in which it happened.

Those with the proxy are compared here, those with the Admin and the Status API in test_recorded_admin.py.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from atalaia.systems.kong import errors
from atalaia.systems.kong.declarative import load
from atalaia.systems.kong.routing import Match
from tests.support.kong_recordings import (
    DECLARATIVE,
    NOT_REPRODUCED,
    Headers,
    Recorded,
    proxied,
    recordings,
    told,
)
from tests.support.modelled_kong import ModelledKong, Replied

OF_THE_MOMENT = {
    "Date", "X-Kong-Upstream-Latency", "X-Kong-Proxy-Latency", "X-Kong-Response-Latency",
}  # fmt: skip
"""Headers whose values are not compared; that they are there, is."""

CREDENTIAL_ID = re.compile(r'(?<="X-Credential-Identifier", ")[0-9a-f-]{36}')
"""Kong makes it up at every start, unless the file gives it."""

TROUBLE: dict[str, list[int | str]] = {
    "refused": [502] * 6, "slow": [504], "noname": [errors.NAME_RESOLUTION], "emptypool": [errors.NO_PEER],
    "deadpool": [502, errors.NO_PEER],
}  # fmt: skip
"""Service → what became of its requests on their way: nothing listened, names were NXDOMAIN, and so on."""


def test_every_exchange_is_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    """With the proxy, compared below; or with the node itself, compared beside; or listed with its reason."""
    everything = recordings()
    assert len(everything) == len(proxied()) + len(told()) == 224
    assert len(NOT_REPRODUCED) <= 10
    assert NOT_REPRODUCED.keys() <= {recorded.n for recorded in everything}
    groups = Counter(recorded.group for recorded in everything if recorded.n not in NOT_REPRODUCED)
    with capsys.disabled():
        print(
            f"\n{len(everything) - len(NOT_REPRODUCED)} of 224 exchanges through the pure model "
            f"({', '.join(f'{group} {count}' for group, count in sorted(groups.items()))})"
        )


def test_the_proxy_answers_as_recorded() -> None:
    """Status, all headers (their order aside), bodies to the byte, and what the upstream saw in them."""
    model, wrong = ModelledKong(load(DECLARATIVE)), {}
    trouble = {service: iter(fates) for service, fates in TROUBLE.items()}
    reloaded = next(recorded for recorded in recordings("admin") if recorded.n == 262)

    def fate(match: Match) -> int | str | None:
        return next(trouble.get(match.service.name, iter(())), None) if match.service else None

    for recorded in proxied():
        if recorded.n == reloaded.n + 1:
            model.serve(load(json.loads(reloaded.request_body)["config"]))
        differences = list(_differences(recorded, model.answer(recorded, fate)))
        if recorded.n in NOT_REPRODUCED:
            assert differences, f"{recorded} is reproduced now: take it off the list"
        elif differences:
            wrong[str(recorded)] = differences
    assert not wrong, "\n".join(f"{what}: {differences}" for what, differences in wrong.items())
    assert not [service for service, fates in trouble.items() if list(fates)], "trouble that never came"


def _differences(recorded: Recorded, replied: Replied) -> Iterator[str]:
    if replied.status != recorded.status:
        yield f"{replied.status} instead of {recorded.status}"
    if replied.status is None:
        return
    mine, theirs = _comparable(replied.headers), _comparable(recorded.headers)
    if mine != theirs:
        yield f"headers: {_only(mine, theirs)} instead of {_only(theirs, mine)}"
    body, expected = (CREDENTIAL_ID.sub("…", text) for text in (replied.body, recorded.body))
    if body != expected:
        yield f"body: {body!r} instead of {expected!r}"


def _comparable(headers: Headers) -> Counter[tuple[str, str]]:
    return Counter((name, "…" if name in OF_THE_MOMENT else value) for name, value in headers)


def _only(these: Counter[Any], others: Counter[Any]) -> list[Any]:
    return sorted((these - others).elements())
